//! Storage locations that fail when they are told to.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use freehold_domain::{BlobKey, Capabilities, StorageRoot};
use freehold_ports::blobs::{
    BlobError, BlobMetadata, BlobReader, BlobStore, BlobStores, BlobVersion, BoxStream, ByteStream,
    ConditionalStore, PresignedUrl, PutOptions, RemoteStore, Sighting, UnfinishedUpload,
};

use super::{Fault, Faults};

fn error(_: Fault) -> BlobError {
    BlobError::Unavailable { location: "the location".to_owned(), source: "a fault was injected".into() }
}

#[derive(Debug)]
pub(crate) struct FaultyBlobStores<S> {
    pub(crate) inner: S,
    pub(crate) faults: Faults,
    /// Whether the backend copies by itself.
    pub(crate) copies: bool,
}

#[async_trait]
impl<S: BlobStores> BlobStores for FaultyBlobStores<S> {
    async fn resolve(&self, root: &StorageRoot) -> Result<StorageRoot, BlobError> {
        self.faults.around("resolve root", error, self.inner.resolve(root)).await
    }

    async fn aliases(&self, root: &StorageRoot) -> Result<Vec<StorageRoot>, BlobError> {
        self.inner.aliases(root).await
    }

    async fn enclosing(&self, root: &StorageRoot) -> Result<Vec<StorageRoot>, BlobError> {
        self.inner.enclosing(root).await
    }

    async fn open(&self, root: &StorageRoot) -> Result<Arc<dyn BlobStore>, BlobError> {
        let inner = self.faults.around("open location", error, self.inner.open(root)).await?;
        Ok(Arc::new(FaultyBlobStore { inner, faults: self.faults.clone(), copies: self.copies }))
    }

    async fn open_in_region(
        &self,
        root: &StorageRoot,
        region: &str,
    ) -> Result<Arc<dyn BlobStore>, BlobError> {
        let call = self.inner.open_in_region(root, region);
        let inner = self.faults.around(format!("open location in {region}"), error, call).await?;
        Ok(Arc::new(FaultyBlobStore { inner, faults: self.faults.clone(), copies: self.copies }))
    }

    async fn remove_empty(&self, root: &StorageRoot) -> Result<(), BlobError> {
        self.faults.around("remove empty", error, self.inner.remove_empty(root)).await
    }
}

#[derive(Debug)]
struct FaultyBlobStore {
    inner: Arc<dyn BlobStore>,
    faults: Faults,
    copies: bool,
}

#[async_trait]
impl RemoteStore for FaultyBlobStore {
    fn region(&self) -> Option<&str> {
        self.inner.region()
    }

    fn credentials_source(&self) -> Option<&str> {
        self.inner.credentials_source()
    }

    async fn presigned_url(
        &self,
        key: &BlobKey,
        valid_for: Duration,
    ) -> Result<Option<PresignedUrl>, BlobError> {
        self.faults.around(format!("presign {key}"), error, self.inner.presigned_url(key, valid_for)).await
    }

    async fn unfinished_uploads(&self) -> BoxStream<'static, Result<UnfinishedUpload, BlobError>> {
        self.inner.unfinished_uploads().await
    }

    async fn abort_upload(&self, upload: &UnfinishedUpload) -> Result<(), BlobError> {
        let call = self.inner.abort_upload(upload);
        self.faults.around(format!("abort upload {}", upload.key), error, call).await
    }
}

#[async_trait]
impl ConditionalStore for FaultyBlobStore {
    async fn replace(
        &self,
        key: &BlobKey,
        content: Bytes,
        expected: &BlobVersion,
    ) -> Result<BlobMetadata, BlobError> {
        let call = self.inner.replace(key, content, expected);
        self.faults.around(format!("replace {key}"), error, call).await
    }

    async fn remove(&self, key: &BlobKey, expected: &BlobVersion) -> Result<(), BlobError> {
        let call = self.inner.remove(key, expected);
        self.faults.around(format!("remove {key}"), error, call).await
    }

    async fn find_claims(&self) -> BoxStream<'static, Result<Sighting, BlobError>> {
        match self.faults.around("find claims", error, async { Ok(()) }).await {
            Ok(()) => self.inner.find_claims().await,
            Err(error) => Box::pin(futures_util::stream::once(async { Err(error) })),
        }
    }

    async fn probe(&self) -> Result<Capabilities, BlobError> {
        self.faults.around("probe", error, self.inner.probe()).await
    }
}

#[async_trait]
impl BlobStore for FaultyBlobStore {
    async fn put(
        &self,
        key: &BlobKey,
        body: ByteStream,
        options: PutOptions,
    ) -> Result<BlobMetadata, BlobError> {
        let call = self.inner.put(key, body, options);
        self.faults.around(format!("put {key}"), error, call).await
    }

    async fn flush(&self) -> Result<(), BlobError> {
        self.faults.around("flush", error, self.inner.flush()).await
    }

    async fn read(&self, key: &BlobKey, range: Option<Range<u64>>) -> Result<BlobReader, BlobError> {
        let call = self.inner.read(key, range);
        self.faults.around(format!("read {key}"), error, call).await
    }

    async fn metadata(&self, key: &BlobKey) -> Result<Option<BlobMetadata>, BlobError> {
        let call = self.inner.metadata(key);
        self.faults.around(format!("metadata {key}"), error, call).await
    }

    async fn delete(&self, keys: &[BlobKey]) -> Result<(), BlobError> {
        self.faults.around(format!("delete {keys:?}"), error, self.inner.delete(keys)).await
    }

    async fn list(&self, prefix: Option<BlobKey>) -> BoxStream<'static, Result<BlobMetadata, BlobError>> {
        let listed = self.faults.around("list", error, async { Ok(self.inner.list(prefix).await) }).await;
        listed.unwrap_or_else(|error| Box::pin(futures_util::stream::iter([Err(error)])))
    }

    async fn copy_from(
        &self,
        key: &BlobKey,
        source: &StorageRoot,
        source_key: &BlobKey,
        options: PutOptions,
    ) -> Result<Option<BlobMetadata>, BlobError> {
        let call = async {
            if self.copies { self.inner.copy_from(key, source, source_key, options).await } else { Ok(None) }
        };
        self.faults.around(format!("copy {key}"), error, call).await
    }
}
