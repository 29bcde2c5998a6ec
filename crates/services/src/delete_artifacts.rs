//! Delete artifacts: to the trash, or for good.

use std::collections::BTreeMap;

use freehold_domain::{Artifact, ArtifactKey, ArtifactState, ArtifactUid, Storage, StorageUid};
use freehold_ports::blobs::{BlobError, BlobVersion};
use freehold_ports::persistence::PersistenceError;
use freehold_ports::system::{Activity, LivenessError, ProgressEvent};
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::content::{Content, is_replaced, measure, read_error};
use crate::find_artifact::storage_of;
use crate::list_storages::all_storages;
use crate::location::WritableLocation;
use crate::progress_task::Task;
use crate::purge::{Doomed, mark, purge};
use crate::registry::ActorError;
use crate::{AccessError, Category, ReferenceError, Registry, Transaction, UseCaseError, reference};

/// How many blobs are looked at once.
const IN_FLIGHT: usize = 16;

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
    /// Those of them that were deleted as far already, so that nothing was done.
    pub unchanged: Vec<ArtifactUid>,
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
            Self::FileShared { .. } => Some(
                "purge the other artifact, too, in the same command, or leave --with-file out".to_owned(),
            ),
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
/// What is deleted already stays as it is; bytes that a purge did not come to delete are deleted.
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
                locations.insert(storage.uid(), registry.writable(storage).await?);
            }
        }
    }
    match deletion {
        Deletion::Trash => {
            let uids: Vec<_> = targets.iter().map(|(artifact, _)| artifact.uid).collect();
            let artifacts =
                mark::<DeleteArtifactsError>(registry, &uids, ArtifactState::Trashed, &[], &BTreeMap::new())
                    .await?;
            let unchanged = targets.iter().filter(|(artifact, _)| artifact.state != ArtifactState::Available);
            let unchanged = unchanged.map(|(artifact, _)| artifact.uid).collect();
            Ok(DeletedArtifacts { artifacts, unchanged, blobs: 0, bytes: 0 })
        }
        Deletion::Purge { with_file } => purge_targets(registry, &targets, &locations, with_file).await,
    }
}

async fn find_targets(
    registry: &Registry,
    artifacts: &[String],
) -> Result<Vec<(Artifact, Storage)>, DeleteArtifactsError> {
    registry
        .reading(|| {
            async |transaction: &mut Transaction| {
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
            }
        })
        .await
}

async fn purge_targets(
    registry: &Registry,
    targets: &[(Artifact, Storage)],
    locations: &BTreeMap<StorageUid, WritableLocation>,
    with_file: bool,
) -> Result<DeletedArtifacts, DeleteArtifactsError> {
    let uids: Vec<_> = targets.iter().map(|(artifact, _)| artifact.uid).collect();
    let looks: Vec<_> = targets.iter().map(|target| has_doomed_bytes(target, locations, with_file)).collect();
    let looks: Vec<bool> = stream::iter(looks).buffered(IN_FLIGHT).try_collect().await?;
    let doomed = targets.iter().zip(looks).filter(|(_, is_doomed)| *is_doomed);
    let doomed: Vec<&Artifact> = doomed.map(|((artifact, _), _)| artifact).collect();
    let files = targets.iter().filter(|(artifact, _)| {
        !artifact.placement.location.is_ingested() && doomed.iter().any(|doomed| doomed.uid == artifact.uid)
    });
    let files: Vec<&(Artifact, Storage)> = files.collect();
    refuse_shared_files(registry, &files, &uids).await?;
    let versions = refuse_changed_files(registry, &files, locations).await?;

    let unchanged = targets.iter().map(|(artifact, _)| artifact).filter(|artifact| {
        artifact.state == ArtifactState::Purged && doomed.iter().all(|doomed| doomed.uid != artifact.uid)
    });
    let unchanged = unchanged.map(|artifact| artifact.uid).collect();
    let bytes = doomed.iter().map(|artifact| artifact.size).sum();
    let blobs = doomed.len() as u64;
    let _task = Task::begin(&registry.host.progress, Activity::Deleting, Some(blobs), None);
    let doomed: Vec<Doomed<'_>> = doomed
        .into_iter()
        .map(|artifact| Doomed { artifact, version: versions.get(&artifact.uid).cloned() })
        .collect();
    let artifacts = purge::<DeleteArtifactsError>(registry, &uids, &doomed, locations).await?;
    Ok(DeletedArtifacts { artifacts, unchanged, blobs, bytes })
}

