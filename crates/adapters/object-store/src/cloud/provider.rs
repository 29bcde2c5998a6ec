//! What S3 and Google Cloud Storage do differently; all the rest is written once, for both.

use std::error::Error;
use std::fmt::Debug;
use std::time::Duration;

use async_trait::async_trait;
use freehold_domain::Timestamp;
use freehold_ports::blobs::{BlobVersion, PresignedUrl, PutMode};
use object_store::multipart::{MultipartStore, PartId};
use object_store::path::Path;
use object_store::{GetOptions, MultipartId, ObjectMeta, ObjectStore, PutResult, UpdateVersion};

use super::refusal::{self, Refusal};

/// An error of a provider, before it has the words of the port.
#[derive(Debug)]
pub(crate) struct ProviderError {
    pub(crate) cause: Cause,
    pub(crate) source: Box<dyn Error + Send + Sync>,
}

impl ProviderError {
    /// The error of a request, with its cause as this provider understands it.
    pub(crate) fn new(provider: &dyn Provider, source: impl Error + Send + Sync + 'static) -> Self {
        Self { cause: refusal::cause(provider, &source), source: Box::new(source) }
    }

    /// An error whose cause is known.
    pub(crate) fn of(cause: Cause, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { cause, source: source.into() }
    }
}

/// What an error of a provider means, told from its status and the code in its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The object, or the upload, is not there.
    NotFound,
    /// The bucket is not there.
    BucketMissing,
    /// A create found the key taken.
    AlreadyExists,
    /// A condition did not hold.
    Precondition,
    /// Another conditional change of the same object was under way. Nothing was changed; trying again may succeed.
    Conflict,
    /// The range begins at the end of the object, or beyond.
    OutOfRange,
    /// Access is refused.
    PermissionDenied,
    /// The bucket lies elsewhere.
    WrongRegion { actual: Option<String> },
    /// The credentials are not known, wrong or expired; the reason is for people.
    CredentialsRefused { reason: String },
    /// Credentials were configured and cannot be used; the reason is for people.
    CredentialsUnusable { reason: String },
    /// The clocks differ too much.
    ClockSkewed,
    /// A quota is used up.
    NoSpace,
    /// The server cannot be reached, is overloaded, or gave up. Whether the request was carried out is not known.
    Unavailable,
    /// The server cannot do this.
    Unsupported,
    /// Anything else.
    Other,
}

/// An object in a listing.
#[derive(Debug, Clone)]
pub(crate) struct ListedObject {
    /// The whole key in the bucket, as it is, also one that no blob can have.
    pub(crate) key: String,
    pub(crate) size: u64,
    pub(crate) version: BlobVersion,
    /// Without quotation marks.
    pub(crate) entity_tag: Option<String>,
    pub(crate) modified: Timestamp,
}

/// A page of a listing.
#[derive(Debug, Clone)]
pub(crate) struct ListedPage {
    pub(crate) objects: Vec<ListedObject>,
    /// Where the next page begins; `None` after the last one.
    pub(crate) next: Option<String>,
}

/// An upload that was begun and not finished.
#[derive(Debug, Clone)]
pub(crate) struct BegunUpload {
    /// The whole key in the bucket.
    pub(crate) key: String,
    pub(crate) id: MultipartId,
    pub(crate) begun: Timestamp,
}

/// A page of the unfinished uploads.
#[derive(Debug, Clone)]
pub(crate) struct UploadsPage {
    pub(crate) uploads: Vec<BegunUpload>,
    /// Where the next page begins, by key and upload; `None` after the last one.
    pub(crate) next: Option<(String, String)>,
}

/// An object to copy, in the version that was looked at.
#[derive(Debug, Clone)]
pub(crate) struct CopySource {
    pub(crate) bucket: String,
    pub(crate) path: Path,
    pub(crate) version: BlobVersion,
    pub(crate) size: u64,
}

/// One bucket of one provider, with credentials. Its requests go through [`Transport`](super::transport::Transport), so that errors
/// say why the server refused.
#[async_trait]
pub(crate) trait Provider: Debug + Send + Sync {
    /// The bucket's objects, for reading and for puts in one request. Paths are the literal keys.
    fn objects(&self) -> &dyn ObjectStore;

    /// The bucket's uploads in parts.
    fn parts(&self) -> &dyn MultipartStore;

    /// The region of the bucket, where it is known.
    fn region(&self) -> Option<&str>;

    /// Which link of the chain of credentials is used, without any secret.
    fn credentials_source(&self) -> &str;

    /// What it means that the server refused.
    fn refused(&self, refusal: &Refusal) -> Cause;

    /// The version of an object's content: its entity tag without quotation marks on S3, its generation on Google Cloud Storage.
    fn version(&self, meta: &ObjectMeta) -> Option<BlobVersion>;

    /// The version that a write gave.
    fn written_version(&self, result: &PutResult) -> Option<BlobVersion>;

    /// The same version as a condition for an update.
    fn condition(&self, version: &BlobVersion) -> UpdateVersion;

    /// Lets a read succeed only on this version.
    fn pinned(&self, options: GetOptions, version: &BlobVersion) -> GetOptions;

    /// Finishes an upload in parts; with [`PutMode::Create`] only if the key is free, decided by the server. An upload that is not
    /// there, since it was finished or aborted, is `NotFound`.
    async fn complete(
        &self,
        path: &Path,
        id: &MultipartId,
        parts: Vec<PartId>,
        mode: PutMode,
    ) -> Result<PutResult, ProviderError>;

    /// Deletes objects, in as few requests as the provider takes. Absent ones are success.
    async fn delete(&self, paths: Vec<Path>) -> Result<(), ProviderError>;

    /// Deletes an object if it is still in this version, decided by the server. An absent one is success.
    async fn delete_version(&self, path: &Path, expected: &BlobVersion) -> Result<(), ProviderError>;

    /// Lists one page of the objects whose key begins with `prefix`, literally, after the page that gave `next`.
    async fn list_page(&self, prefix: &str, next: Option<&str>) -> Result<ListedPage, ProviderError>;

    /// Lists one page of the unfinished uploads whose key begins with `prefix`, literally, after the page that gave `next`.
    async fn uploads_page(
        &self,
        prefix: &str,
        next: Option<&(String, String)>,
    ) -> Result<UploadsPage, ProviderError>;

    /// Copies an object within the provider, with this write id as its metadata, see [`write_id`](super::write_id). With
    /// [`PutMode::Create`] only if the key is free, decided by the server. Gives `None`, having done nothing, when it cannot.
    async fn copy(
        &self,
        source: &CopySource,
        path: &Path,
        mode: PutMode,
        write_id: &str,
    ) -> Result<Option<PutResult>, ProviderError>;

    /// Signs a URL for reading; `None` without credentials.
    async fn presigned_url(
        &self,
        path: &Path,
        valid_for: Duration,
    ) -> Result<Option<PresignedUrl>, ProviderError>;
}
