//! Presign an artifact: a URL with which anybody can read its bytes for some time.

use std::time::Duration;

use freehold_domain::{Artifact, StorageKind, StoragePath, StorageRoot};
use freehold_ports::blobs::{BlobError, PresignedUrl};

use crate::read_artifact::{ReadArtifactError, find_available, record_input, require_bytes};
use crate::{Category, Registry, UseCaseError};

/// An artifact, and a URL with which anybody can read it for some time.
#[derive(Debug, Clone, PartialEq)]
pub struct PresignedArtifact {
    /// The artifact.
    pub artifact: Artifact,
    /// Where its bytes are.
    pub path: StoragePath,
    /// The URL. It is a secret.
    pub url: PresignedUrl,
    /// How long it is valid.
    pub valid_for: Duration,
}

/// Why no URL was signed.
#[derive(Debug, thiserror::Error)]
pub enum PresignArtifactError {
    /// The artifact is a file on a disk.
    #[error("artifact {path} is a local file, and only what lies in a cloud has a URL")]
    Local {
        /// Where it is.
        path: StoragePath,
    },
    /// No URL can be valid for so long, or for no time at all.
    #[error(
        "a URL can be valid for 1 second to {} days, and {} seconds were asked for",
        PresignedUrl::LONGEST.as_secs() / 86_400,
        asked.as_secs()
    )]
    Duration {
        /// How long it was to be valid.
        asked: Duration,
    },
    /// The location was opened without credentials, so that there is nothing to sign with.
    #[error("{root} is read without credentials, and a URL is signed with credentials")]
    NothingToSignWith {
        /// The location.
        root: StorageRoot,
    },
    /// The artifact cannot be read.
    #[error(transparent)]
    Read(#[from] ReadArtifactError),
    /// The storage failed.
    #[error(transparent)]
    Blob(#[from] BlobError),
}

impl UseCaseError for PresignArtifactError {
    fn category(&self) -> Category {
        match self {
            Self::Local { .. } | Self::Duration { .. } => Category::Invalid,
            Self::NothingToSignWith { .. } => Category::Failed,
            Self::Read(error) => error.category(),
            Self::Blob(error) => error.category(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Local { .. } => Some("leave --presign out to print its path".to_owned()),
            Self::NothingToSignWith { .. } => Some(
                "set credentials in the environment or the profile of your cloud; what is public can be read without such a URL"
                    .to_owned(),
            ),
            Self::Read(error) => error.hint(),
            Self::Blob(error) => error.hint(),
            Self::Duration { .. } => None,
        }
    }
}

/// Signs a URL with which anybody can read the bytes of the artifact that `artifact` means for as long as `valid_for` says, in whole seconds. Under a run it
/// becomes an input of the run, since who asks for the URL is going to read it.
///
/// # Errors
/// See [`PresignArtifactError`]; bytes that are not there are one. Then nothing is recorded.
pub async fn presign_artifact(
    registry: &Registry,
    artifact: &str,
    valid_for: Duration,
) -> Result<PresignedArtifact, PresignArtifactError> {
    let (artifact, storage) = find_available(registry, artifact).await?;
    let (key, root) = (artifact.blob_key(), storage.root());
    let path = root.join(&key);
    match root.kind() {
        StorageKind::Local => return Err(PresignArtifactError::Local { path }),
        StorageKind::S3 | StorageKind::Gs => {}
    }
    if valid_for.as_secs() == 0 || valid_for > PresignedUrl::LONGEST {
        return Err(PresignArtifactError::Duration { asked: valid_for });
    }
    require_bytes(registry, &artifact, &storage).await?;
    let signed = registry.host.locations.readable(&storage).await?.presigned_url(&key, valid_for).await?;
    let url = signed.ok_or_else(|| PresignArtifactError::NothingToSignWith { root: root.clone() })?;
    record_input(registry, artifact.uid).await?;
    Ok(PresignedArtifact { artifact, path, url, valid_for })
}
