//! The ports of persistence, file for file.

mod artifact_repository;
mod databases;
pub(crate) mod error;
mod family_repository;
mod instance_repository;
mod intent_repository;
mod lineage_repository;
mod page;
mod run_repository;
mod storage_repository;
mod transform_repository;
mod unit_of_work;
mod user_repository;

pub use databases::SeaOrmDatabases;
