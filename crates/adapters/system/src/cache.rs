//! Contents of cloud blobs in a folder of this machine.

mod content_file;
mod eviction;
mod folders;
mod layout;
mod ledger;
mod partial;
mod writing;

use std::io;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use freehold_domain::{ContentHash, HashAlgorithm};
use freehold_ports::blobs::ByteStream;
use freehold_ports::cache::{CacheError, CacheUsage, CachedContent, ContentCache};

use crate::blocking;
use crate::files::blocks::next_block;
use layout::Layout;
use writing::Writing;

/// Contents in a folder that nobody else may look into, by their hash.
///
/// Any number of processes use it at once. Who changes which contents there are holds the lock of a file meanwhile; a content gets its name
/// when it is whole, and is hashed whenever it is found. What a process that was killed leaves behind is removed by the next one that keeps
/// something, since the system has let go of its lock.
///
/// What is not named as the cache names its own is left alone, and symbolic links in the folder are not followed. The folder itself may be
/// reached through one.
#[derive(Debug, Clone)]
pub struct FolderCache {
    layout: Layout,
    limit: u64,
}

impl FolderCache {
    /// The cache in `folder`, which need not exist yet, with at most `limit` bytes of contents. With a limit of zero it is off.
    #[must_use]
    pub fn new(folder: impl AsRef<Path>, limit: u64) -> Self {
        let folder = folder.as_ref();
        // Only an empty path has no absolute form; nothing can be made there.
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_path_buf());
        Self { layout: Layout::new(folder), limit }
    }

    /// The folder `freehold` in the cache folder of the platform; none when the user has no home.
    #[must_use]
    pub fn default_location() -> Option<PathBuf> {
        directories::BaseDirs::new().map(|base| base.cache_dir().join("freehold"))
    }

    /// Runs a job on the cache on a blocking thread.
    async fn on<T: Send + 'static>(
        &self,
        job: impl FnOnce(Self) -> Result<T, CacheError> + Send + 'static,
    ) -> Result<T, CacheError> {
        let (cache, lost) = (self.clone(), self.layout.clone());
        blocking::run(move || job(cache), move |error| at(lost.folder())(error)).await
    }
}

#[async_trait]
impl ContentCache for FolderCache {
    fn limit(&self) -> u64 {
        self.limit
    }

    async fn find(&self, hash: &ContentHash) -> Result<Option<CachedContent>, CacheError> {
        let Some(digest) = digest(hash).filter(|_| self.limit > 0) else { return Ok(None) };
        self.on(move |cache| content_file::find(&cache.layout, &digest)).await
    }

    async fn keep(
        &self,
        hash: &ContentHash,
        size: u64,
        mut body: ByteStream,
    ) -> Result<Option<CachedContent>, CacheError> {
        let digest = digest(hash).ok_or(CacheError::NoHash)?;
        if self.limit == 0 || size > self.limit {
            return Ok(None);
        }
        let mut writing =
            self.on(move |cache| Writing::begin(cache.layout, digest, size, cache.limit)).await?;
        while let Some(block) = next_block(&mut body).await.map_err(|source| CacheError::Body { source })? {
            writing = self
                .on(move |_| {
                    writing.write(&block)?;
                    Ok(writing)
                })
                .await?;
        }
        self.on(move |_| writing.finish()).await.map(Some)
    }

    async fn usage(&self) -> Result<CacheUsage, CacheError> {
        self.on(|cache| {
            let contents = cache.layout.contents()?;
            let bytes = contents.iter().map(|content| content.size).sum();
            Ok(cache.as_usage(contents.len() as u64, bytes))
        })
        .await
    }

    async fn clear(&self) -> Result<CacheUsage, CacheError> {
        self.on(|cache| {
            let (contents, bytes) = eviction::clear(&cache.layout)?;
            Ok(cache.as_usage(contents, bytes))
        })
        .await
    }
}

impl FolderCache {
    fn as_usage(&self, contents: u64, bytes: u64) -> CacheUsage {
        CacheUsage { folder: Some(self.layout.folder().to_path_buf()), contents, bytes, limit: self.limit }
    }
}

/// A BLAKE3 digest, which identifies a content.
type Digest = [u8; 32];

/// The digest of the content; none when the hash identifies none.
fn digest(hash: &ContentHash) -> Option<Digest> {
    match hash.algorithm() {
        HashAlgorithm::Blake3 => hash.as_bytes().try_into().ok(),
        HashAlgorithm::EntityTag => None,
    }
}

/// The port's error for what the system said about `path`.
fn at(path: &Path) -> impl FnOnce(io::Error) -> CacheError {
    move |source| CacheError::Io { path: path.display().to_string(), source }
}

#[cfg(all(test, unix))]
mod tests;
