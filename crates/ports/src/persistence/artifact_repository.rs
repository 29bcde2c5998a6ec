//! Artifacts of a registry.

use async_trait::async_trait;
use freehold_domain::{
    Artifact, ArtifactKeyPrefix, ArtifactState, ArtifactUid, BlobKey, ContentHash, RunUid, StorageUid,
    UidPrefix,
};

use super::{Page, PageRequest, PersistenceError};

/// Which artifacts are wanted. The default is the latest version of everything that is available.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArtifactFilter {
    /// With a key that begins so.
    pub prefix: Option<ArtifactKeyPrefix>,
    /// At this storage location.
    pub storage: Option<StorageUid>,
    /// Made, or made again, by this run.
    pub run: Option<RunUid>,
    /// In one of these states.
    pub states: Vec<ArtifactState>,
    /// Every version, not only the head of each family.
    pub all_versions: bool,
}

impl Default for ArtifactFilter {
    fn default() -> Self {
        Self {
            prefix: None,
            storage: None,
            run: None,
            states: vec![ArtifactState::Available],
            all_versions: false,
        }
    }
}

/// In which order a listing comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ArtifactOrder {
    /// By key in byte order, then by uid.
    #[default]
    Key,
    /// The last recorded first.
    Newest,
}

/// A number of artifacts and the bytes that they hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// How many artifacts.
    pub artifacts: u64,
    /// Their bytes in all.
    pub bytes: u64,
}

/// What lies at a storage location, by the registry's word. Tombstones do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StorageUsage {
    /// The location.
    pub storage: StorageUid,
    /// Artifacts whose bytes Freehold put there.
    pub ingested: Tally,
    /// Artifacts recorded where they lay.
    pub in_place: Tally,
}

/// Artifacts of a registry.
///
/// An artifact's key and `is_latest` are read from its family; what is written here ignores both.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait ArtifactRepository: Send {
    /// Adds artifacts.
    ///
    /// # Errors
    /// `AlreadyExists` when a uid is taken; `NotFound` when the family, a storage location, the user or a run is not recorded.
    async fn insert_many(&mut self, artifacts: &[Artifact]) -> Result<(), PersistenceError>;

    /// Gives the artifacts with these uids in any state, in the order of the uids; absent ones are left out.
    async fn find_many(&mut self, uids: &[ArtifactUid]) -> Result<Vec<Artifact>, PersistenceError>;

    /// Gives at most `limit` artifacts in any state whose uid begins with `prefix`, by uid.
    async fn find_by_uid_prefix(
        &mut self,
        prefix: &UidPrefix,
        limit: u32,
    ) -> Result<Vec<Artifact>, PersistenceError>;

    /// Gives for each of these hashes the available artifact that was recorded first with it, in the order of the hashes;
    /// hashes that none has are left out.
    async fn find_first_by_hashes(
        &mut self,
        hashes: &[ContentHash],
    ) -> Result<Vec<Artifact>, PersistenceError>;

    /// Gives every artifact in any state that is recorded in place at `storage` under one of these keys, by uid.
    async fn find_in_place(
        &mut self,
        storage: &StorageUid,
        keys: &[BlobKey],
    ) -> Result<Vec<Artifact>, PersistenceError>;

    /// Replaces the description, placements, state and provenance of artifacts. Uid, suffix, size and hash never change.
    /// Previous runs accumulate: those recorded before must be the beginning of the new ones.
    ///
    /// # Errors
    /// `NotFound` when an artifact, or what it refers to, is absent; `InUse` by a run when previous runs would be erased.
    async fn update_many(&mut self, artifacts: &[Artifact]) -> Result<(), PersistenceError>;

    /// Lists artifacts.
    async fn list(
        &mut self,
        filter: &ArtifactFilter,
        order: ArtifactOrder,
        page: &PageRequest,
    ) -> Result<Page<Artifact>, PersistenceError>;

    /// Says what lies at these locations, in the order of the uids, one entry each.
    async fn usage(&mut self, storages: &[StorageUid]) -> Result<Vec<StorageUsage>, PersistenceError>;
}
