//! A location that is open for reading.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use freehold_domain::BlobKey;
use freehold_ports::blobs::{
    BlobError, BlobMetadata, BlobReader, BlobStore, BoxStream, PresignedUrl, UnfinishedUpload,
};

/// A location that is open for reading: managed or linked.
#[derive(Debug, Clone)]
pub struct ReadableLocation(Arc<dyn BlobStore>);

impl ReadableLocation {
    pub(super) fn new(store: Arc<dyn BlobStore>) -> Self {
        Self(store)
    }

    pub(super) fn store(&self) -> &dyn BlobStore {
        &*self.0
    }

    /// Which link of the backend's chain of credentials the location is reached by, for people.
    pub(crate) fn credentials_source(&self) -> Option<&str> {
        self.0.credentials_source()
    }

    /// Opens a blob for reading.
    pub(crate) async fn read(
        &self,
        key: &BlobKey,
        range: Option<Range<u64>>,
    ) -> Result<BlobReader, BlobError> {
        self.0.read(key, range).await
    }

    /// Says what is known of a blob.
    pub(crate) async fn metadata(&self, key: &BlobKey) -> Result<Option<BlobMetadata>, BlobError> {
        self.0.metadata(key).await
    }

    /// Lists blobs.
    pub(crate) async fn list(
        &self,
        prefix: Option<BlobKey>,
    ) -> BoxStream<'static, Result<BlobMetadata, BlobError>> {
        self.0.list(prefix).await
    }

    /// Signs a URL with which anybody can read a blob for some time; `None` where there is no such thing.
    pub(crate) async fn presigned_url(
        &self,
        key: &BlobKey,
        valid_for: Duration,
    ) -> Result<Option<PresignedUrl>, BlobError> {
        self.0.presigned_url(key, valid_for).await
    }

    /// Lists uploads that were begun and neither finished nor aborted.
    pub(crate) async fn unfinished_uploads(&self) -> BoxStream<'static, Result<UnfinishedUpload, BlobError>> {
        self.0.unfinished_uploads().await
    }
}
