//! Read an artifact: its bytes, verified as they pass, and an input of the current run.

use std::sync::Arc;

use freehold_domain::{Artifact, ArtifactState, ArtifactUid, BlobKey, Storage, StorageRoot};
use freehold_ports::blobs::{BlobError, BlobMetadata, ByteStream, Readership};
use freehold_ports::persistence::PersistenceError;
use freehold_ports::system::Activity;

use crate::cached_content::{ByCache, by_cache};
use crate::content::{Measure, Measured, is_replaced};
use crate::find_artifact::find_with_storage;
use crate::progress_task::Task;
use crate::registry::ActorError;
use crate::{Category, ReferenceError, Registry, Transaction, UseCaseError};

pub use crate::content::ContentMismatch;

/// An artifact that is being read.
pub struct ReadArtifact {
    /// The artifact.
    pub artifact: Artifact,
    /// Its bytes. They end in an error around [`ContentMismatch`] when they are not the recorded ones.
    pub body: ByteStream,
}

impl std::fmt::Debug for ReadArtifact {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("ReadArtifact").field("artifact", &self.artifact).finish_non_exhaustive()
    }
}

/// Why an artifact cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadArtifactError {
    /// It is in the trash.
    #[error("artifact {0} is in the trash")]
    Trashed(ArtifactUid),
    /// It was purged: its bytes are gone.
    #[error("artifact {0} was purged, and its bytes are gone; its record is kept for its lineage")]
    Purged(ArtifactUid),
    /// Its bytes are not where they should be.
    #[error("the bytes of artifact {artifact} are not there any more: nothing is at {key} in {root}")]
    BytesMissing {
        /// The artifact.
        artifact: ArtifactUid,
        /// Where they should be.
        root: StorageRoot,
        /// Their key there.
        key: BlobKey,
    },
    /// Its bytes are there, but not as many as recorded.
    #[error(
        "artifact {artifact} was recorded with {expected} bytes, and {found} are there; it was changed since"
    )]
    SizeDiffers {
        /// The artifact.
        artifact: ArtifactUid,
        /// The recorded size in bytes.
        expected: u64,
        /// The size found, in bytes.
        found: u64,
    },
    /// It was recorded by its entity tag, and a blob with another one is there.
    #[error(
        "artifact {artifact} was recorded with entity tag {expected}, and {found} is there; it was replaced since"
    )]
    Replaced {
        /// The artifact.
        artifact: ArtifactUid,
        /// The recorded entity tag.
        expected: String,
        /// The entity tag found.
        found: String,
    },
    /// Its bytes are not the recorded ones, which was found before any of them was given.
    #[error(transparent)]
    Mismatch(#[from] ContentMismatch),
    /// The artifact is not known.
    #[error(transparent)]
    Reference(#[from] ReferenceError),
    /// It cannot be recorded as an input of the run.
    #[error(transparent)]
    Actor(#[from] ActorError),
    /// The registry failed.
    #[error(transparent)]
    Persistence(#[from] PersistenceError),
    /// The storage failed.
    #[error(transparent)]
    Blob(#[from] BlobError),
}

impl UseCaseError for ReadArtifactError {
    fn category(&self) -> Category {
        match self {
            Self::Trashed(_) | Self::Purged(_) => Category::NotFound,
            Self::BytesMissing { .. }
            | Self::SizeDiffers { .. }
            | Self::Replaced { .. }
            | Self::Mismatch(_) => Category::Integrity,
            Self::Reference(error) => error.category(),
            Self::Actor(error) => error.category(),
            Self::Persistence(error) => error.category(),
            Self::Blob(error) => error.category(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Trashed(uid) => Some(format!("`freehold restore {uid}` brings it back")),
            Self::Purged(uid) => {
                Some(format!("`freehold show {uid}` tells what it was and which run made it"))
            }
            Self::BytesMissing { artifact, .. } => Some(format!(
                "`freehold show {artifact}` tells where it lay and which run made it; ask the location's manager"
            )),
            Self::SizeDiffers { artifact, .. } | Self::Replaced { artifact, .. } => Some(format!(
                "register the changed file as a new version, or find the old one; `freehold show {artifact}`"
            )),
            Self::Mismatch(mismatch) => Some(format!(
                "the stored bytes were changed; `freehold show {}` tells where they lie and who manages them",
                mismatch.artifact
            )),
            Self::Reference(error) => error.hint(),
            Self::Actor(error) => error.hint(),
            Self::Persistence(error) => error.hint(),
            Self::Blob(error) => error.hint(),
        }
    }
}

/// Opens the artifact that `artifact` means for reading. Under a run, it becomes an input of the run.
///
/// What lies in a cloud comes from the machine's cache, if there is one, and is brought there first if need be: no byte of it is given before
/// all of it was verified.
///
/// # Errors
/// See [`ReadArtifactError`]; then nothing is recorded.
pub async fn read_artifact(registry: &Registry, artifact: &str) -> Result<ReadArtifact, ReadArtifactError> {
    let (artifact, storage) = find_available(registry, artifact).await?;
    let progress = &registry.host.progress;
    let body = match by_cache(registry, &artifact, &storage).await? {
        // Its bytes were reported as they were fetched.
        ByCache::Fetched(content) => {
            record_input(registry, artifact.uid).await?;
            let body = Measured::new(content.body, Measure::default()).expecting(&artifact).boxed();
            return Ok(ReadArtifact { artifact, body });
        }
        ByCache::Found(content) => Measured::new(content.body, Measure::default())
            .expecting(&artifact)
            .reporting(Arc::clone(progress)),
        ByCache::Bypassed(_) => open(registry, &artifact, &storage).await?.0,
    };
    record_input(registry, artifact.uid).await?;
    let task = Task::begin(progress, Activity::Reading, Some(1), Some(artifact.size));
    Ok(ReadArtifact { artifact, body: body.within(task).boxed() })
}

/// Finds an artifact that can be read, and its location.
pub(crate) async fn find_available(
    registry: &Registry,
    artifact: &str,
) -> Result<(Artifact, Storage), ReadArtifactError> {
    let (artifact, storage) = find_with_storage(registry, artifact).await?;
    match artifact.state {
        ArtifactState::Available => Ok((artifact, storage)),
        ArtifactState::Trashed => Err(ReadArtifactError::Trashed(artifact.uid)),
        ArtifactState::Purged => Err(ReadArtifactError::Purged(artifact.uid)),
    }
}

/// Opens the bytes of an artifact, to be verified as they pass.
pub(crate) async fn open(
    registry: &Registry,
    artifact: &Artifact,
    storage: &Storage,
) -> Result<(Measured, Readership), ReadArtifactError> {
    let location = registry.host.locations.readable(storage).await?;
    let reader = match location.read(&artifact.blob_key(), None).await {
        Ok(reader) => reader,
        Err(BlobError::NotFound { .. }) => return Err(missing(artifact, storage)),
        Err(error) => return Err(error.into()),
    };
    require_recorded(artifact, &reader.metadata)?;
    let measured = Measured::new(reader.body, Measure::default()).expecting(artifact);
    Ok((measured.reporting(Arc::clone(&registry.host.progress)), reader.metadata.readership))
}

/// Checks that the bytes of an artifact are where they should be, by their size.
pub(crate) async fn require_bytes(
    registry: &Registry,
    artifact: &Artifact,
    storage: &Storage,
) -> Result<(), ReadArtifactError> {
    let location = registry.host.locations.readable(storage).await?;
    match location.metadata(&artifact.blob_key()).await? {
        Some(blob) => require_recorded(artifact, &blob),
        None => Err(missing(artifact, storage)),
    }
}

fn missing(artifact: &Artifact, storage: &Storage) -> ReadArtifactError {
    let (root, key) = (storage.root().clone(), artifact.blob_key());
    ReadArtifactError::BytesMissing { artifact: artifact.uid, root, key }
}

/// Checks what can be checked without reading.
fn require_recorded(artifact: &Artifact, blob: &BlobMetadata) -> Result<(), ReadArtifactError> {
    if blob.size != artifact.size {
        let (expected, found) = (artifact.size, blob.size);
        return Err(ReadArtifactError::SizeDiffers { artifact: artifact.uid, expected, found });
    }
    if is_replaced(artifact, blob) {
        let (expected, found) = (artifact.hash.to_string(), blob.entity_tag.clone().unwrap_or_default());
        return Err(ReadArtifactError::Replaced { artifact: artifact.uid, expected, found });
    }
    Ok(())
}

/// Makes an artifact an input of the current run, if there is one.
pub(crate) async fn record_input(
    registry: &Registry,
    artifact: ArtifactUid,
) -> Result<(), ReadArtifactError> {
    let Some(run) = registry.run else { return Ok(()) };
    registry
        .writing(|| {
            async |transaction: &mut Transaction| {
                registry.record_actor(transaction).await?;
                transaction.lineage().add_inputs(&run, &[artifact]).await?;
                Ok(())
            }
        })
        .await
}
