//! Runs of a registry.

use async_trait::async_trait;
use freehold_domain::{Run, RunStatus, RunUid, TransformUid, UidPrefix};

use super::{Page, PageRequest, PersistenceError};

/// Which runs are wanted. The default is all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunFilter {
    /// Of this transform.
    pub transform: Option<TransformUid>,
    /// With this status.
    pub status: Option<RunStatus>,
}

/// Runs of a registry.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait RunRepository: Send {
    /// Adds runs. A run may be initiated by another of the same slice.
    ///
    /// # Errors
    /// `AlreadyExists` when a uid is taken; `NotFound` when the transform, the user or the initiating run is not recorded.
    async fn insert_many(&mut self, runs: &[Run]) -> Result<(), PersistenceError>;

    /// Gives the runs with these uids, in the order of the uids; absent ones are left out.
    async fn find_many(&mut self, uids: &[RunUid]) -> Result<Vec<Run>, PersistenceError>;

    /// Gives at most `limit` runs whose uid begins with `prefix`, by uid.
    async fn find_by_uid_prefix(
        &mut self,
        prefix: &UidPrefix,
        limit: u32,
    ) -> Result<Vec<Run>, PersistenceError>;

    /// Replaces the status, times, name, parameters and reference of a run.
    ///
    /// # Errors
    /// `NotFound`.
    async fn update(&mut self, run: &Run) -> Result<(), PersistenceError>;

    /// Removes a run with its input edges, and says whether there was one.
    ///
    /// # Errors
    /// `InUse` while the run has outputs, it initiated another run, or any record's provenance names it.
    async fn delete(&mut self, uid: &RunUid) -> Result<bool, PersistenceError>;

    /// Lists runs, the newest recorded first.
    async fn list(&mut self, filter: &RunFilter, page: &PageRequest) -> Result<Page<Run>, PersistenceError>;
}
