//! Delete artifacts: to the trash, or for good.

use std::collections::BTreeMap;

use freehold_domain::{
    Artifact, ArtifactKey, ArtifactState, ArtifactUid, BlobKey, Intent, IntentKind, IntentUid, Storage, StorageUid,
};
use freehold_ports::blobs::BlobError;
use freehold_ports::persistence::PersistenceError;
use freehold_ports::system::{Activity, LivenessError, ProgressEvent};

use crate::content::{Content, measure};
use crate::family_heads::settle_heads;
use crate::find_artifact::storage_of;
use crate::progress_task::Task;
use crate::location::WritableLocation;
use crate::registry::ActorError;
use crate::{AccessError, Category, ReferenceError, Registry, Transaction, UseCaseError, reference};

/// How artifacts are deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deletion {
    /// To the trash: they can be restored, and no byte is touched.
    Trash,
    /// For good. Ingested bytes are deleted; a tombstone keeps uid, key, hash and lineage.
    Purge {
        /// Also delete files that were recorded in place.
        with_file: bool,
    },
}

/// Artifacts that were deleted.
#[derive(Debug, Clone, PartialEq)]
pub struct DeletedArtifacts {
    /// The artifacts as they are now, in the order in which they were named.
    pub artifacts: Vec<Artifact>,
    /// How many blobs were deleted.
    pub blobs: u64,
    /// How many bytes they held.
    pub bytes: u64,
}

