//! Conditional changes, which claims are made of.

use std::fmt::Debug;

use async_trait::async_trait;
use bytes::Bytes;
use freehold_domain::{BlobKey, Capabilities};

use super::{BlobError, BlobMetadata, BlobVersion};

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

    /// Finds out what the backend can do by trying it, with small blobs under `.lamindb/` that are gone afterwards. An absent folder of a
    /// local location is made.
    ///
    /// # Errors
    /// `PermissionDenied` when nothing can be written there, which makes the location one to be linked only.
    async fn probe(&self) -> Result<Capabilities, BlobError>;
}
