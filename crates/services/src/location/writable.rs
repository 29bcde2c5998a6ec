//! A location that is open for writing.

use std::sync::Arc;

use freehold_domain::{BlobKey, Capabilities, ManagedStorage, Storage, StorageRoot};
use freehold_ports::blobs::{
    BlobError, BlobMetadata, BlobStore, BlobVersion, ByteStream, PutOptions, UnfinishedUpload,
};

use super::ReadableLocation;

/// A location that is open for writing: its manager asked, and the claim in it said the same.
///
/// ```compile_fail
/// # async fn forge(store: std::sync::Arc<dyn freehold_ports::blobs::BlobStore>) {
/// let location = freehold_services::location::WritableLocation::new(store);
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct WritableLocation {
    location: ReadableLocation,
    storage: Storage,
}

impl WritableLocation {
    pub(super) fn new(store: Arc<dyn BlobStore>, proof: ManagedStorage<'_>) -> Self {
        Self { location: ReadableLocation::new(store), storage: proof.storage().clone() }
    }

    /// The location as it was recorded when it was opened.
    pub(crate) fn storage(&self) -> &Storage {
        &self.storage
    }

    /// The same location, for reading.
    pub(crate) fn reading(&self) -> &ReadableLocation {
        &self.location
    }

    /// Stores a blob.
    pub(crate) async fn put(
        &self,
        key: &BlobKey,
        body: ByteStream,
        options: PutOptions,
    ) -> Result<BlobMetadata, BlobError> {
        self.location.store().put(key, body, options).await
    }

    /// Tries out what the backend can do, with small blobs that are gone afterwards.
    pub(crate) async fn probe(&self) -> Result<Capabilities, BlobError> {
        self.location.store().probe().await
    }

    /// Makes the puts of a batch survive a power cut.
    pub(crate) async fn flush(&self) -> Result<(), BlobError> {
        self.location.store().flush().await
    }

    /// Deletes blobs.
    pub(crate) async fn delete(&self, keys: &[BlobKey]) -> Result<(), BlobError> {
        self.location.store().delete(keys).await
    }

    /// Aborts an upload that was begun and not finished.
    pub(crate) async fn abort_upload(&self, upload: &UnfinishedUpload) -> Result<(), BlobError> {
        self.location.store().abort_upload(upload).await
    }

    /// Deletes a blob if it is still in this version.
    pub(crate) async fn remove(&self, key: &BlobKey, expected: &BlobVersion) -> Result<(), BlobError> {
        self.location.store().remove(key, expected).await
    }

    /// Copies a blob within the backend, if it can.
    pub(crate) async fn copy_from(
        &self,
        key: &BlobKey,
        source: &StorageRoot,
        source_key: &BlobKey,
        options: PutOptions,
    ) -> Result<Option<BlobMetadata>, BlobError> {
        self.location.store().copy_from(key, source, source_key, options).await
    }
}
