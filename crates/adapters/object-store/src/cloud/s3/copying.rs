//! Copying an object within the server.

use std::ops::Range;

use freehold_ports::blobs::PutMode;
use futures_util::{StreamExt, TryStreamExt, stream};
use http::Method;
use object_store::multipart::{MultipartStore, PartId};
use object_store::path::Path;
use object_store::{MultipartId, PutResult};
use tokio::runtime::Handle;

use super::documents::{CopyPartResult, InitiateMultipartUploadResult};
use super::provider::{S3Provider, quoted};
use super::requests::Request;
use crate::cloud::address::encoded_path;
use crate::cloud::documents::read;
use crate::cloud::provider::{CopySource, Provider, ProviderError};
use crate::cloud::write_id;

/// The size of a part that is copied, in bytes; the last one is shorter.
const PART: u64 = 1 << 30;

/// How many parts an upload has at most.
const PARTS: u64 = 10_000;

/// How many parts are copied at once.
const IN_FLIGHT: usize = 4;

/// What the names of an object's metadata begin with.
const METADATA: &str = "x-amz-meta-";

/// Copies an object as an upload of parts that come from the source: of any size, and created only where nothing is, which `CopyObject`
/// can do on few servers.
pub(super) async fn copy(
    provider: &S3Provider,
    source: &CopySource,
    path: &Path,
    mode: PutMode,
    write_id: &str,
) -> Result<Option<PutResult>, ProviderError> {
    // Whatever hinders the server from copying, reading and putting says it better, or works.
    let Ok(mut begun) = begin(provider, path, write_id).await else { return Ok(None) };
    let Ok(parts) = begun.fill(source).await else {
        begun.abort().await;
        return Ok(None);
    };
    let completed = provider.complete(path, &begun.id, parts, mode).await;
    match completed {
        Ok(result) => {
            begun.is_open = false;
            Ok(Some(result))
        }
        Err(error) => {
            begun.abort().await;
            Err(error)
        }
    }
}

async fn begin(provider: &S3Provider, path: &Path, write_id: &str) -> Result<Begun, ProviderError> {
    let header = write_id::header(METADATA);
    let request = Request {
        method: Method::POST,
        path: Some(path),
        query: &[("uploads", "")],
        headers: &[(&header, write_id)],
    };
    let answer = provider.requests.send(request).await.map_err(|error| provider.failed(error))?;
    let InitiateMultipartUploadResult { upload_id } = read(&answer.body)?;
    Ok(Begun { provider: provider.clone(), path: path.clone(), id: upload_id, is_open: true })
}

/// A copy that was begun. It is aborted when it is dropped without being finished.
struct Begun {
    provider: S3Provider,
    path: Path,
    id: MultipartId,
    is_open: bool,
}

impl Begun {
    async fn fill(&self, source: &CopySource) -> Result<Vec<PartId>, ProviderError> {
        let size = PART.max(source.size.div_ceil(PARTS));
        let parts = source.size.div_ceil(size);
        if parts == 1 {
            return Ok(vec![self.copy_part(1, source, None).await?]);
        }
        let copies = (0..parts).map(|number| {
            let start = number * size;
            self.copy_part(number + 1, source, Some(start..(start + size).min(source.size)))
        });
        stream::iter(copies).buffered(IN_FLIGHT).try_collect().await
    }

    /// Copies a range, or everything: of small objects, S3 copies no ranges.
    async fn copy_part(
        &self,
        number: u64,
        source: &CopySource,
        range: Option<Range<u64>>,
    ) -> Result<PartId, ProviderError> {
        let number = number.to_string();
        let from = format!("{}/{}", source.bucket, encoded_path(&source.path));
        let version = quoted(&source.version);
        let range = range.map(|range| format!("bytes={}-{}", range.start, range.end.saturating_sub(1)));
        let mut headers =
            vec![("x-amz-copy-source", from.as_str()), ("x-amz-copy-source-if-match", version.as_str())];
        headers.extend(range.as_deref().map(|range| ("x-amz-copy-source-range", range)));
        let request = Request {
            method: Method::PUT,
            path: Some(&self.path),
            query: &[("partNumber", &number), ("uploadId", &self.id)],
            headers: &headers,
        };
        let answer =
            self.provider.requests.send(request).await.map_err(|error| self.provider.failed(error))?;
        let CopyPartResult { e_tag } = read(&answer.body)?;
        Ok(PartId { content_id: e_tag })
    }

    async fn abort(mut self) {
        self.is_open = false;
        abort(&self.provider, &self.path, &self.id).await;
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        if !self.is_open {
            return;
        }
        let (provider, path, id) = (self.provider.clone(), self.path.clone(), self.id.clone());
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move { abort(&provider, &path, &id).await });
        }
    }
}

async fn abort(provider: &S3Provider, path: &Path, id: &MultipartId) {
    if let Err(error) = provider.objects.abort_multipart(path, id).await {
        tracing::debug!(key = %path, %error, "a copy could not be aborted, or was finished");
    }
}
