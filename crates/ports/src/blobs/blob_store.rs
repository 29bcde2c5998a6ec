//! One opened storage location.

use std::fmt::Debug;
use std::ops::Range;

use async_trait::async_trait;
use freehold_domain::{BlobKey, StorageRoot, Timestamp};

use super::{BlobError, BoxStream, ByteStream, ConditionalStore, RemoteStore};

/// The version of a blob's content, as the backend names it: an entity tag or a generation.
///
/// Two versions of one key are equal only if the content is the same one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BlobVersion(pub String);

/// Who may read a blob, where the backend knows users.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Readership {
    /// Whoever the place usually lets; also on a backend that knows no users.
    Usual,
    /// Nobody but its owner.
    OwnerOnly,
}

/// What is known of a blob without reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobMetadata {
    /// The key in the location.
    pub key: BlobKey,
    /// Size in bytes.
    pub size: u64,
    /// The version of the content.
    pub version: BlobVersion,
    /// The entity tag of the content, without quotation marks, where the backend has such tags: the same for the same bytes stored the same way.
    pub entity_tag: Option<String>,
    /// When it was last written, by the backend's clock; for people.
    pub modified: Timestamp,
    /// Who may read it.
    pub readership: Readership,
}

/// A blob that is being read.
pub struct BlobReader {
    /// What is known of the whole blob, also when only a range is read.
    pub metadata: BlobMetadata,
    /// The content, or the range of it. All of it is of the one version that `metadata` names, else it ends in an error.
    pub body: ByteStream,
}

impl Debug for BlobReader {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("BlobReader").field("metadata", &self.metadata).finish_non_exhaustive()
    }
}

/// What a put does when the key is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PutMode {
    /// Fails with [`BlobError::AlreadyExists`]; of many that race, exactly one wins.
    Create,
    /// Replaces the content.
    Overwrite,
}

/// When a put must survive a power cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Durability {
    /// When it has returned.
    Immediate,
    /// When the next [`flush`](BlobStore::flush) of the same store has returned: for batches.
    AtFlush,
}

/// How a put is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PutOptions {
    /// What to do when the key is taken.
    pub mode: PutMode,
    /// When it must survive a power cut.
    pub durability: Durability,
    /// Who may read the blob. A copy should never be readable by more than its source.
    pub readership: Readership,
}

impl PutOptions {
    /// A create that is durable when it has returned.
    pub const CREATE: Self =
        Self { mode: PutMode::Create, durability: Durability::Immediate, readership: Readership::Usual };
    /// A create within a batch, durable at the next flush.
    pub const CREATE_IN_BATCH: Self = Self { durability: Durability::AtFlush, ..Self::CREATE };
    /// An overwrite that is durable when it has returned.
    pub const OVERWRITE: Self = Self { mode: PutMode::Overwrite, ..Self::CREATE };

    /// The same for this readership.
    #[must_use]
    pub const fn readable_by(self, readership: Readership) -> Self {
        Self { readership, ..self }
    }
}

/// One opened storage location.
///
/// Use cases never hold one: they hold a readable or a writable location, and the latter can only be made from the proof
/// that the location is managed.
#[async_trait]
pub trait BlobStore: ConditionalStore + RemoteStore + Debug + Send + Sync {
    /// Stores `body` under `key`. Folders on the way are made.
    ///
    /// # Atomicity
    /// No reader, and no listing, ever sees part of the blob. If the returned future fails or is dropped, the former content, or
    /// its absence, remains.
    ///
    /// # Errors
    /// `AlreadyExists` with [`PutMode::Create`] when the key is taken: nothing is changed then. `Body` when `body` ends in an
    /// error. `PermissionDenied`, `NoSpace`, `OutsideLocation`, `Unavailable`.
    async fn put(
        &self,
        key: &BlobKey,
        body: ByteStream,
        options: PutOptions,
    ) -> Result<BlobMetadata, BlobError>;

    /// Makes every put of this store with [`Durability::AtFlush`] that has returned survive a power cut.
    ///
    /// # Idempotency
    /// Without such puts it does nothing.
    async fn flush(&self) -> Result<(), BlobError>;

    /// Opens a blob for reading, all of it or the bytes of `range`, which is cut at the blob's end. Makes no folder.
    ///
    /// # Errors
    /// `NotFound`, `NotABlob`, `OutsideLocation`, `PermissionDenied`, `Unavailable`.
    async fn read(&self, key: &BlobKey, range: Option<Range<u64>>) -> Result<BlobReader, BlobError>;

    /// Says what is known of a blob; `None` when there is none, or when what is there is not a plain file.
    ///
    /// # Errors
    /// `OutsideLocation`, `PermissionDenied`, `Unavailable`: a failure is never taken for absence.
    async fn metadata(&self, key: &BlobKey) -> Result<Option<BlobMetadata>, BlobError>;

    /// Deletes blobs. It is durable when it has returned.
    ///
    /// # Idempotency
    /// Absent ones are success.
    ///
    /// # Atomicity
    /// Each blob is deleted wholly or not at all; after an error some of them may be gone.
    async fn delete(&self, keys: &[BlobKey]) -> Result<(), BlobError>;

    /// Lists the blobs below `prefix` (whole segments; `None` is the whole location), in no particular order, each once. Symbolic
    /// links are not followed and not listed, nor is anything that is not a plain file. An absent location or folder is an empty listing.
    ///
    /// # Errors
    /// The stream ends with the first error: an error is never an empty listing. `UnusableName` for a name that is no key.
    async fn list(&self, prefix: Option<BlobKey>) -> BoxStream<'static, Result<BlobMetadata, BlobError>>;

    /// Copies a blob of another location to `key` within the backend, without moving its bytes through this process. Gives `None`,
    /// having done nothing, when the backend cannot: then read and put.
    ///
    /// # Atomicity
    /// As [`put`](Self::put). The copy shares nothing with its source: a later change of one does not reach the other. It is readable by no more
    /// than its source.
    ///
    /// # Errors
    /// As `put` and `read`.
    async fn copy_from(
        &self,
        key: &BlobKey,
        source: &StorageRoot,
        source_key: &BlobKey,
        options: PutOptions,
    ) -> Result<Option<BlobMetadata>, BlobError>;
}
