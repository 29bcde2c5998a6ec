//! Contents that are kept beside the machine's files.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use freehold_domain::ContentHash;
use freehold_ports::blobs::{ByteStream, FromBytes};
use freehold_ports::cache::{CacheError, CacheUsage, CachedContent, ContentCache};
use futures_util::StreamExt;

use crate::MemoryFiles;

/// Where the files of a cache lie.
const FOLDER: &str = "/cache/freehold";

/// A cache whose files lie among those of a machine in memory, in the folder `/cache/freehold`, each under its hash.
///
/// Clones are the same cache. What was used longest ago is known without a clock.
///
/// ```
/// use std::path::Path;
///
/// use freehold_domain::ContentHash;
/// use freehold_memory::{MemoryContentCache, MemoryFiles};
/// use freehold_ports::blobs::FromBytes;
/// use freehold_ports::cache::ContentCache;
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let files = MemoryFiles::new();
/// let cache = MemoryContentCache::new(&files, 1_000);
/// let hash: ContentHash = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262".parse()?;
/// let kept = cache.keep(&hash, 0, FromBytes::boxed("")).await?.expect("nothing is no more than the limit");
/// assert_eq!(files.content(&kept.path).as_deref(), Some(&b""[..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct MemoryContentCache {
    files: MemoryFiles,
    limit: u64,
    /// What is kept, the content that was used longest ago first.
    kept: Arc<Mutex<Vec<Kept>>>,
}

#[derive(Debug, Clone, Copy)]
struct Kept {
    hash: ContentHash,
    size: u64,
}

impl MemoryContentCache {
    /// An empty cache beside these files, with at most `limit` bytes of contents. With a limit of zero it is off.
    #[must_use]
    pub fn new(files: &MemoryFiles, limit: u64) -> Self {
        Self { files: files.clone(), limit, kept: Arc::default() }
    }

    /// The same contents with another limit, which holds for what is kept through it.
    #[must_use]
    pub fn with_limit(&self, limit: u64) -> Self {
        Self { limit, ..self.clone() }
    }

    /// Where the file of a content is, whether it is kept or not.
    #[must_use]
    pub fn path(&self, hash: &ContentHash) -> PathBuf {
        Path::new(FOLDER).join(hash.to_string())
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cached(&self, hash: &ContentHash, content: Bytes) -> CachedContent {
        CachedContent { path: self.path(hash), body: FromBytes::boxed(content) }
    }

    /// Removes a content that is kept no more. The file may be gone already.
    fn remove(&self, kept: Kept) {
        let _ = self.files.remove(&self.path(&kept.hash));
    }

    fn as_usage(&self, kept: &[Kept]) -> CacheUsage {
        CacheUsage {
            folder: Some(PathBuf::from(FOLDER)),
            contents: kept.len() as u64,
            bytes: kept.iter().map(|content| content.size).sum(),
            limit: self.limit,
        }
    }
}

#[async_trait]
impl ContentCache for MemoryContentCache {
    fn limit(&self) -> u64 {
        self.limit
    }

    async fn find(&self, hash: &ContentHash) -> Result<Option<CachedContent>, CacheError> {
        if self.limit == 0 {
            return Ok(None);
        }
        let mut all = self.kept();
        let Some(index) = all.iter().position(|content| content.hash == *hash) else { return Ok(None) };
        let kept = all.remove(index);
        match self.files.content(&self.path(hash)) {
            Some(content) if hash_of(&content) == *hash => {
                all.push(kept);
                Ok(Some(self.cached(hash, content)))
            }
            Some(_) | None => {
                self.remove(kept);
                Ok(None)
            }
        }
    }

    async fn keep(
        &self,
        hash: &ContentHash,
        size: u64,
        body: ByteStream,
    ) -> Result<Option<CachedContent>, CacheError> {
        if !hash.identifies_content() {
            return Err(CacheError::NoHash);
        }
        if self.limit == 0 || size > self.limit {
            return Ok(None);
        }
        let content = gather(body, size).await?;
        let found = hash_of(&content);
        if found != *hash {
            return Err(CacheError::AnotherContent { expected: *hash, found });
        }
        let mut all = self.kept();
        all.retain(|content| content.hash != *hash);
        let length = content.len() as u64;
        let mut total: u64 = all.iter().map(|content| content.size).sum();
        while total > self.limit - length && !all.is_empty() {
            let oldest = all.remove(0);
            total -= oldest.size;
            self.remove(oldest);
        }
        self.files.put(&self.path(hash), content.clone());
        all.push(Kept { hash: *hash, size: length });
        Ok(Some(self.cached(hash, content)))
    }

    async fn usage(&self) -> Result<CacheUsage, CacheError> {
        Ok(self.as_usage(&self.kept()))
    }

    async fn clear(&self) -> Result<CacheUsage, CacheError> {
        let removed = std::mem::take(&mut *self.kept());
        for kept in &removed {
            self.remove(*kept);
        }
        Ok(self.as_usage(&removed))
    }
}

/// All bytes of a body that is no longer than `size`.
async fn gather(mut body: ByteStream, size: u64) -> Result<Bytes, CacheError> {
    let mut content = Vec::new();
    while let Some(piece) = body.next().await {
        content.extend_from_slice(&piece.map_err(|source| CacheError::Body { source })?);
        if content.len() as u64 > size {
            let message = format!("it is longer than the {size} bytes that were promised");
            return Err(CacheError::Body { source: std::io::Error::other(message) });
        }
    }
    Ok(content.into())
}

fn hash_of(content: &[u8]) -> ContentHash {
    ContentHash::blake3(*blake3::hash(content).as_bytes())
}
