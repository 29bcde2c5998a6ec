//! One opened instance, with a method for each use case.

mod storages;

use std::path::Path;
use std::time::Duration;

use freehold_domain::{Artifact, DatabaseUrl, Instance, Run, RunOutcome, RunUid, User};
use freehold_ports::persistence::{Page, PersistenceError};
use freehold_services::Registry;
use freehold_services::cache_artifact::{CacheArtifactError, CachedArtifact, cache_artifact};
use freehold_services::delete_artifacts::{
    DeleteArtifactsError, DeletedArtifacts, Deletion, delete_artifacts,
};
use freehold_services::delete_instance::{
    DataFate, DeleteInstanceError, DeletedInstance, DeletionOrder, apply_deletion, delete_instance,
};
use freehold_services::describe_instance::{InstanceDescription, describe_instance};
use freehold_services::find_artifact::{ArtifactDetails, find_artifact, find_artifact_record};
use freehold_services::finish_run::{FinishRunError, finish_run};
use freehold_services::initialise_instance::InitialiseInstance;
use freehold_services::list_artifacts::{ListArtifacts, list_artifacts};
use freehold_services::list_runs::{ListRuns, list_runs};
use freehold_services::locate_artifact::{LocatedArtifact, locate_artifact};
use freehold_services::plan_deletion::{DeletionPlan, PlanDeletionError, plan_deletion};
use freehold_services::presign_artifact::{PresignArtifactError, PresignedArtifact, presign_artifact};
use freehold_services::read_artifact::{ReadArtifact, ReadArtifactError, read_artifact};
use freehold_services::restore_artifact::{RestoreArtifactError, restore_artifact};
use freehold_services::save_artifacts::{
    SaveArtifacts, SaveArtifactsError, SaveSummary, SavedArtifact, save_artifacts,
};
use freehold_services::show_run::{RunDetails, show_run};
use freehold_services::start_run::{StartRun, StartRunError, StartedRun, start_run};
use freehold_services::transfer_artifacts::{
    TransferArtifacts, TransferArtifactsError, TransferReport, transfer_artifacts,
};
use freehold_services::update_artifact::{ArtifactChanges, UpdateArtifactError, update_artifact};

use crate::ReferenceError;
use crate::download::{DownloadError, Downloaded, download};
use crate::machine::{Initialised, Machine, MachineBuilder, OpenError};

/// One opened instance, with a method for each use case.
///
/// Cloning is cheap, and clones share the connection to the registry.
#[derive(Debug, Clone)]
pub struct Freehold {
    registry: Registry,
}

/// Files that were saved.
#[derive(Debug, Clone, PartialEq)]
pub struct SaveReport {
    /// Each file.
    pub saved: Vec<SavedArtifact>,
    /// All of them in numbers.
    pub summary: SaveSummary,
}

/// Instances.
impl Freehold {
    pub(crate) fn new(registry: Registry) -> Self {
        Self { registry }
    }

    /// Begins a machine on which instances are made and opened, to put in other adapters.
    pub fn builder() -> MachineBuilder {
        Machine::builder()
    }

