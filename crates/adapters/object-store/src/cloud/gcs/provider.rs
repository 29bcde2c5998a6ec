//! A bucket of Google Cloud Storage.

use std::time::Duration;

use async_trait::async_trait;
use freehold_domain::RESERVED_DIRECTORY;
use freehold_ports::blobs::{BlobVersion, PresignedUrl, PutMode};
use futures_util::{StreamExt, TryStreamExt, stream};
use http::Method;
use object_store::gcp::{GcpCredential, GoogleCloudStorage, GoogleCloudStorageBuilder};
use object_store::multipart::{MultipartStore, PartId};
use object_store::path::Path;
use object_store::{
    GetOptions, MultipartId, ObjectMeta, ObjectStore, PutResult, StaticCredentialProvider, UpdateVersion,
};

use super::requests::{Request, RequestError, Requests};
use super::signed_url::Signer;
use super::staging::{self, Staging};
use super::{causes, copying, documents};
use crate::cloud::provider::{
    BegunUpload, Cause, CopySource, ListedPage, Provider, ProviderError, UploadsPage,
};
use crate::cloud::refusal::Refusal;
use crate::cloud::transport::{SharedClient, client_options};

/// The header with the generation that a write or a deletion is for; 0 is none.
pub(super) const IF_GENERATION: &str = "x-goog-if-generation-match";

/// How many objects are deleted at once: the server takes one in a request.
const DELETIONS: usize = 16;

/// The key marker behind the last upload of a listing, after which what is put together and not yet copied is listed. No object has this
/// name.
const STAGED: &str = "\n";

/// A bucket of Google Cloud Storage. Clones share its connections.
#[derive(Debug, Clone)]
pub(super) struct GcsProvider {
    pub(super) objects: GoogleCloudStorage,
    pub(super) staging: Staging,
    pub(super) requests: Requests,
    signer: Signer,
}

impl GcsProvider {
    pub(super) fn new(requests: Requests, signer: Signer, allow_http: bool) -> object_store::Result<Self> {
        let builder = GoogleCloudStorageBuilder::new()
            .with_bucket_name(&requests.bucket)
            .with_base_url(&requests.server)
            .with_retry(requests.retry.clone())
            .with_http_connector(SharedClient(requests.client.clone()))
            .with_client_options(client_options().with_allow_http(allow_http));
        let objects = match &requests.tokens {
            Some(tokens) => builder.with_credentials(tokens.clone()),
            None => builder.with_skip_signature(true).with_credentials(std::sync::Arc::new(
                StaticCredentialProvider::new(GcpCredential { bearer: String::new() }),
            )),
        }
        .build()?;
        Ok(Self { staging: Staging::new(objects.clone()), objects, requests, signer })
    }

    pub(super) fn failed(&self, error: RequestError) -> ProviderError {
        ProviderError::new(self, error)
    }

    /// Deletes an object; with a generation only if it is still that one.
    async fn delete_one(&self, path: &Path, generation: Option<&str>) -> Result<(), ProviderError> {
        let condition = generation.map(|generation| (IF_GENERATION, generation));
        let headers = condition.as_slice();
        let request = Request { method: Method::DELETE, path: Some(path), headers, ..Request::default() };
        match self.requests.send(request).await.map_err(|error| self.failed(error)) {
            Err(error) if error.cause != Cause::NotFound => Err(error),
            Ok(_) | Err(_) => Ok(()),
        }
    }

    async fn objects_page(&self, prefix: &str, next: Option<&str>) -> Result<ListedPage, ProviderError> {
        let mut query = vec![("list-type", "2"), ("encoding-type", "url"), ("prefix", prefix)];
        query.extend(next.map(|next| ("continuation-token", next)));
        let request = Request { query: &query, ..Request::default() };
        let answer = self.requests.send(request).await.map_err(|error| self.failed(error))?;
        documents::listing(&answer.body)
    }