/// Whether there are bytes to delete. Those of a tombstone are there only if an earlier purge did not come to its end, or left the file.
async fn has_doomed_bytes(
    (artifact, storage): &(Artifact, Storage),
    locations: &BTreeMap<StorageUid, WritableLocation>,
    with_file: bool,
) -> Result<bool, BlobError> {
    match locations.get(&storage.uid()) {
        Some(location) if artifact.placement.location.is_ingested() || with_file => {
            Ok(location.reading().metadata(&artifact.blob_key()).await?.is_some())
        }
        _ => Ok(false),
    }
}

/// Other artifacts may be recorded at the same file, also in another location of the instance that contains it.
async fn refuse_shared_files(
    registry: &Registry,
    files: &[&(Artifact, Storage)],
    doomed: &[ArtifactUid],
) -> Result<(), DeleteArtifactsError> {
    if files.is_empty() {
        return Ok(());
    }
    registry
        .reading(|| {
            async |transaction: &mut Transaction| {
                let storages = all_storages(transaction).await?;
                for (artifact, storage) in files.iter().copied() {
                    let place = storage.root().join(&artifact.blob_key());
                    for location in &storages {
                        let Some(key) = location.root().relative_key(&place) else { continue };
                        let sharing = transaction.artifacts().find_in_place(&location.uid(), &[key]).await?;
                        let other = sharing.into_iter().find(|other| {
                            other.state != ArtifactState::Purged && !doomed.contains(&other.uid)
                        });
                        if let Some(Artifact { uid: other, key, .. }) = other {
                            return Err(DeleteArtifactsError::FileShared {
                                artifact: artifact.uid,
                                other,
                                key,
                            });
                        }
                    }
                }
                Ok(())
            }
        })
        .await
}

/// Reads files that were recorded in place: only one that still has the recorded content is deleted, and only in the version that was read.
async fn refuse_changed_files(
    registry: &Registry,
    files: &[&(Artifact, Storage)],
    locations: &BTreeMap<StorageUid, WritableLocation>,
) -> Result<BTreeMap<ArtifactUid, BlobVersion>, DeleteArtifactsError> {
    let mut versions = BTreeMap::new();
    if files.is_empty() {
        return Ok(versions);
    }
    let progress = &registry.host.progress;
    let bytes = files.iter().map(|(artifact, _)| artifact.size).sum();
    let _task = Task::begin(progress, Activity::Reading, Some(files.len() as u64), Some(bytes));
    for (artifact, storage) in files.iter().copied() {
        let (Some(location), key) = (locations.get(&storage.uid()), artifact.blob_key()) else { continue };
        let changed = || DeleteArtifactsError::FileChanged { artifact: artifact.uid };
        let reader = match location.reading().read(&key, None).await {
            Ok(reader)
                if reader.metadata.size == artifact.size && !is_replaced(artifact, &reader.metadata) =>
            {
                reader
            }
            Ok(_) => return Err(changed()),
            Err(BlobError::NotFound { .. }) => continue,
            Err(error) => return Err(error.into()),
        };
        versions.insert(artifact.uid, reader.metadata.version);
        if !artifact.hash.identifies_content() {
            continue;
        }
        let content =
            measure(reader.body, progress.clone()).await.map_err(|error| read_error(&key, error))?;
        if content != Content::of(artifact) {
            return Err(changed());
        }
        progress.report(ProgressEvent::Advanced { items: 1, bytes: 0 });
    }
    Ok(versions)
}