    /// Initialises an instance with the usual adapters, and makes it current.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn init(request: InitialiseInstance) -> Result<Initialised, OpenError> {
        Ok(Machine::builder().build()?.init(request).await?)
    }

    /// Opens an instance with the usual adapters, and makes it current: by its slug, its storage root, or its database URL.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn connect(target: &str) -> Result<Self, OpenError> {
        Ok(Machine::builder().build()?.connect(target).await?)
    }

    /// The same instance, with everything from here on under `run`.
    #[must_use]
    pub fn under_run(&self, run: Option<RunUid>) -> Self {
        Self::new(self.registry.under_run(run))
    }

    /// The same instance, with every read of what lies in a cloud from there, and nothing kept of it.
    #[must_use]
    pub fn without_cache(&self) -> Self {
        Self::new(self.registry.without_cache())
    }

    /// The instance, as it was when it was opened.
    #[must_use]
    pub fn instance(&self) -> &Instance {
        self.registry.instance()
    }

    /// Where the registry is.
    #[must_use]
    pub fn database(&self) -> &DatabaseUrl {
        self.registry.database()
    }

    /// Who works on it.
    #[must_use]
    pub fn user(&self) -> &User {
        self.registry.user()
    }

    /// The run under which everything happens, if there is one.
    #[must_use]
    pub fn run(&self) -> Option<RunUid> {
        self.registry.run()
    }

    /// Describes the instance as it is now.
    ///
    /// # Errors
    /// The registry cannot be read.
    pub async fn describe(&self) -> Result<InstanceDescription, PersistenceError> {
        describe_instance(&self.registry).await
    }

    /// Plans the deletion of the instance, and changes nothing.
    ///
    /// # Errors
    /// See [`PlanDeletionError`].
    pub async fn plan_deletion(&self) -> Result<DeletionPlan, PlanDeletionError> {
        plan_deletion(&self.registry).await
    }

    /// Deletes the instance. Interrupted, the same call finishes.
    ///
    /// # Errors
    /// See [`DeleteInstanceError`]. A refusal changes nothing.
    pub async fn delete_instance(&self, fate: DataFate) -> Result<DeletedInstance, DeleteInstanceError> {
        delete_instance(&self.registry, fate).await
    }

    /// Deletes the instance as it was planned before. Interrupted, the same order finishes.
    ///
    /// # Errors
    /// See [`DeleteInstanceError`]. A refusal, such as for a world that has changed since, changes nothing.
    pub async fn apply_deletion(
        &self,
        order: &DeletionOrder,
    ) -> Result<DeletedInstance, DeleteInstanceError> {
        apply_deletion(&self.registry, order).await
    }

    /// Lets go of the registry. Other clones can no longer use it either.
    ///
    /// # Errors
    /// The database cannot be closed.
    pub async fn close(&self) -> Result<(), PersistenceError> {
        self.registry.close().await
    }
}

/// Artifacts, named by a uid, a key (its latest version), or a unique prefix of a uid.
impl Freehold {
    /// Saves files and folders: copies them into a managed location, or registers them where they lie.
    ///
    /// # Errors
    /// See [`SaveArtifactsError`].
    pub async fn save(&self, request: SaveArtifacts) -> Result<SaveReport, SaveArtifactsError> {
        let mut saved = Vec::new();
        let summary = self.save_each(request, &mut |artifact| saved.push(artifact)).await?;
        Ok(SaveReport { saved, summary })
    }

    /// Saves files and folders, and gives each to `sink` once it is recorded: for very many.
    ///
    /// # Errors
    /// See [`SaveArtifactsError`]. What `sink` was given stays recorded.
    pub async fn save_each(
        &self,
        request: SaveArtifacts,
        sink: &mut (dyn FnMut(SavedArtifact) + Send),
    ) -> Result<SaveSummary, SaveArtifactsError> {
        save_artifacts(&self.registry, request, sink).await
    }

    /// Lists one page of artifacts.
    ///
    /// # Errors
    /// A location or run is not known.
    pub async fn list(&self, request: ListArtifacts) -> Result<Page<Artifact>, ReferenceError> {
        list_artifacts(&self.registry, request).await
    }

    /// Shows an artifact in full, and whether its bytes are there.
    ///
    /// # Errors
    /// The artifact is not known.
    pub async fn artifact(&self, artifact: &str) -> Result<ArtifactDetails, ReferenceError> {
        find_artifact(&self.registry, artifact).await
    }

    /// Gives what is recorded of an artifact, without a look at its storage.
    ///
    /// # Errors
    /// The artifact is not known.
    pub async fn artifact_record(&self, artifact: &str) -> Result<Artifact, ReferenceError> {
        find_artifact_record(&self.registry, artifact).await
    }

    /// Opens an artifact for reading. Its bytes are verified as they pass; with a cache, what lies in a cloud is verified before.
    ///
    /// # Errors
    /// See [`ReadArtifactError`].
    pub async fn read(&self, artifact: &str) -> Result<ReadArtifact, ReadArtifactError> {
        read_artifact(&self.registry, artifact).await
    }

