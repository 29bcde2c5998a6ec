//! Families of artifact versions.

use async_trait::async_trait;
use freehold_domain::{ArtifactKey, ArtifactState, ArtifactStem, ArtifactUid, Family};

use super::PersistenceError;

/// Families of artifact versions: their keys, heads and version counters.
///
/// In a unit of work that writes, the families that a call gives are locked against other writers until the unit ends.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait FamilyRepository: Send {
    /// Adds families.
    ///
    /// # Errors
    /// `AlreadyExists` when a stem is taken, or when the family is the registry's own (its origin is the instance of this
    /// registry) and another own family has its key.
    async fn insert_many(&mut self, families: &[Family]) -> Result<(), PersistenceError>;

    /// Gives the families with these stems, in the order of the stems; absent ones are left out.
    async fn find_many(&mut self, stems: &[ArtifactStem]) -> Result<Vec<Family>, PersistenceError>;

    /// Gives every family, own or transferred, that has one of these keys, in no particular order.
    async fn find_by_keys(&mut self, keys: &[ArtifactKey]) -> Result<Vec<Family>, PersistenceError>;

    /// Replaces the key, head and version counter of families.
    ///
    /// # Errors
    /// `NotFound` when a family or its new head is absent; `AlreadyExists` when an own family takes the key of another own one.
    async fn update_many(&mut self, families: &[Family]) -> Result<(), PersistenceError>;

    /// Gives every version of these families with its state, in no particular order.
    async fn versions(
        &mut self,
        stems: &[ArtifactStem],
    ) -> Result<Vec<(ArtifactUid, ArtifactState)>, PersistenceError>;

    /// Removes those of these families that have neither an artifact nor an intent, and says how many.
    async fn delete_unused(&mut self, stems: &[ArtifactStem]) -> Result<u64, PersistenceError>;
}
