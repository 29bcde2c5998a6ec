//! The content of an artifact in a cloud by way of the machine's cache, if it has one.

use std::error::Error;
use std::sync::Arc;

use freehold_domain::{Artifact, Storage, StorageKind};
use freehold_ports::blobs::BlobError;
use freehold_ports::cache::{CacheError, CachedContent, ContentCache};
use freehold_ports::system::Activity;

use crate::Registry;
use crate::content::ContentMismatch;
use crate::progress_task::Task;
use crate::read_artifact::{ReadArtifactError, open};

/// What came of asking the cache.
#[derive(Debug)]
pub(crate) enum ByCache {
    /// The content was there.
    Found(CachedContent),
    /// The content was read from its location, verified, and is there from here on.
    Fetched(CachedContent),
    /// The cache has no part in this.
    Bypassed(Bypass),
}

/// Why the cache has no part in something.
#[derive(Debug)]
pub(crate) enum Bypass {
    /// The content is on a disk of this machine.
    Local,
    /// There is no cache, or it is off.
    Off,
    /// The artifact was recorded without a hash of its content.
    NoHash,
    /// The content is larger than the cache.
    TooLarge {
        /// The most bytes that the cache keeps.
        limit: u64,
    },
    /// The cache cannot be used.
    Failed(CacheError),
}

/// Finds the content of an artifact in the cache, or brings it there. A cache that cannot be used is told in the log, and is no error.
pub(crate) async fn by_cache(
    registry: &Registry,
    artifact: &Artifact,
    storage: &Storage,
) -> Result<ByCache, ReadArtifactError> {
    let cache = match cache_for(registry, artifact, storage) {
        Ok(cache) => cache,
        Err(bypass) => return Ok(ByCache::Bypassed(bypass)),
    };
    match cache.find(&artifact.hash).await {
        Ok(Some(content)) => return Ok(ByCache::Found(content)),
        Ok(None) => {}
        Err(error) => return Ok(failed(error)),
    }
    let (body, _) = open(registry, artifact, storage).await?;
    let task = Task::begin(&registry.host.progress, Activity::Reading, Some(1), Some(artifact.size));
    match cache.keep(&artifact.hash, artifact.size, body.within(task).boxed()).await {
        Ok(Some(content)) => Ok(ByCache::Fetched(content)),
        Ok(None) => Ok(ByCache::Bypassed(Bypass::TooLarge { limit: cache.limit() })),
        Err(CacheError::Body { source }) => match source.downcast::<ContentMismatch>() {
            Ok(mismatch) => Err(mismatch.into()),
            Err(source) => match source.downcast::<BlobError>() {
                Ok(error) => Err(error.into()),
                Err(source) => Ok(failed(CacheError::Body { source })),
            },
        },
        Err(error) => Ok(failed(error)),
    }
}

/// The cache, if it is one for this artifact.
fn cache_for<'registry>(
    registry: &'registry Registry,
    artifact: &Artifact,
    storage: &Storage,
) -> Result<&'registry Arc<dyn ContentCache>, Bypass> {
    match storage.root().kind() {
        StorageKind::Local => return Err(Bypass::Local),
        StorageKind::S3 | StorageKind::Gs => {}
    }
    let cache = registry.host.cache.as_ref().filter(|cache| cache.limit() > 0).ok_or(Bypass::Off)?;
    if !artifact.hash.identifies_content() {
        return Err(Bypass::NoHash);
    }
    if artifact.size > cache.limit() {
        return Err(Bypass::TooLarge { limit: cache.limit() });
    }
    Ok(cache)
}

fn failed(error: CacheError) -> ByCache {
    tracing::warn!(error = &error as &dyn Error, "the cache is not used for this artifact");
    ByCache::Bypassed(Bypass::Failed(error))
}
