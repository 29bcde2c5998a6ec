//! A cache in memory with one fault.

use std::sync::Arc;
use std::sync::Mutex;

use async_trait::async_trait;
use bytes::Bytes;
use freehold_domain::ContentHash;
use freehold_memory::{MemoryContentCache, MemoryFiles};
use freehold_ports::blobs::{ByteStream, FromBytes};
use freehold_ports::cache::{CacheError, CacheUsage, CachedContent, ContentCache};
use futures_util::{StreamExt, TryStreamExt};

/// What is wrong with a cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing.
    None,
    /// What is found is given as it is.
    GivesDamagedContents,
    /// What comes is kept under the promised hash, whatever it is.
    KeepsAnotherContent,
    /// A body that breaks off is kept as far as it came.
    KeepsWhatBreaksOff,
    /// The limit is not heeded.
    HeedsNoLimit,
    /// Finding a content does not count as using it.
    ForgetsUses,
    /// A content that is too large is read before it is refused.
    ReadsWhatIsTooLarge,
    /// A cache that is off finds what was kept while it was on.
    FindsWhileOff,
    /// Clearing says what it would remove, and removes nothing.
    ClearsNothing,
    /// Each handle has contents of its own.
    SharesNothing,
}

#[derive(Debug, Clone)]
pub(crate) struct FaultyCache {
    pub(crate) files: MemoryFiles,
    pub(crate) inner: MemoryContentCache,
    pub(crate) fault: Fault,
    /// What was kept against the contract.
    pub(crate) wrong: Arc<Mutex<Vec<(ContentHash, Bytes)>>>,
}

impl FaultyCache {
    fn cached(&self, hash: &ContentHash, content: Bytes) -> CachedContent {
        CachedContent { path: self.inner.path(hash), body: FromBytes::boxed(content) }
    }

    fn keep_wrongly(&self, hash: &ContentHash, content: Bytes) -> CachedContent {
        self.wrong.lock().unwrap().push((*hash, content.clone()));
        self.cached(hash, content)
    }
}

#[async_trait]
impl ContentCache for FaultyCache {
    fn limit(&self) -> u64 {
        self.inner.limit()
    }

    async fn find(&self, hash: &ContentHash) -> Result<Option<CachedContent>, CacheError> {
        let wrong = self.wrong.lock().unwrap().iter().find(|(kept, _)| kept == hash).cloned();
        if let Some((_, content)) = wrong {
            return Ok(Some(self.cached(hash, content)));
        }
        match self.fault {
            Fault::GivesDamagedContents | Fault::ForgetsUses => {
                let content = self.files.content(&self.inner.path(hash));
                Ok(content.map(|content| self.cached(hash, content)))
            }
            Fault::FindsWhileOff => self.inner.with_limit(1).find(hash).await,
            _ => self.inner.find(hash).await,
        }
    }

    async fn keep(
        &self,
        hash: &ContentHash,
        size: u64,
        mut body: ByteStream,
    ) -> Result<Option<CachedContent>, CacheError> {
        match self.fault {
            Fault::KeepsAnotherContent => {
                let content: Vec<Bytes> = body.try_collect().await.unwrap();
                Ok(Some(self.keep_wrongly(hash, content.concat().into())))
            }
            Fault::KeepsWhatBreaksOff => {
                let mut content = Vec::new();
                while let Some(Ok(piece)) = body.next().await {
                    content.extend_from_slice(&piece);
                }
                Ok(Some(self.keep_wrongly(hash, content.into())))
            }
            Fault::HeedsNoLimit => self.inner.with_limit(u64::MAX).keep(hash, size, body).await,
            Fault::ReadsWhatIsTooLarge if size > self.inner.limit() => match body.next().await {
                Some(Err(source)) => Err(CacheError::Body { source }),
                Some(Ok(_)) | None => Ok(None),
            },
            _ => self.inner.keep(hash, size, body).await,
        }
    }

    async fn usage(&self) -> Result<CacheUsage, CacheError> {
        self.inner.usage().await
    }

    async fn clear(&self) -> Result<CacheUsage, CacheError> {
        match self.fault {
            Fault::ClearsNothing => self.inner.usage().await,
            _ => self.inner.clear().await,
        }
    }
}
