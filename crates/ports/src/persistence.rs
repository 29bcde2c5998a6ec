//! The registry's records, read and changed in units of work.
//!
//! Verbs mean the same in every repository:
//! - `insert*` adds records and fails with [`PersistenceError::AlreadyExists`] when one is there already;
//! - `find*` gives what there is, and absence is not an error; in the order of what was asked for, what is asked for twice is given
//!   twice;
//! - `update*` replaces records and fails with [`PersistenceError::NotFound`] when one is absent;
//! - `delete*` is idempotent and says what it removed;
//! - `list` is paged by key ([`PageRequest`]), so that a page costs the same wherever it lies.
//!
//! What takes a slice does its work in a number of statements that depends on the batch's size only by the backend's
//! limit of parameters. Empty slices are allowed and do nothing.

mod artifact_repository;
mod databases;
mod error;
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

pub use artifact_repository::{ArtifactFilter, ArtifactOrder, ArtifactRepository, StorageUsage, Tally};
pub use databases::Databases;
pub use error::{Entity, PersistenceError, SourceError};
pub use family_repository::FamilyRepository;
pub use instance_repository::InstanceRepository;
pub use intent_repository::IntentRepository;
pub use lineage_repository::{ArtifactRuns, LineageRepository};
pub use page::{Cursor, Page, PageRequest};
pub use run_repository::{RunFilter, RunRepository};
pub use storage_repository::StorageRepository;
pub use transform_repository::TransformRepository;
pub use unit_of_work::{AccessMode, Persistence, UnitOfWork};
pub use user_repository::UserRepository;

#[cfg(feature = "mock")]
pub use {
    artifact_repository::MockArtifactRepository, databases::MockDatabases,
    family_repository::MockFamilyRepository, instance_repository::MockInstanceRepository,
    intent_repository::MockIntentRepository, lineage_repository::MockLineageRepository,
    run_repository::MockRunRepository, storage_repository::MockStorageRepository,
    transform_repository::MockTransformRepository, unit_of_work::MockPersistence,
    user_repository::MockUserRepository,
};
