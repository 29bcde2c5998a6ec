//! Storage locations of a registry.

use async_trait::async_trait;
use freehold_domain::{Storage, StorageEvent, StorageId, StorageRoot, StorageUid, UidPrefix};

use super::{Page, PageRequest, PersistenceError};

/// Storage locations of a registry.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait StorageRepository: Send {
    /// Adds a location and gives the number that this database assigned to it.
    ///
    /// # Errors
    /// `AlreadyExists` when the uid or the root is taken; `NotFound` when the creating user or a run of its provenance is not
    /// recorded.
    async fn insert(&mut self, storage: &Storage) -> Result<StorageId, PersistenceError>;

    /// Gives the locations with these uids, in the order of the uids; absent ones are left out.
    async fn find_many(&mut self, uids: &[StorageUid]) -> Result<Vec<Storage>, PersistenceError>;

    /// Gives the locations that have exactly these roots, in no particular order; absent ones are left out.
    async fn find_by_roots(&mut self, roots: &[StorageRoot]) -> Result<Vec<Storage>, PersistenceError>;

    /// Gives at most `limit` locations whose uid begins with `prefix`, by uid.
    async fn find_by_uid_prefix(
        &mut self,
        prefix: &UidPrefix,
        limit: u32,
    ) -> Result<Vec<Storage>, PersistenceError>;

    /// Replaces every field but the number and the time and user of creation, found by uid. Previous runs accumulate: those
    /// recorded before must be the beginning of the new ones.
    ///
    /// # Errors
    /// `NotFound` when the location, or a run of its provenance, is absent; `AlreadyExists` when the new root is taken; `InUse` by a run
    /// when previous runs would be erased.
    async fn update(&mut self, storage: &Storage) -> Result<(), PersistenceError>;

    /// Removes a location from the registry, not from the disk, and says whether there was one.
    ///
    /// # Errors
    /// `InUse` while an artifact (also a tombstone), an intent or the instance's default refers to it.
    async fn delete(&mut self, uid: &StorageUid) -> Result<bool, PersistenceError>;

    /// Adds to the history of a location.
    ///
    /// # Errors
    /// `NotFound` when the location, the user or the run is not recorded.
    async fn record_event(&mut self, event: &StorageEvent) -> Result<(), PersistenceError>;

    /// Gives the history of a location's ownership, oldest first. It is deleted with the location only.
    async fn history(&mut self, uid: &StorageUid) -> Result<Vec<StorageEvent>, PersistenceError>;

    /// Lists locations in the order in which they were added.
    async fn list(&mut self, page: &PageRequest) -> Result<Page<Storage>, PersistenceError>;
}
