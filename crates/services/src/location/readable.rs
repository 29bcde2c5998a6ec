//! A location that is open for reading.

use std::ops::Range;
use std::sync::Arc;

use freehold_domain::BlobKey;
use freehold_ports::blobs::{BlobError, BlobMetadata, BlobReader, BlobStore, BoxStream};

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
}
