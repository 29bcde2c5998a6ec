//! Lineage: which run read which artifact, and which run made it.

use async_trait::async_trait;
use freehold_domain::{ArtifactUid, RunUid};

use super::{Page, PageRequest, PersistenceError};

/// The runs at both sides of an artifact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArtifactRuns {
    /// The artifact.
    pub artifact: ArtifactUid,
    /// The runs that made it, or made it again, oldest edge first.
    pub made_by: Vec<RunUid>,
    /// The runs that read it, oldest edge first.
    pub read_by: Vec<RunUid>,
}

/// The lineage graph: edges from an artifact to the runs that read it, and from a run to the artifacts that it made.
///
/// The graph has no cycle, ever, and an edge is never removed but with its whole run or instance.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait LineageRepository: Send {
    /// Records that `run` read `artifacts`. Those that the run itself made are left out: they are never its inputs.
    ///
    /// # Idempotency
    /// An edge that is there stays as it is.
    ///
    /// # Errors
    /// `LineageCycle` when one of the artifacts descends from the run through other runs; `NotFound` when the run or an
    /// artifact is not recorded.
    async fn add_inputs(&mut self, run: &RunUid, artifacts: &[ArtifactUid]) -> Result<(), PersistenceError>;

    /// Records that `run` made `artifacts`, or made them again.
    ///
    /// # Idempotency
    /// An edge that is there stays as it is.
    ///
    /// # Errors
    /// `LineageCycle` when the run descends from one of the artifacts; `NotFound` when the run or an artifact is not recorded.
    async fn add_outputs(&mut self, run: &RunUid, artifacts: &[ArtifactUid]) -> Result<(), PersistenceError>;

    /// Gives those of `artifacts` from which `run` descends: its inputs, the inputs of the runs that made those, and so on.
    async fn upstream_among(
        &mut self,
        run: &RunUid,
        artifacts: &[ArtifactUid],
    ) -> Result<Vec<ArtifactUid>, PersistenceError>;

    /// Lists what `run` read, oldest edge first.
    async fn inputs(
        &mut self,
        run: &RunUid,
        page: &PageRequest,
    ) -> Result<Page<ArtifactUid>, PersistenceError>;

    /// Lists what `run` made, oldest edge first.
    async fn outputs(
        &mut self,
        run: &RunUid,
        page: &PageRequest,
    ) -> Result<Page<ArtifactUid>, PersistenceError>;

    /// Gives the runs at both sides of these artifacts, in the order of the artifacts, one entry each.
    async fn runs_of(&mut self, artifacts: &[ArtifactUid]) -> Result<Vec<ArtifactRuns>, PersistenceError>;
}
