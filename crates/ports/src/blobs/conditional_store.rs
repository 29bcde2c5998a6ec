//! Conditional changes, which claims are made of.

use std::fmt::Debug;

use async_trait::async_trait;
use bytes::Bytes;
use freehold_domain::{BlobKey, Capabilities};

use super::{BlobError, BlobMetadata, BlobVersion, BoxStream};

/// What a search for claims comes upon.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Sighting {
    /// So many files and folders since the last item, and no claim among them.
    Passed(u64),
    /// The key of a claim.
    Claim(BlobKey),
    /// A claim below a name that cannot be part of a key; the place is for people.
    ClaimBelowUnusableName(String),
}

/// Conditional changes of small blobs at one location: what claims are made of.
///
/// # Lost answers
/// When the backend's answer is lost on the way, our own success can look like a defeat: a caller that is told
/// `VersionMismatch` reads the blob back before it believes that somebody else was faster.
#[async_trait]
pub trait ConditionalStore: Debug + Send + Sync {
    /// Replaces the content of `key` if it is still in version `expected`. It is durable when it has returned.
    ///
    /// # Atomicity
    /// Of many that race from one version, exactly one wins, also across processes. No reader sees part of the content.
    ///
    /// # Errors
    /// `VersionMismatch` when it is in another version or absent; `Unsupported` when the backend has no compare-and-swap.
    async fn replace(
        &self,
        key: &BlobKey,
        content: Bytes,
        expected: &BlobVersion,
    ) -> Result<BlobMetadata, BlobError>;

    /// Deletes `key` if it is still in version `expected`. It is durable when it has returned.
    ///
    /// # Atomicity
    /// Against [`replace`](Self::replace) and other removals of the same version, exactly one wins.
    ///
    /// # Errors
    /// `VersionMismatch` when it is in another version; an absent key is success. `Unsupported`.
    async fn remove(&self, key: &BlobKey, expected: &BlobVersion) -> Result<(), BlobError>;

    /// Finds every claim below the root, at any depth and whatever it holds, but not the root's own. Symbolic links are not followed; what is
    /// mounted below is looked through. Names that cannot be keys do not end it.
    ///
    /// # Completeness
    /// A claim that was there before the call and is there after it is found, however many blobs there are. Memory stays flat.
    ///
    /// # Errors
    /// The stream ends with the first error, also for a folder that cannot be looked into: then it is not known what lies there. An absent
    /// location has no claims.
    async fn find_claims(&self) -> BoxStream<'static, Result<Sighting, BlobError>>;

    /// Finds out what the backend can do by trying it, with small blobs under `.lamindb/` that are gone afterwards. An absent folder of a
    /// local location is made.
    ///
    /// # Errors
    /// `PermissionDenied` when nothing can be written there, which makes the location one to be linked only.
    async fn probe(&self) -> Result<Capabilities, BlobError>;
}
