//! Contents of cloud blobs that are kept on this machine.

use std::fmt::{self, Debug};
use std::io;
use std::path::PathBuf;

use async_trait::async_trait;
use freehold_domain::ContentHash;

use crate::blobs::ByteStream;

/// Why the cache could not be used. A cache that fails is a slower day, and never a reason to fail.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// The content is not the one that its hash names. It was not kept.
    #[error("the content to keep has hash {found}, and {expected} was promised")]
    AnotherContent {
        /// What was promised.
        expected: ContentHash,
        /// What came.
        found: ContentHash,
    },
    /// The hash identifies no content: it is an entity tag.
    #[error("a content without a hash cannot be kept")]
    NoHash,
    /// The content could not be read from where it came, or is longer than was promised. Nothing was kept.
    #[error("the content to keep could not be read")]
    Body {
        /// The error of the given stream.
        #[source]
        source: io::Error,
    },
    /// The cache's folder cannot be used, or is full.
    #[error("the cache at {path} cannot be used")]
    Io {
        /// The file or folder.
        path: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// What lies in the cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CacheUsage {
    /// Where it is, if it has a folder.
    pub folder: Option<PathBuf>,
    /// How many contents are kept.
    pub contents: u64,
    /// Their size in bytes.
    pub bytes: u64,
    /// The most bytes that are kept.
    pub limit: u64,
}

/// A content that the cache gives.
pub struct CachedContent {
    /// The file that holds it. It may go when another content needs its place, and must not be changed.
    pub path: PathBuf,
    /// Its bytes, of the file as it was opened: they can be read to their end also when the file goes meanwhile.
    pub body: ByteStream,
}

impl Debug for CachedContent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("CachedContent").field("path", &self.path).finish_non_exhaustive()
    }
}

/// Contents of cloud blobs that are kept on this machine, by their hash, for all processes and instances of a user.
///
/// What it gives was checked against the hash. It holds at most its limit; what was used longest ago goes first. Which content goes is the
/// only thing that a clock decides.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait ContentCache: Debug + Send + Sync {
    /// The most bytes that are kept. With a limit of zero the cache is off: nothing is found, and nothing is kept.
    fn limit(&self) -> u64;

    /// Gives a content that is kept, having read and checked all of it; `None` when it is not kept. A file that is damaged is removed.
    ///
    /// # Errors
    /// `Io`. For a hash that identifies no content the answer is `None`.
    async fn find(&self, hash: &ContentHash) -> Result<Option<CachedContent>, CacheError>;

    /// Keeps a content of `size` bytes, and gives it; `None` when it is larger than the limit, and `body` was not read then.
    ///
    /// # Atomicity
    /// No process ever finds part of a content, whenever this one dies. Of several that keep the same one, each succeeds.
    ///
    /// # Errors
    /// `AnotherContent` when `body` is not what `hash` names; `Body`, also when it is longer than `size`; `NoHash`; `Io`. Nothing is kept then.
    async fn keep(
        &self,
        hash: &ContentHash,
        size: u64,
        body: ByteStream,
    ) -> Result<Option<CachedContent>, CacheError>;

    /// Says what lies in the cache. An absent folder is an empty cache.
    ///
    /// # Errors
    /// `Io`.
    async fn usage(&self) -> Result<CacheUsage, CacheError>;

    /// Removes every content that is kept, and says what was removed. What other processes are keeping at the moment may stay.
    ///
    /// # Errors
    /// `Io`: what could be removed is gone.
    async fn clear(&self) -> Result<CacheUsage, CacheError>;
}
