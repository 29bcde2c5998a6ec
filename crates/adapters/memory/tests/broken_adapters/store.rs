//! Blob stores in memory with one fault.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use freehold_domain::{BlobKey, Capabilities, StorageRoot};
use freehold_memory::MemoryBlobStores;
use freehold_ports::blobs::{
    BlobError, BlobMetadata, BlobReader, BlobStore, BlobStores, BlobVersion, BoxStream, ByteStream,
    ConditionalStore, FromBytes, PresignedUrl, PutMode, PutOptions, RemoteStore, Sighting, UnfinishedUpload,
};
use futures_util::stream::{StreamExt, TryStreamExt};

/// What is wrong with a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing.
    None,
    /// A put stores each piece of the body as it comes.
    PutsPieceByPiece,
    /// A create replaces what is there.
    CreatesOverOthers,
    /// A create looks whether the key is taken, and then writes.
    LooksBeforeItCreates,
    /// A delete of what is absent fails.
    FailsToDeleteTheAbsent,
    /// A compare-and-swap that does not compare.
    SwapsWithoutComparing,
    /// A compare-and-swap that compares first and swaps later.
    ComparesBeforeItSwaps,
    /// A removal that does not compare.
    RemovesWithoutComparing,
    /// A version that tells the size of the content and no more.
    VersionsBySize,
    /// A prefix that ends in the middle of a segment.
    ListsByCharacters,
    /// A listing that gives its first page only.
    ListsOnePage,
    /// A range that is taken for the whole.
    IgnoresRanges,
    /// A probe that does not clean up.
    LeavesItsProbe,
    /// A location that is made by opening it.
    MakesFoldersWhenOpening,
    /// A look around a place that stops at the folder above it.
    KnowsTheNearestFolderOnly,
    /// Another place, given as an alias.
    TakesAnotherPlaceForAnAlias,
    /// An emptied location that stays.
    KeepsEmptyFolders,
    /// A location that ignores the region that is given for it.
    IgnoresTheRegion,
    /// A source of credentials that is told with a line too many.
    TellsTheSourceInTwoLines,
    /// A URL that is signed for blobs that are there, and for no others.
    SignsWhatIsThere,
    /// An upload that stays when its put fails.
    LeavesFailedUploads,
    /// An upload that cannot be aborted.
    AbortsNothing,
    /// A listing of uploads that leaves the prefix out.
    ListsUploadsOfTheBucket,
}

#[derive(Debug)]
pub(crate) struct FaultyStores {
    pub(crate) inner: MemoryBlobStores,
    pub(crate) fault: Fault,
}

#[async_trait]
impl BlobStores for FaultyStores {
    async fn resolve(&self, root: &StorageRoot) -> Result<StorageRoot, BlobError> {
        self.inner.resolve(root).await
    }

    async fn aliases(&self, root: &StorageRoot) -> Result<Vec<StorageRoot>, BlobError> {
        match self.fault {
            Fault::TakesAnotherPlaceForAnAlias => Ok(root.ancestors().take(1).collect()),
            _ => self.inner.aliases(root).await,
        }
    }

    async fn enclosing(&self, root: &StorageRoot) -> Result<Vec<StorageRoot>, BlobError> {
        let mut enclosing = self.inner.enclosing(root).await?;
        if self.fault == Fault::KnowsTheNearestFolderOnly {
            enclosing.truncate(1);
        }
        Ok(enclosing)
    }

    async fn open(&self, root: &StorageRoot) -> Result<Arc<dyn BlobStore>, BlobError> {
        let inner = self.inner.open(root).await?;
        if self.fault == Fault::MakesFoldersWhenOpening {
            let key = "made".parse().unwrap();
            inner.put(&key, FromBytes::boxed(Bytes::new()), PutOptions::OVERWRITE).await?;
            inner.delete(&[key]).await?;
        }
        self.faulty(root, inner).await
    }

    async fn open_in_region(
        &self,
        root: &StorageRoot,
        region: &str,
    ) -> Result<Arc<dyn BlobStore>, BlobError> {
        if self.fault == Fault::IgnoresTheRegion {
            return self.open(root).await;
        }
        let inner = self.inner.open_in_region(root, region).await?;
        self.faulty(root, inner).await
    }

