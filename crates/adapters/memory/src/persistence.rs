//! Registries in memory: every repository over one state that is copied when it is written to.

mod artifact_repository;
mod databases;
mod error;
mod family_repository;
mod instance_repository;
mod intent_repository;
mod lineage_repository;
mod page;
mod records;
mod registry;
mod run_repository;
mod state;
mod storage_repository;
mod transform_repository;
mod unit_of_work;
mod user_repository;

pub use databases::{Backup, MemoryDatabases};

#[cfg(test)]
mod tests;
