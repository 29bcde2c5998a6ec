//! The cache, and files in it, as JSON.

use std::borrow::Cow;

use freehold::{CacheUsage, CachedArtifact};
use freehold_domain::{ArtifactKey, ArtifactUid};
use serde::Serialize;

/// What lies in the cache, or was removed from it.
#[derive(Debug, Serialize)]
pub(crate) struct CacheView<'usage> {
    folder: Option<Cow<'usage, str>>,
    contents: u64,
    bytes: u64,
    limit: u64,
}

impl<'usage> From<&'usage CacheUsage> for CacheView<'usage> {
    fn from(usage: &'usage CacheUsage) -> Self {
        let CacheUsage { folder, contents, bytes, limit } = usage;
        let folder = folder.as_ref().map(|folder| folder.to_string_lossy());
        Self { folder, contents: *contents, bytes: *bytes, limit: *limit }
    }
}

/// A file with an artifact's content.
#[derive(Debug, Serialize)]
pub(crate) struct CachedArtifactView<'cached> {
    uid: ArtifactUid,
    key: &'cached ArtifactKey,
    path: Cow<'cached, str>,
}

impl<'cached> From<&'cached CachedArtifact> for CachedArtifactView<'cached> {
    fn from(cached: &'cached CachedArtifact) -> Self {
        let CachedArtifact { artifact, path } = cached;
        Self { uid: artifact.uid, key: &artifact.key, path: path.to_string_lossy() }
    }
}