    async fn remove_empty(&self, root: &StorageRoot) -> Result<(), BlobError> {
        match self.fault {
            Fault::KeepsEmptyFolders | Fault::MakesFoldersWhenOpening => Ok(()),
            _ => self.inner.remove_empty(root).await,
        }
    }
}

impl FaultyStores {
    async fn faulty(
        &self,
        root: &StorageRoot,
        inner: Arc<dyn BlobStore>,
    ) -> Result<Arc<dyn BlobStore>, BlobError> {
        let (stores, bucket) = (self.inner.clone(), self.bucket(root).await?);
        Ok(Arc::new(FaultyStore { inner, bucket, stores, root: root.clone(), fault: self.fault }))
    }

    /// The whole bucket, or disk, that a location lies in.
    async fn bucket(&self, root: &StorageRoot) -> Result<Arc<dyn BlobStore>, BlobError> {
        let whole = root.ancestors().last().unwrap_or_else(|| root.clone());
        self.inner.open(&whole).await
    }
}

#[derive(Debug)]
struct FaultyStore {
    inner: Arc<dyn BlobStore>,
    bucket: Arc<dyn BlobStore>,
    stores: MemoryBlobStores,
    root: StorageRoot,
    fault: Fault,
}

impl FaultyStore {
    fn named(&self, metadata: BlobMetadata) -> BlobMetadata {
        if self.fault == Fault::VersionsBySize {
            return BlobMetadata { version: BlobVersion(metadata.size.to_string()), ..metadata };
        }
        metadata
    }

    async fn ensure_free(&self, key: &BlobKey) -> Result<(), BlobError> {
        match self.inner.metadata(key).await? {
            Some(_) => Err(BlobError::AlreadyExists { location: "here".to_owned(), key: key.clone() }),
            None => Ok(()),
        }
    }

    async fn put_piece_by_piece(
        &self,
        key: &BlobKey,
        mut body: ByteStream,
        options: PutOptions,
    ) -> Result<BlobMetadata, BlobError> {
        if options.mode == PutMode::Create {
            self.ensure_free(key).await?;
        }
        let overwrite = PutOptions { mode: PutMode::Overwrite, ..options };
        let mut stored = Vec::new();
        let mut metadata = self.inner.put(key, FromBytes::boxed(Bytes::new()), overwrite).await?;
        while let Some(piece) = body.next().await {
            stored.extend_from_slice(&piece.map_err(|source| BlobError::Body { source })?);
            metadata = self.inner.put(key, FromBytes::boxed(stored.clone()), overwrite).await?;
        }
        Ok(metadata)
    }
}

#[async_trait]
impl RemoteStore for FaultyStore {
    fn region(&self) -> Option<&str> {
        self.inner.region()
    }

    fn credentials_source(&self) -> Option<&str> {
        match self.fault {
            Fault::TellsTheSourceInTwoLines => Some("the environment\nand its secret"),
            _ => self.inner.credentials_source(),
        }
    }

    async fn presigned_url(
        &self,
        key: &BlobKey,
        valid_for: Duration,
    ) -> Result<Option<PresignedUrl>, BlobError> {
        if self.fault == Fault::SignsWhatIsThere && self.inner.metadata(key).await?.is_none() {
            return Ok(None);
        }
        self.inner.presigned_url(key, valid_for).await
    }

    async fn unfinished_uploads(&self) -> BoxStream<'static, Result<UnfinishedUpload, BlobError>> {
        match self.fault {
            Fault::ListsUploadsOfTheBucket => self.bucket.unfinished_uploads().await,
            _ => self.inner.unfinished_uploads().await,
        }
    }

    async fn abort_upload(&self, upload: &UnfinishedUpload) -> Result<(), BlobError> {
        match self.fault {
            Fault::AbortsNothing => Ok(()),
            _ => self.inner.abort_upload(upload).await,
        }
    }
}

