//! Mocks of the ports, by mockall, for faults that a fake cannot show. For state, use the adapters of `freehold-memory`.

use std::ops::Range;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use freehold_domain::{BlobKey, Capabilities, StorageRoot};

use crate::blobs::{
    BlobError, BlobMetadata, BlobReader, BlobStore, BlobVersion, BoxStream, ByteStream, ConditionalStore,
    PresignedUrl, PutOptions, RemoteStore, Sighting, UnfinishedUpload,
};

pub use crate::blobs::MockBlobStores;
pub use crate::cache::MockContentCache;
pub use crate::persistence::{
    MockArtifactRepository, MockDatabases, MockFamilyRepository, MockInstanceRepository,
    MockIntentRepository, MockLineageRepository, MockPersistence, MockRunRepository, MockStorageRepository,
    MockTransformRepository, MockUserRepository,
};
pub use crate::system::{MockClock, MockInstanceDirectory, MockLiveness, MockLocalFiles};

mockall::mock! {
    /// A mock of [`BlobStore`].
    #[derive(Debug)]
    pub BlobStore {}

    #[async_trait]
    impl ConditionalStore for BlobStore {
        async fn replace(&self, key: &BlobKey, content: Bytes, expected: &BlobVersion) -> Result<BlobMetadata, BlobError>;
        async fn remove(&self, key: &BlobKey, expected: &BlobVersion) -> Result<(), BlobError>;
        async fn find_claims(&self) -> BoxStream<'static, Result<Sighting, BlobError>>;
        async fn probe(&self) -> Result<Capabilities, BlobError>;
    }

    #[async_trait]
    impl RemoteStore for BlobStore {
        fn region(&self) -> Option<&'static str>;
        async fn presigned_url(&self, key: &BlobKey, valid_for: Duration) -> Result<Option<PresignedUrl>, BlobError>;
        async fn unfinished_uploads(&self) -> BoxStream<'static, Result<UnfinishedUpload, BlobError>>;
        async fn abort_upload(&self, upload: &UnfinishedUpload) -> Result<(), BlobError>;
    }

    #[async_trait]
    impl BlobStore for BlobStore {
        async fn put(&self, key: &BlobKey, body: ByteStream, options: PutOptions) -> Result<BlobMetadata, BlobError>;
        async fn flush(&self) -> Result<(), BlobError>;
        async fn read(&self, key: &BlobKey, range: Option<Range<u64>>) -> Result<BlobReader, BlobError>;
        async fn metadata(&self, key: &BlobKey) -> Result<Option<BlobMetadata>, BlobError>;
        async fn delete(&self, keys: &[BlobKey]) -> Result<(), BlobError>;
        async fn list(&self, prefix: Option<BlobKey>) -> BoxStream<'static, Result<BlobMetadata, BlobError>>;
        async fn copy_from(
            &self,
            key: &BlobKey,
            source: &StorageRoot,
            source_key: &BlobKey,
            options: PutOptions,
        ) -> Result<Option<BlobMetadata>, BlobError>;
    }
}
