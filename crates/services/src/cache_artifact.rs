//! Cache an artifact: a file of this machine with its content, for programs that read by themselves.

use std::path::PathBuf;

use freehold_domain::{Artifact, ArtifactUid};
use freehold_ports::cache::CacheError;

use crate::cached_content::{ByCache, Bypass, by_cache};
use crate::read_artifact::{ReadArtifactError, find_available, record_input, require_bytes};
use crate::{Category, Registry, UseCaseError};

/// An artifact and a file with its content.
#[derive(Debug, Clone, PartialEq)]
pub struct CachedArtifact {
    /// The artifact.
    pub artifact: Artifact,
    /// The file. It is to be read, never written. In the cache it may go when another content needs its place.
    pub path: PathBuf,
}

/// Why there is no file with an artifact's content.
#[derive(Debug, thiserror::Error)]
pub enum CacheArtifactError {
    /// There is no cache, or it is off.
    #[error("artifact {artifact} lies in a cloud, and there is no cache to bring it to")]
    Off {
        /// The artifact.
        artifact: ArtifactUid,
    },
    /// It was recorded by its entity tag.
    #[error("artifact {artifact} was recorded by its entity tag, and the cache keeps only what has a hash")]
    NoHash {
        /// The artifact.
        artifact: ArtifactUid,
    },
    /// It is larger than the cache.
    #[error("artifact {artifact} has {size} bytes, and the cache keeps at most {limit}")]
    TooLarge {
        /// The artifact.
        artifact: ArtifactUid,
        /// Its size in bytes.
        size: u64,
        /// The most bytes that the cache keeps.
        limit: u64,
    },
    /// The cache cannot be used.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// The artifact cannot be read.
    #[error(transparent)]
    Read(#[from] ReadArtifactError),
}

impl UseCaseError for CacheArtifactError {
    fn category(&self) -> Category {
        match self {
            Self::Off { .. } | Self::NoHash { .. } | Self::TooLarge { .. } => Category::Invalid,
            Self::Cache(error) => error.category(),
            Self::Read(error) => error.category(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Off { artifact } | Self::TooLarge { artifact, .. } => Some(format!(
                "set FREEHOLD_CACHE_SIZE to more, such as 100GiB, or use `freehold get {artifact}`"
            )),
            Self::NoHash { artifact } => Some(format!("use `freehold get {artifact}`")),
            Self::Cache(error) => error.hint(),
            Self::Read(error) => error.hint(),
        }
    }
}

/// Gives a file with the content of the artifact that `artifact` means: where it lies, if that is on this machine, else in the cache, where
/// it is brought if need be. Under a run the artifact becomes an input of the run, since who asks for the file is going to read it.
///
/// # Errors
/// See [`CacheArtifactError`]; then nothing is recorded.
pub async fn cache_artifact(
    registry: &Registry,
    artifact: &str,
) -> Result<CachedArtifact, CacheArtifactError> {
    let (artifact, storage) = find_available(registry, artifact).await?;
    let (uid, size) = (artifact.uid, artifact.size);
    let path = match by_cache(registry, &artifact, &storage).await? {
        ByCache::Found(content) | ByCache::Fetched(content) => content.path,
        ByCache::Bypassed(Bypass::Local) => {
            require_bytes(registry, &artifact, &storage).await?;
            PathBuf::from(storage.root().join(&artifact.blob_key()).as_str())
        }
        ByCache::Bypassed(Bypass::Off) => return Err(CacheArtifactError::Off { artifact: uid }),
        ByCache::Bypassed(Bypass::NoHash) => return Err(CacheArtifactError::NoHash { artifact: uid }),
        ByCache::Bypassed(Bypass::TooLarge { limit }) => {
            return Err(CacheArtifactError::TooLarge { artifact: uid, size, limit });
        }
        ByCache::Bypassed(Bypass::Failed(error)) => return Err(error.into()),
    };
    record_input(registry, uid).await?;
    Ok(CachedArtifact { artifact, path })
}