    /// A page of what is put together and not yet copied, see [`staging`].
    async fn staged_page(&self, prefix: &str, next: Option<&str>) -> Result<UploadsPage, ProviderError> {
        let prefix = format!("{prefix}{RESERVED_DIRECTORY}/{}", staging::PREFIX);
        let page = self.objects_page(&prefix, next).await?;
        let uploads = page.objects.into_iter().filter_map(|object| {
            let (key, random) = staging::destination(&object.key)?;
            Some(BegunUpload { id: staging::upload_id(random, ""), key, begun: object.modified })
        });
        Ok(UploadsPage { uploads: uploads.collect(), next: page.next.map(|next| (STAGED.to_owned(), next)) })
    }
}

#[async_trait]
impl Provider for GcsProvider {
    fn objects(&self) -> &dyn ObjectStore {
        &self.objects
    }

    fn parts(&self) -> &dyn MultipartStore {
        &self.staging
    }

    fn region(&self) -> Option<&str> {
        None
    }

    fn credentials_source(&self) -> &str {
        &self.requests.source
    }

    fn refused(&self, refusal: &Refusal) -> Cause {
        causes::cause(refusal, self.requests.tokens.is_none())
    }

    fn version(&self, meta: &ObjectMeta) -> Option<BlobVersion> {
        meta.version.clone().map(BlobVersion)
    }

    fn written_version(&self, result: &PutResult) -> Option<BlobVersion> {
        result.version.clone().map(BlobVersion)
    }

    fn condition(&self, version: &BlobVersion) -> UpdateVersion {
        UpdateVersion { e_tag: None, version: Some(version.0.clone()) }
    }

    fn pinned(&self, options: GetOptions, version: &BlobVersion) -> GetOptions {
        GetOptions { version: Some(version.0.clone()), ..options }
    }

    async fn complete(
        &self,
        path: &Path,
        id: &MultipartId,
        parts: Vec<PartId>,
        mode: PutMode,
    ) -> Result<PutResult, ProviderError> {
        copying::complete(self, path, id, parts, mode).await
    }

    async fn delete(&self, paths: Vec<Path>) -> Result<(), ProviderError> {
        stream::iter(paths)
            .map(|path| {
                let provider = self.clone();
                async move { provider.delete_one(&path, None).await }
            })
            .buffer_unordered(DELETIONS)
            .try_collect()
            .await
    }

    async fn delete_version(&self, path: &Path, expected: &BlobVersion) -> Result<(), ProviderError> {
        self.delete_one(path, Some(&expected.0)).await
    }

    async fn list_page(&self, prefix: &str, next: Option<&str>) -> Result<ListedPage, ProviderError> {
        let mut page = self.objects_page(prefix, next).await?;
        page.objects.retain(|object| staging::destination(&object.key).is_none());
        Ok(page)
    }

    async fn uploads_page(
        &self,
        prefix: &str,
        next: Option<&(String, String)>,
    ) -> Result<UploadsPage, ProviderError> {
        if let Some((STAGED, token)) = next.map(|(marker, token)| (marker.as_str(), token)) {
            return self.staged_page(prefix, Some(token.as_str()).filter(|token| !token.is_empty())).await;
        }
        let mut query = vec![("uploads", ""), ("encoding-type", "url"), ("prefix", prefix)];
        if let Some((key, id)) = next {
            query.extend([("key-marker", key.as_str()), ("upload-id-marker", id.as_str())]);
        }
        let request = Request { query: &query, ..Request::default() };
        let answer = self.requests.send(request).await.map_err(|error| self.failed(error))?;
        let mut page = documents::uploads(&answer.body)?;
        page.next.get_or_insert_with(|| (STAGED.to_owned(), String::new()));
        Ok(page)
    }

    async fn copy(
        &self,
        source: &CopySource,
        path: &Path,
        mode: PutMode,
        write_id: &str,
    ) -> Result<Option<PutResult>, ProviderError> {
        copying::copy(self, source, path, mode, write_id).await
    }

    async fn presigned_url(
        &self,
        path: &Path,
        valid_for: Duration,
    ) -> Result<Option<PresignedUrl>, ProviderError> {
        let signed = self.signer.sign(&self.requests, path, valid_for).await;
        signed.map_err(|error| ProviderError::new(self, error))
    }
}
