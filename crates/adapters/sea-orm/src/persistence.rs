//! The ports of persistence, file for file.

#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod artifact_repository;
mod databases;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) mod error;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod family_repository;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod instance_repository;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod intent_repository;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod lineage_repository;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod page;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod run_repository;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod storage_repository;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod transform_repository;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod unit_of_work;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod user_repository;

pub use databases::SeaOrmDatabases;
