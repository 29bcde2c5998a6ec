//! A bucket of S3.

use std::time::Duration;

use async_trait::async_trait;
use freehold_domain::StorageRoot;
use freehold_ports::blobs::{BlobVersion, PresignedUrl, PutMode};
use http::{HeaderMap, HeaderValue, Method, header};
use object_store::aws::{AmazonS3, AmazonS3Builder, Checksum};
use object_store::multipart::{MultipartStore, PartId};
use object_store::path::Path;
use object_store::signer::Signer;
use object_store::{GetOptions, MultipartId, ObjectMeta, ObjectStore, PutResult, UpdateVersion};

use super::addressing::Addressing;
use super::documents::{ListBucketResult, ListMultipartUploadsResult};
use super::requests::{Request, RequestError, Requests};
use super::{causes, copying, deletion};
use crate::cloud::documents::read;
use crate::cloud::found::bare_tag;
use crate::cloud::provider::{Cause, CopySource, ListedPage, Provider, ProviderError, UploadsPage};
use crate::cloud::refusal::Refusal;
use crate::cloud::transport::{SharedClient, client_options};

/// A bucket of S3. Clones share its connections.
#[derive(Debug, Clone)]
pub(super) struct S3Provider {
    pub(super) objects: AmazonS3,
    /// The same bucket, for finishing uploads only where nothing is.
    finishing_free: AmazonS3,
    pub(super) requests: Requests,
}

impl S3Provider {
    pub(super) fn new(
        root: &StorageRoot,
        addressing: &Addressing,
        requests: Requests,
        allow_http: bool,
    ) -> object_store::Result<Self> {
        let options = client_options().with_allow_http(allow_http);
        // `object_store` signs and sends default headers with the request that finishes an upload, which is the only one that this client
        // is used for.
        let only_where_free = HeaderMap::from_iter([(header::IF_NONE_MATCH, HeaderValue::from_static("*"))]);
        let build = |options| {
            let mut builder = AmazonS3Builder::new()
                .with_bucket_name(root.bucket().unwrap_or_default())
                .with_region(&requests.region)
                .with_retry(requests.retry.clone())
                .with_checksum_algorithm(Checksum::SHA256)
                .with_http_connector(SharedClient(requests.client.clone()))
                .with_client_options(options);
            builder = match addressing.server() {
                Some(server) => builder.with_endpoint(server),
                None => builder.with_virtual_hosted_style_request(true),
            };
            match &requests.credentials {
                Some(credentials) => builder.with_credentials(credentials.clone()),
                None => builder.with_skip_signature(true),
            }
            .build()
        };
        Ok(Self {
            objects: build(options.clone())?,
            finishing_free: build(options.with_default_headers(only_where_free))?,
            requests,
        })
    }

    pub(super) fn failed(&self, error: RequestError) -> ProviderError {
        ProviderError::new(self, error)
    }
}

#[async_trait]
impl Provider for S3Provider {
    fn objects(&self) -> &dyn ObjectStore {
        &self.objects
    }

    fn parts(&self) -> &dyn MultipartStore {
        &self.objects
    }

    fn region(&self) -> Option<&str> {
        Some(&self.requests.region)
    }

    fn credentials_source(&self) -> &str {
        &self.requests.source
    }

    fn refused(&self, refusal: &Refusal) -> Cause {
        causes::cause(refusal)
    }

    fn version(&self, meta: &ObjectMeta) -> Option<BlobVersion> {
        meta.e_tag.as_deref().map(bare_tag).map(BlobVersion)
    }

    fn written_version(&self, result: &PutResult) -> Option<BlobVersion> {
        result.e_tag.as_deref().map(bare_tag).map(BlobVersion)
    }

    fn condition(&self, version: &BlobVersion) -> UpdateVersion {
        UpdateVersion { e_tag: Some(quoted(version)), version: None }
    }

    fn pinned(&self, options: GetOptions, version: &BlobVersion) -> GetOptions {
        GetOptions { if_match: Some(quoted(version)), ..options }
    }

    async fn complete(
        &self,
        path: &Path,
        id: &MultipartId,
        parts: Vec<PartId>,
        mode: PutMode,
    ) -> Result<PutResult, ProviderError> {
        let client = match mode {
            PutMode::Create => &self.finishing_free,
            PutMode::Overwrite => &self.objects,
        };
        let completed = client.complete_multipart(path, id, parts).await;
        completed.map_err(|error| ProviderError::new(self, error))
    }

    async fn delete(&self, paths: Vec<Path>) -> Result<(), ProviderError> {
        deletion::delete(self, paths).await
    }

    async fn delete_version(&self, path: &Path, expected: &BlobVersion) -> Result<(), ProviderError> {
        deletion::delete_version(self, path, &quoted(expected)).await
    }

    async fn list_page(&self, prefix: &str, next: Option<&str>) -> Result<ListedPage, ProviderError> {
        let mut query = vec![("encoding-type", "url"), ("list-type", "2"), ("prefix", prefix)];
        query.extend(next.map(|next| ("continuation-token", next)));
        let request = Request { query: &query, ..Request::default() };
        let answer = self.requests.send(request).await.map_err(|error| self.failed(error))?;
        read::<ListBucketResult>(&answer.body)?.try_into()
    }

    async fn uploads_page(
        &self,
        prefix: &str,
        next: Option<&(String, String)>,
    ) -> Result<UploadsPage, ProviderError> {
        let mut query = vec![("uploads", ""), ("encoding-type", "url"), ("prefix", prefix)];
        if let Some((key, id)) = next {
            query.extend([("key-marker", key.as_str()), ("upload-id-marker", id.as_str())]);
        }
        let request = Request { query: &query, ..Request::default() };
        let answer = self.requests.send(request).await.map_err(|error| self.failed(error))?;
        read::<ListMultipartUploadsResult>(&answer.body)?.try_into()
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
        if self.requests.credentials.is_none() {
            return Ok(None);
        }
        let signed = self.objects.signed_url(Method::GET, path, valid_for).await;
        let url = signed.map_err(|error| ProviderError::new(self, error))?;
        Ok(Some(PresignedUrl::new(url)))
    }
}

/// A version as conditions have it.
pub(super) fn quoted(version: &BlobVersion) -> String {
    format!("\"{}\"", version.0)
}