    /// Writes an artifact to the file `output`, verified.
    ///
    /// # Atomicity
    /// The file has the whole content, or is as it was before.
    ///
    /// # Errors
    /// See [`DownloadError`].
    pub async fn download(
        &self,
        artifact: &str,
        output: &Path,
        overwrite: bool,
    ) -> Result<Downloaded, DownloadError> {
        download(&self.registry, artifact, output, overwrite).await
    }

    /// Gives the path or URL of an artifact's bytes, for programs that read by themselves.
    ///
    /// # Errors
    /// See [`ReadArtifactError`].
    pub async fn locate(&self, artifact: &str) -> Result<LocatedArtifact, ReadArtifactError> {
        locate_artifact(&self.registry, artifact).await
    }

    /// Gives a file of this machine with an artifact's content, for programs that read by themselves: for what lies in a cloud one in the
    /// cache, where it may go when another content needs its place.
    ///
    /// # Errors
    /// See [`CacheArtifactError`].
    pub async fn locate_cached(&self, artifact: &str) -> Result<CachedArtifact, CacheArtifactError> {
        cache_artifact(&self.registry, artifact).await
    }

    /// Signs a URL with which anybody can read an artifact in a cloud for as long as `valid_for` says, at most seven days.
    ///
    /// # Errors
    /// See [`PresignArtifactError`].
    pub async fn presign(
        &self,
        artifact: &str,
        valid_for: Duration,
    ) -> Result<PresignedArtifact, PresignArtifactError> {
        presign_artifact(&self.registry, artifact, valid_for).await
    }

    /// Updates an artifact's key or description.
    ///
    /// # Errors
    /// See [`UpdateArtifactError`].
    pub async fn update(
        &self,
        artifact: &str,
        changes: ArtifactChanges,
    ) -> Result<Artifact, UpdateArtifactError> {
        update_artifact(&self.registry, artifact, changes).await
    }

    /// Deletes artifacts: all of them, or, when one cannot be deleted, none.
    ///
    /// # Errors
    /// See [`DeleteArtifactsError`].
    pub async fn delete(
        &self,
        artifacts: &[String],
        deletion: Deletion,
    ) -> Result<DeletedArtifacts, DeleteArtifactsError> {
        delete_artifacts(&self.registry, artifacts, deletion).await
    }

    /// Restores an artifact from the trash.
    ///
    /// # Errors
    /// See [`RestoreArtifactError`].
    pub async fn restore(&self, artifact: &str) -> Result<Artifact, RestoreArtifactError> {
        restore_artifact(&self.registry, artifact).await
    }

    /// Transfers artifacts from another instance, which is only read.
    ///
    /// # Errors
    /// See [`TransferArtifactsError`].
    pub async fn transfer(
        &self,
        source: &Self,
        request: TransferArtifacts,
    ) -> Result<TransferReport, TransferArtifactsError> {
        transfer_artifacts(&self.registry, &source.registry, request).await
    }
}

/// Runs, named by a uid or a unique prefix of one.
impl Freehold {
    /// Starts a run. To work under it, use [`under_run`](Self::under_run).
    ///
    /// # Errors
    /// See [`StartRunError`].
    pub async fn start_run(&self, request: StartRun) -> Result<StartedRun, StartRunError> {
        start_run(&self.registry, request).await
    }

    /// Finishes a run, or the current one.
    ///
    /// # Errors
    /// See [`FinishRunError`].
    pub async fn finish_run(&self, run: Option<&str>, outcome: RunOutcome) -> Result<Run, FinishRunError> {
        finish_run(&self.registry, run, outcome).await
    }

    /// Lists one page of runs, the newest first.
    ///
    /// # Errors
    /// The registry cannot be read.
    pub async fn runs(&self, request: ListRuns) -> Result<Page<StartedRun>, PersistenceError> {
        list_runs(&self.registry, request).await
    }

    /// Shows a run in full: what it read and what it made.
    ///
    /// # Errors
    /// The run is not known.
    pub async fn run_details(&self, run: &str) -> Result<RunDetails, ReferenceError> {
        show_run(&self.registry, run).await
    }
}
