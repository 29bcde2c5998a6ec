//! Transfer artifacts of another instance into this one: their records are copied, their bytes are linked, or copied on request.

mod copy;
mod graft;
mod snapshot;

use std::collections::HashSet;

use freehold_domain::{
    Artifact, ArtifactKey, ArtifactKeyPrefix, ArtifactUid, IllegalTransition, InstanceUid, RunUid,
    StorageRoot, TransformKeyError,
};
use freehold_ports::blobs::BlobError;
use freehold_ports::persistence::{ArtifactFilter, ArtifactOrder, PageRequest, PersistenceError};
use freehold_ports::system::{Activity, LivenessError, ProgressEvent};

use crate::default_storage::DefaultStorageError;
use crate::list_storages::PAGE;
use crate::progress_task::Task;
use crate::read_artifact::{ContentMismatch, ReadArtifactError};
use crate::registry::ActorError;
use crate::{AccessError, Category, ReferenceError, Registry, Transaction, UseCaseError, read_artifact};
use snapshot::Snapshot;

/// A request to transfer artifacts.
#[derive(Debug, Clone, Default)]
pub struct TransferArtifacts {
    /// The artifacts, by the source's names: uids, keys, or unique prefixes of uids.
    pub artifacts: Vec<String>,
    /// Also the latest versions of everything with a key that begins so. Without this and without names: of everything.
    pub prefix: Option<ArtifactKeyPrefix>,
    /// Copy the bytes into the default storage, too.
    pub copy: bool,
}

/// What came of transferring an artifact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TransferOutcome {
    /// It is recorded here, and its bytes stay where they are.
    Linked,
    /// It is recorded here, and its bytes are in a location of this instance.
    Copied,
    /// It was recorded here already.
    Existing,
}

/// An artifact that was transferred.
#[derive(Debug, Clone, PartialEq)]
pub struct TransferredArtifact {
    /// The artifact, as it is recorded here.
    pub artifact: Artifact,
    /// What came of it.
    pub outcome: TransferOutcome,
}

/// A transfer that was made.
#[derive(Debug, Clone, PartialEq)]
pub struct TransferReport {
    /// The run that records the transfer; absent when everything was here already.
    pub run: Option<RunUid>,
    /// The artifacts, in the source's order.
    pub transferred: Vec<TransferredArtifact>,
}