/// Why artifacts were not deleted.
#[derive(Debug, thiserror::Error)]
pub enum DeleteArtifactsError {
    /// The file that was recorded in place holds something else by now.
    #[error("the file of artifact {artifact} was changed since it was recorded, so it is not deleted")]
    FileChanged {
        /// The artifact.
        artifact: ArtifactUid,
    },
    /// Other artifacts are recorded at the same file.
    #[error("the file of artifact {artifact} is also recorded as {other} ({key}), so it is not deleted")]
    FileShared {
        /// The artifact.
        artifact: ArtifactUid,
        /// Another one at the same file.
        other: ArtifactUid,
        /// The key of the other one.
        key: ArtifactKey,
    },
    /// The location is not this instance's to write to.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// An artifact is not known.
    #[error(transparent)]
    Reference(#[from] ReferenceError),
    /// The user or the run cannot be recorded.
    #[error(transparent)]
    Actor(#[from] ActorError),
    /// The session cannot be begun.
    #[error(transparent)]
    Liveness(#[from] LivenessError),
    /// The registry failed.
    #[error(transparent)]
    Persistence(#[from] PersistenceError),
    /// The storage failed. The artifacts are tombstones; what is left of their bytes is removed by recovery.
    #[error(transparent)]
    Blob(#[from] BlobError),
}

impl UseCaseError for DeleteArtifactsError {
    fn category(&self) -> Category {
        match self {
            Self::FileChanged { .. } | Self::FileShared { .. } => Category::Refused,
            Self::Access(error) => error.category(),
            Self::Reference(error) => error.category(),
            Self::Actor(error) => error.category(),
            Self::Liveness(error) => error.category(),
            Self::Persistence(error) => error.category(),
            Self::Blob(error) => error.category(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::FileChanged { .. } => {
                Some("purge without --with-file, or save the changed file as a new version first".to_owned())
            }
            Self::FileShared { .. } => {
                Some("purge the other artifact, too, in the same command, or leave --with-file out".to_owned())
            }
            Self::Access(error) => error.hint(),
            Self::Reference(error) => error.hint(),
            Self::Actor(error) => error.hint(),
            Self::Liveness(error) => error.hint(),
            Self::Persistence(error) => error.hint(),
            Self::Blob(error) => error.hint(),
        }
    }
}

/// Deletes the artifacts that `artifacts` mean, all of them or, when one cannot be deleted, none.
///
/// A purge writes tombstones and intents in one transaction, then deletes the bytes, then drops the intents: interrupted
/// anywhere, no artifact is left that can be read in part.
///
/// # Idempotency
/// What is deleted already stays as it is.
///
/// # Errors
/// See [`DeleteArtifactsError`].
pub async fn delete_artifacts(
    registry: &Registry,
    artifacts: &[String],
    deletion: Deletion,
) -> Result<DeletedArtifacts, DeleteArtifactsError> {
    let targets = find_targets(registry, artifacts).await?;
    let mut locations = BTreeMap::new();
    for (_, storage) in &targets {
        if locations.contains_key(&storage.uid()) {
            continue;
        }
        let opened = &registry.host.locations;
        match deletion {
            Deletion::Trash => {
                opened.managed(storage, &registry.instance).await?;
            }
            Deletion::Purge { .. } => {
                locations.insert(storage.uid(), opened.writable(storage, &registry.instance).await?);
            }
        }
    }
    match deletion {
        Deletion::Trash => {
            let uids: Vec<_> = targets.iter().map(|(artifact, _)| artifact.uid).collect();
            let artifacts = mark(registry, &uids, ArtifactState::Trashed, &[]).await?;
            Ok(DeletedArtifacts { artifacts, blobs: 0, bytes: 0 })
        }
        Deletion::Purge { with_file } => purge(registry, &targets, &locations, with_file).await,
    }
}

async fn find_targets(
    registry: &Registry,
    artifacts: &[String],
) -> Result<Vec<(Artifact, Storage)>, DeleteArtifactsError> {
    registry
        .reading(|| async |transaction: &mut Transaction| {
            let mut targets: Vec<(Artifact, Storage)> = Vec::new();
            for text in artifacts {
                let artifact = reference::find_artifact(registry, transaction, text).await?;
                if targets.iter().any(|(target, _)| target.uid == artifact.uid) {
                    continue;
                }
                let storage = storage_of(transaction, &artifact).await?;
                targets.push((artifact, storage));
            }
            Ok(targets)
        })
        .await
}

/// Gives the artifacts their new state, with the intents of what is to follow, and settles the heads.
async fn mark(
    registry: &Registry,
    uids: &[ArtifactUid],
    state: ArtifactState,
    intents: &[Intent],
) -> Result<Vec<Artifact>, DeleteArtifactsError> {
    registry
        .writing(|| async |transaction: &mut Transaction| {
            let actor = registry.record_actor(transaction).await?;
            let mut changed = transaction.artifacts().find_many(uids).await?;
            changed.retain(|artifact| match artifact.state {
                ArtifactState::Available => true,
                ArtifactState::Trashed => state == ArtifactState::Purged,
                ArtifactState::Purged => false,
            });
            for artifact in &mut changed {
                artifact.state = state;
                artifact.provenance.record_update(actor.created_at(), actor.run());
            }
            transaction.artifacts().update_many(&changed).await?;
            transaction.intents().insert_many(intents).await?;
            settle_heads(transaction, changed.iter().map(|artifact| artifact.uid.stem()).collect()).await?;
            Ok(transaction.artifacts().find_many(uids).await?)
        })
        .await
}

async fn purge(
    registry: &Registry,
    targets: &[(Artifact, Storage)],
    locations: &BTreeMap<StorageUid, WritableLocation>,
    with_file: bool,
) -> Result<DeletedArtifacts, DeleteArtifactsError> {
    let uids: Vec<_> = targets.iter().map(|(artifact, _)| artifact.uid).collect();
    let mut doomed: Vec<&Artifact> = Vec::new();
    for (artifact, _) in targets {
        let is_doomed = artifact.placement.location.is_ingested() || with_file;
        if artifact.state == ArtifactState::Purged || !is_doomed {
            continue;
        }
        if !artifact.placement.location.is_ingested() {
            refuse_shared_file(registry, artifact, &uids).await?;
            refuse_changed_file(registry, artifact, &locations[&artifact.placement.storage]).await?;
        }
        doomed.push(artifact);
    }
    let intents = delete_intents(registry, &doomed).await?;
    let artifacts = mark(registry, &uids, ArtifactState::Purged, &intents).await?;
    delete_blobs(registry, &doomed, locations).await?;
    let finished: Vec<IntentUid> = intents.iter().map(|intent| intent.uid).collect();
    registry
        .writing(|| async |transaction: &mut Transaction| {
            transaction.intents().delete_many(&finished).await.map(|_| ())
        })
        .await?;
    let bytes = doomed.iter().map(|artifact| artifact.size).sum();
    Ok(DeletedArtifacts { artifacts, blobs: doomed.len() as u64, bytes })
}

async fn refuse_shared_file(
    registry: &Registry,
    artifact: &Artifact,
    doomed: &[ArtifactUid],
) -> Result<(), DeleteArtifactsError> {
    let (storage, key) = (artifact.placement.storage, artifact.blob_key());
    let sharing = registry
        .reading(|| async |transaction: &mut Transaction| {
            transaction.artifacts().find_in_place(&storage, std::slice::from_ref(&key)).await
        })
        .await?;
    let other = sharing
        .into_iter()
        .find(|other| other.state != ArtifactState::Purged && !doomed.contains(&other.uid));
    match other {
        Some(other) => {
            Err(DeleteArtifactsError::FileShared { artifact: artifact.uid, other: other.uid, key: other.key })
        }
        None => Ok(()),
    }
}

async fn refuse_changed_file(
    registry: &Registry,
    artifact: &Artifact,
    location: &WritableLocation,
) -> Result<(), DeleteArtifactsError> {
    let changed = DeleteArtifactsError::FileChanged { artifact: artifact.uid };
    let reader = match location.reading().read(&artifact.blob_key(), None).await {
        Ok(reader) if reader.metadata.size == artifact.size => reader,
        Ok(_) => return Err(changed),
        Err(BlobError::NotFound { .. }) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    match measure(reader.body, registry.host.progress.clone()).await {
        Ok(content) if content == Content::of(artifact) => Ok(()),
        Ok(_) | Err(_) => Err(changed),
    }
}

async fn delete_intents(registry: &Registry, doomed: &[&Artifact]) -> Result<Vec<Intent>, DeleteArtifactsError> {
    if doomed.is_empty() {
        return Ok(Vec::new());
    }
    let session = registry.session().await?;
    let created_at = registry.host.clock.now();
    Ok(doomed
        .iter()
        .map(|artifact| Intent {
            uid: registry.host.uids.intent_uid(),
            kind: IntentKind::Delete,
            session,
            storage: artifact.placement.storage,
            blob_key: artifact.blob_key(),
            artifact: artifact.uid,
            created_at,
        })
        .collect())
}

async fn delete_blobs(
    registry: &Registry,
    doomed: &[&Artifact],
    locations: &BTreeMap<StorageUid, WritableLocation>,
) -> Result<(), BlobError> {
    let progress = &registry.host.progress;
    let (items, bytes) = (doomed.len() as u64, doomed.iter().map(|artifact| artifact.size).sum());
    let _task = Task::begin(progress, Activity::Deleting, Some(items), Some(bytes));
    for (storage, location) in locations {
        let here = doomed.iter().filter(|artifact| artifact.placement.storage == *storage);
        let keys: Vec<BlobKey> = here.map(|artifact| artifact.blob_key()).collect();
        location.delete(&keys).await?;
        progress.report(ProgressEvent::Advanced { items: keys.len() as u64, bytes: 0 });
    }
    Ok(())
}
