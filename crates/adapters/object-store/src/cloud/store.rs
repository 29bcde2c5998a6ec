//! A location in a cloud as the port has it.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use freehold_domain::{BlobKey, Capabilities, StorageRoot};
use freehold_ports::blobs::{
    BlobError, BlobMetadata, BlobReader, BlobStore, BlobVersion, BoxStream, ByteStream, ConditionalStore,
    PresignedUrl, PutOptions, RemoteStore, Sighting, UnfinishedUpload,
};
use object_store::PutPayload;
use object_store::path::Path;

use super::bucket::Bucket;
use super::clouds::Clouds;
use super::found::look;
use super::location::Location;
use super::provider::{Cause, ProviderError};
use super::write::{Condition, write};
use super::{claims, copy, list, probe, put, read, remove, remove_empty};

/// What is asked of a store whose server ignores the condition.
const COMPARE_AND_SWAP: &str = "conditional writes";

/// A location in a cloud.
#[derive(Debug)]
pub(crate) struct CloudStore {
    location: Arc<Location>,
    clouds: Clouds,
}

impl CloudStore {
    pub(crate) fn new(root: &StorageRoot, bucket: Arc<Bucket>, clouds: &Clouds) -> Self {
        Self { location: Arc::new(Location::new(root, bucket)), clouds: clouds.clone() }
    }

    /// Removes what is left of the location when it is emptied.
    pub(crate) async fn remove_empty(&self) -> Result<(), BlobError> {
        remove_empty::remove_empty(&self.location).await
    }

    fn paths(&self, keys: &[BlobKey]) -> Result<Vec<Path>, BlobError> {
        let mut paths = keys.iter().map(|key| self.location.path(key)).collect::<Result<Vec<_>, _>>()?;
        paths.sort_unstable();
        paths.dedup();
        Ok(paths)
    }
}

#[async_trait]
impl BlobStore for CloudStore {
    async fn put(
        &self,
        key: &BlobKey,
        body: ByteStream,
        options: PutOptions,
    ) -> Result<BlobMetadata, BlobError> {
        put::put(&self.location, key, body, options.mode).await
    }

    /// Nothing to do: what a server has answered is durable.
    async fn flush(&self) -> Result<(), BlobError> {
        Ok(())
    }

    async fn read(&self, key: &BlobKey, range: Option<Range<u64>>) -> Result<BlobReader, BlobError> {
        read::read(&self.location, key, range).await
    }

    async fn metadata(&self, key: &BlobKey) -> Result<Option<BlobMetadata>, BlobError> {
        let path = self.location.path(key)?;
        let found = look(&self.location.bucket, &path).await;
        let found = found.map_err(|error| self.location.key_error(key, error))?;
        Ok(found.map(|found| found.into_metadata(key)))
    }

    async fn delete(&self, keys: &[BlobKey]) -> Result<(), BlobError> {
        let paths = self.paths(keys)?;
        if paths.is_empty() {
            return Ok(());
        }
        self.location.bucket.provider.delete(paths).await.map_err(|error| self.location.error(error))
    }

    async fn list(&self, prefix: Option<BlobKey>) -> BoxStream<'static, Result<BlobMetadata, BlobError>> {
        list::list(&self.location, prefix.as_ref())
    }

    async fn copy_from(
        &self,
        key: &BlobKey,
        source: &StorageRoot,
        source_key: &BlobKey,
        options: PutOptions,
    ) -> Result<Option<BlobMetadata>, BlobError> {
        if !copy::is_same_server(&self.location.root, source) {
            return Ok(None);
        }
        let bucket = self.clouds.bucket(source, None).await?;
        let source = Arc::new(Location::new(source, bucket));
        copy::copy(&self.location, key, &source, source_key, options.mode).await
    }
}

#[async_trait]
impl ConditionalStore for CloudStore {
    async fn replace(
        &self,
        key: &BlobKey,
        content: Bytes,
        expected: &BlobVersion,
    ) -> Result<BlobMetadata, BlobError> {
        if !self.location.bucket.can_swap() {
            return Err(self.location.unsupported(COMPARE_AND_SWAP));
        }
        let path = self.location.path_to_write(key)?;
        let payload = PutPayload::from(content);
        let found = write(&self.location.bucket, &path, &payload, Condition::Version(expected)).await;
        let found = found.map_err(|error| self.location.key_error(key, error))?;
        Ok(found.into_metadata(key))
    }

    async fn remove(&self, key: &BlobKey, expected: &BlobVersion) -> Result<(), BlobError> {
        if !self.location.bucket.can_swap() {
            return Err(self.location.unsupported(COMPARE_AND_SWAP));
        }
        let path = self.location.path(key)?;
        let removed = remove::remove(&self.location.bucket, &path, expected).await;
        removed.map_err(|error| self.location.key_error(key, error))
    }

    async fn find_claims(&self) -> BoxStream<'static, Result<Sighting, BlobError>> {
        claims::find(&self.location)
    }

    async fn probe(&self) -> Result<Capabilities, BlobError> {
        probe::probe(&self.location).await
    }
}

#[async_trait]
impl RemoteStore for CloudStore {
    fn region(&self) -> Option<&str> {
        self.location.bucket.provider.region()
    }

    fn credentials_source(&self) -> Option<&str> {
        Some(self.location.bucket.provider.credentials_source())
    }

    async fn presigned_url(
        &self,
        key: &BlobKey,
        valid_for: Duration,
    ) -> Result<Option<PresignedUrl>, BlobError> {
        let path = self.location.path(key)?;
        let valid_for = valid_for.min(PresignedUrl::LONGEST);
        let signed = self.location.bucket.provider.presigned_url(&path, valid_for).await;
        signed.map_err(|error| self.location.key_error(key, error))
    }

    async fn unfinished_uploads(&self) -> BoxStream<'static, Result<UnfinishedUpload, BlobError>> {
        list::unfinished_uploads(&self.location)
    }

    async fn abort_upload(&self, upload: &UnfinishedUpload) -> Result<(), BlobError> {
        let path = self.location.path(&upload.key)?;
        let provider = self.location.bucket.provider.as_ref();
        match provider.parts().abort_multipart(&path, &upload.id).await {
            Ok(()) => Ok(()),
            Err(error) => match ProviderError::new(provider, error) {
                ProviderError { cause: Cause::NotFound, .. } => Ok(()),
                error => Err(self.location.key_error(&upload.key, error)),
            },
        }
    }
}