/// Why artifacts were not transferred.
#[derive(Debug, thiserror::Error)]
pub enum TransferArtifactsError {
    /// The source is this instance itself.
    #[error("the source of the transfer is this instance itself")]
    SameInstance,
    /// A storage location of the source is recorded here under another root.
    #[error("storage location {uid} is recorded here at {here}, and in the source at {there}")]
    StorageMoved {
        /// The location.
        uid: String,
        /// Its root here.
        here: String,
        /// Its root in the source.
        there: String,
    },
    /// The artifact was recorded by its entity tag, which no copy can be verified against. It stays linked.
    #[error(
        "artifact {artifact} ({key}) cannot be copied: it was recorded by its entity tag, and its content was never hashed"
    )]
    NotVerifiable {
        /// The artifact.
        artifact: ArtifactUid,
        /// Its key.
        key: ArtifactKey,
    },
    /// A recovery took this process for one that had ended, and undoes its copies. The artifacts stay linked.
    #[error(
        "what was copied to {root} was taken for what an interrupted process had left; nothing points to the copies"
    )]
    IntentsTaken {
        /// The location.
        root: StorageRoot,
    },
    /// The bytes that arrived are not the recorded ones. The artifact stays linked, or absent.
    #[error(transparent)]
    Mismatch(#[from] ContentMismatch),
    /// An artifact of the source cannot be read.
    #[error(transparent)]
    Read(#[from] ReadArtifactError),
    /// An artifact is not known to the source.
    #[error(transparent)]
    Reference(#[from] ReferenceError),
    /// The key of the transfer's transform is not valid.
    #[error(transparent)]
    Transform(#[from] TransformKeyError),
    /// The transfer's own run cannot take a step.
    #[error(transparent)]
    Transition(#[from] IllegalTransition),
    /// The default storage cannot be told.
    #[error(transparent)]
    DefaultStorage(#[from] DefaultStorageError),
    /// The default storage cannot be written.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The user or the run cannot be recorded.
    #[error(transparent)]
    Actor(#[from] ActorError),
    /// The session cannot be begun.
    #[error(transparent)]
    Liveness(#[from] LivenessError),
    /// A registry failed.
    #[error(transparent)]
    Persistence(#[from] PersistenceError),
    /// The storage failed.
    #[error(transparent)]
    Blob(BlobError),
}

impl From<BlobError> for TransferArtifactsError {
    /// A put that failed because what arrived was not what was recorded is that error.
    fn from(error: BlobError) -> Self {
        match error {
            BlobError::Body { source } => match source.downcast::<ContentMismatch>() {
                Ok(mismatch) => Self::Mismatch(mismatch),
                Err(source) => Self::Blob(BlobError::Body { source }),
            },
            error => Self::Blob(error),
        }
    }
}

impl UseCaseError for TransferArtifactsError {
    fn category(&self) -> Category {
        match self {
            Self::SameInstance | Self::Transform(_) => Category::Invalid,
            Self::StorageMoved { .. } | Self::NotVerifiable { .. } | Self::Transition(_) => Category::Refused,
            Self::IntentsTaken { .. } => Category::Conflict,
            Self::Mismatch(_) => Category::Integrity,
            Self::Read(error) => error.category(),
            Self::Reference(error) => error.category(),
            Self::DefaultStorage(error) => error.category(),
            Self::Access(error) => error.category(),
            Self::Actor(error) => error.category(),
            Self::Liveness(error) => error.category(),
            Self::Persistence(error) => error.category(),
            Self::Blob(error) => error.category(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::SameInstance => Some("name another instance with --from".to_owned()),
            Self::StorageMoved { .. } => {
                Some("add the location at its new root first: `freehold storage add ROOT --link`".to_owned())
            }
            Self::NotVerifiable { .. } => Some(
                "save it again in the source without --trust-etag, which hashes it, and transfer that version; without --copy it is linked"
                    .to_owned(),
            ),
            Self::Mismatch(_) => Some("ask the source's manager; the source was not changed".to_owned()),
            Self::Read(error) => error.hint(),
            Self::Reference(error) => error.hint(),
            Self::DefaultStorage(error) => error.hint(),
            Self::Access(error) => error.hint(),
            Self::Actor(error) => error.hint(),
            Self::Liveness(error) => error.hint(),
            Self::Persistence(error) => error.hint(),
            Self::Blob(error) => error.hint(),
            Self::IntentsTaken { .. } | Self::Transform(_) | Self::Transition(_) => None,
        }
    }
}

/// Transfers artifacts from `source`, which is only read, into `registry`.
///
/// Users, transforms, runs, families and artifacts keep their uids; storage locations become linked ones. Batches of a
/// thousand are each recorded wholly or not at all. Copied bytes are durable, and verified against the recorded hash, before their artifact points
/// to them; what of a batch cannot be copied stays linked.
///
/// # Idempotency
/// What is here already is left as it is; a linked artifact is copied when that is asked.
///
/// # Errors
/// See [`TransferArtifactsError`]. Batches before the one that failed stay recorded.
pub async fn transfer_artifacts(
    registry: &Registry,
    source: &Registry,
    request: TransferArtifacts,
) -> Result<TransferReport, TransferArtifactsError> {
    if source.instance.uid() == registry.instance.uid() {
        return Err(TransferArtifactsError::SameInstance);
    }
    if request.copy {
        copy::require_target(registry).await?;
    }
    let activity = if request.copy { Activity::Copying } else { Activity::Transferring };
    let _task = Task::begin(&registry.host.progress, activity, None, None);
    let transfer = Transfer { registry, source: source.instance.uid(), copy: request.copy };
    let mut report = TransferReport { run: None, transferred: Vec::new() };

    let (mut named, mut seen) = (Vec::with_capacity(request.artifacts.len()), HashSet::new());
    for name in &request.artifacts {
        let artifact = read_artifact::find_available(source, name).await?.0;
        if seen.insert(artifact.uid) {
            named.push(artifact);
        }
    }
    for batch in named.chunks(PAGE as usize) {
        transfer.take(source, batch.to_vec(), &mut report).await?;
    }
    if request.prefix.is_some() || request.artifacts.is_empty() {
        let filter = ArtifactFilter { prefix: request.prefix, ..ArtifactFilter::default() };
        let mut page = PageRequest::first(PAGE);
        loop {
            let found = source
                .reading(|| {
                    async |transaction: &mut Transaction| {
                        transaction.artifacts().list(&filter, ArtifactOrder::Key, &page).await
                    }
                })
                .await?;
            let fresh = found.items.into_iter().filter(|artifact| !seen.contains(&artifact.uid)).collect();
            transfer.take(source, fresh, &mut report).await?;
            match found.next {
                Some(next) => page.after = Some(next),
                None => break,
            }
        }
    }
    Ok(report)
}

/// A transfer under way.
struct Transfer<'transfer> {
    registry: &'transfer Registry,
    source: InstanceUid,
    copy: bool,
}

impl Transfer<'_> {
    /// Takes one batch over.
    async fn take(
        &self,
        source: &Registry,
        artifacts: Vec<Artifact>,
        report: &mut TransferReport,
    ) -> Result<(), TransferArtifactsError> {
        let items = artifacts.len() as u64;
        let snapshot = Snapshot::read(source, artifacts).await?;
        let grafted = graft::graft(self, &snapshot, report.run).await?;
        report.run = grafted.run;
        let transferred =
            if self.copy { copy::copy(self, source, &snapshot, grafted).await? } else { grafted.artifacts };
        report.transferred.extend(transferred);
        self.registry.host.progress.report(ProgressEvent::Advanced { items, bytes: 0 });
        Ok(())
    }
}