#[async_trait]
impl ConditionalStore for FaultyStore {
    async fn replace(
        &self,
        key: &BlobKey,
        content: Bytes,
        expected: &BlobVersion,
    ) -> Result<BlobMetadata, BlobError> {
        let current = self.inner.metadata(key).await?.map(|metadata| self.named(metadata).version);
        match self.fault {
            Fault::SwapsWithoutComparing => {
                self.inner.put(key, FromBytes::boxed(content), PutOptions::OVERWRITE).await
            }
            Fault::ComparesBeforeItSwaps | Fault::VersionsBySize => {
                if current.as_ref() != Some(expected) {
                    return Err(BlobError::VersionMismatch { location: "here".to_owned(), key: key.clone() });
                }
                // Long enough for others to compare, too.
                std::thread::sleep(Duration::from_millis(2));
                let put = self.inner.put(key, FromBytes::boxed(content), PutOptions::OVERWRITE).await?;
                Ok(self.named(put))
            }
            _ => self.inner.replace(key, content, expected).await,
        }
    }

    async fn remove(&self, key: &BlobKey, expected: &BlobVersion) -> Result<(), BlobError> {
        if self.fault == Fault::RemovesWithoutComparing {
            return self.inner.delete(std::slice::from_ref(key)).await;
        }
        self.inner.remove(key, expected).await
    }

    async fn find_claims(&self) -> BoxStream<'static, Result<Sighting, BlobError>> {
        self.inner.find_claims().await
    }

    async fn probe(&self) -> Result<Capabilities, BlobError> {
        if self.fault == Fault::LeavesItsProbe {
            let key = BlobKey::reserved_directory().join(&"probe".parse().unwrap()).unwrap();
            self.inner.put(&key, FromBytes::boxed("probe"), PutOptions::OVERWRITE).await?;
        }
        self.inner.probe().await
    }
}

#[async_trait]
impl BlobStore for FaultyStore {
    async fn put(
        &self,
        key: &BlobKey,
        body: ByteStream,
        options: PutOptions,
    ) -> Result<BlobMetadata, BlobError> {
        let overwrite = PutOptions { mode: PutMode::Overwrite, ..options };
        match self.fault {
            Fault::PutsPieceByPiece => self.put_piece_by_piece(key, body, options).await,
            Fault::CreatesOverOthers => self.inner.put(key, body, overwrite).await,
            Fault::LooksBeforeItCreates if options.mode == PutMode::Create => {
                self.ensure_free(key).await?;
                self.inner.put(key, body, overwrite).await
            }
            Fault::LeavesFailedUploads => {
                let put = self.inner.put(key, body, options).await;
                if put.is_err() {
                    self.stores.leave_upload(&self.root, key);
                }
                put
            }
            _ => Ok(self.named(self.inner.put(key, body, options).await?)),
        }
    }

    async fn flush(&self) -> Result<(), BlobError> {
        self.inner.flush().await
    }

    async fn read(&self, key: &BlobKey, range: Option<Range<u64>>) -> Result<BlobReader, BlobError> {
        let range = if self.fault == Fault::IgnoresRanges { None } else { range };
        let reader = self.inner.read(key, range).await?;
        Ok(BlobReader { metadata: self.named(reader.metadata), body: reader.body })
    }

    async fn metadata(&self, key: &BlobKey) -> Result<Option<BlobMetadata>, BlobError> {
        Ok(self.inner.metadata(key).await?.map(|metadata| self.named(metadata)))
    }

    async fn delete(&self, keys: &[BlobKey]) -> Result<(), BlobError> {
        if self.fault == Fault::FailsToDeleteTheAbsent {
            for key in keys {
                if self.inner.metadata(key).await?.is_none() {
                    return Err(BlobError::NotFound { location: "here".to_owned(), key: key.clone() });
                }
            }
        }
        self.inner.delete(keys).await
    }

    async fn list(&self, prefix: Option<BlobKey>) -> BoxStream<'static, Result<BlobMetadata, BlobError>> {
        match self.fault {
            Fault::ListsByCharacters => {
                let everything = self.inner.list(None).await;
                let begins = prefix.map(|prefix| prefix.to_string()).unwrap_or_default();
                let matches = move |metadata: &BlobMetadata| metadata.key.as_str().starts_with(&begins);
                everything.try_filter(move |metadata| std::future::ready(matches(metadata))).boxed()
            }
            Fault::ListsOnePage => self.inner.list(prefix).await.take(1_000).boxed(),
            _ => self.inner.list(prefix).await,
        }
    }

    async fn copy_from(
        &self,
        key: &BlobKey,
        source: &StorageRoot,
        source_key: &BlobKey,
        options: PutOptions,
    ) -> Result<Option<BlobMetadata>, BlobError> {
        self.inner.copy_from(key, source, source_key, options).await
    }
}
