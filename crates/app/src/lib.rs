//! Freehold keeps the books of data: which storage locations exist, which instance owns each of them, what lies there, and
//! which run of which code, by whom, put it there.
//!
//! This crate composes everything into a ready [`Freehold`]. A [`Machine`] is where instances are made and opened; a [`Freehold`] is
//! one opened instance, with a method for each use case.
//!
//! ```no_run
//! use freehold::{Freehold, InitialiseInstance, SaveArtifacts};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let request = InitialiseInstance { storage: "./mydata".into(), ..Default::default() };
//! let freehold = Freehold::init(request).await?.freehold;
//! let report = freehold.save(SaveArtifacts { paths: vec!["plate1.csv".into()], ..Default::default() }).await?;
//! println!("{} is safe", report.saved[0].artifact.uid);
//! # Ok(())
//! # }
//! ```
//!
//! # Features
//! All are on by default, and each works without the others:
//! - `sqlite`: registries in SQLite files
//! - `postgres`: registries in Postgres databases
//! - `local`: storage locations on local disk
//! - `s3`: storage locations on S3 and on stores that speak its protocol
//! - `gcs`: storage locations on Google Cloud Storage
//!
//! With `sqlite` and `local` alone, no TLS and no network client is compiled. Without any for registries, or any for locations, give
//! the [`MachineBuilder`] an adapter of your own.

#[cfg(all(doctest, feature = "local", feature = "sqlite"))]
mod documents;
mod download;
mod freehold;
mod machine;

pub use crate::download::{DownloadError, Downloaded};
pub use crate::freehold::{Freehold, SaveReport};
pub use crate::machine::{Initialised, Machine, MachineBuilder, OpenError, Relocated, SetUpError};

pub use freehold_domain as domain;
pub use freehold_ports as ports;
pub use freehold_ports::cache::{CacheError, CacheUsage};
pub use freehold_ports::persistence::{ArtifactOrder, ArtifactRuns, Cursor, Page, StorageUsage, Tally};
pub use freehold_ports::system::{Activity, DirectoryError, KnownInstance, Progress, ProgressEvent, Silent};
pub use freehold_services::add_storage::{AddOutcome, AddStorage, AddStorageError, AddedStorage};
pub use freehold_services::adopt_storage::{
    AdoptStorage, AdoptStorageError, AdoptedStorage, FormerManager, UNKNOWN_MANAGER,
};
pub use freehold_services::cache_artifact::{CacheArtifactError, CachedArtifact};
pub use freehold_services::check_storage::{
    CheckStorageError, CheckedStorage, Finding, Severity, StorageCheck,
};
pub use freehold_services::connect_instance::ConnectError;
pub use freehold_services::default_storage::DefaultStorageError;
pub use freehold_services::delete_artifacts::{DeleteArtifactsError, DeletedArtifacts, Deletion};
pub use freehold_services::delete_instance::{
    DataFate, DeleteInstanceError, DeletedInstance, DeletionOrder, LocationFate,
};
pub use freehold_services::describe_instance::InstanceDescription;
pub use freehold_services::explain_path::{ExplainPathError, PathExplanation, Rule};
pub use freehold_services::find_artifact::{ArtifactDetails, Presence};
pub use freehold_services::finish_run::FinishRunError;
pub use freehold_services::hand_over_storage::{HandOverStorageError, HandedOverStorage};
pub use freehold_services::initialise_instance::{InitialiseError, InitialiseInstance};
pub use freehold_services::list_artifacts::ListArtifacts;
pub use freehold_services::list_instances::ListedInstance;
pub use freehold_services::list_runs::ListRuns;
pub use freehold_services::list_storages::ListedStorage;
pub use freehold_services::locate_artifact::LocatedArtifact;
pub use freehold_services::location::{Linkers, Overlap, Relation, RetiredClaim};
pub use freehold_services::plan_deletion::{
    Contents, DeletionPlan, PlanDeletionError, PlannedLocation, SeenLocation, Sight,
};
pub use freehold_services::presign_artifact::{PresignArtifactError, PresignedArtifact};
pub use freehold_services::read_artifact::{ContentMismatch, ReadArtifact, ReadArtifactError};
pub use freehold_services::receive_storage::ReceiveStorageError;
pub use freehold_services::release_storage::{ReleaseStorageError, ReleasedStorage};
pub use freehold_services::relocate_instance::{LeftBehind, RelocateError};
pub use freehold_services::remove_storage::RemoveStorageError;
pub use freehold_services::restore_artifact::RestoreArtifactError;
pub use freehold_services::save_artifacts::{
    SaveArtifacts, SaveArtifactsError, SaveOutcome, SaveSummary, SavedArtifact,
};
pub use freehold_services::show_run::RunDetails;
pub use freehold_services::show_storage::{ClaimReport, StorageDetails};
pub use freehold_services::start_run::{StartRun, StartRunError, StartedRun};
pub use freehold_services::transfer_artifacts::{
    TransferArtifacts, TransferArtifactsError, TransferOutcome, TransferReport, TransferredArtifact,
};
pub use freehold_services::unfinished_uploads::{
    OwnedUpload, UnfinishedUploads, UnfinishedUploadsError, UploadOwner,
};
pub use freehold_services::update_artifact::{ArtifactChanges, UpdateArtifactError};
pub use freehold_services::update_storage::{StorageChanges, UpdateStorageError};
pub use freehold_services::users::{UserChanges, UserError};
pub use freehold_services::{AccessError, Category, ReferenceError, UseCaseError};
