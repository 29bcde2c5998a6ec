//! Copies within Google Cloud Storage, and the end of an upload, which is one.

use freehold_ports::blobs::PutMode;
use http::{HeaderMap, Method};
use object_store::multipart::PartId;
use object_store::path::Path;
use object_store::{GetOptions, MultipartId, ObjectStore, ObjectStoreExt, PutResult};

use super::provider::{GcsProvider, IF_GENERATION};
use super::requests::Request;
use super::staging::Staged;
use crate::cloud::address::{encoded, encoded_path};
use crate::cloud::exchange::Answer;
use crate::cloud::provider::{Cause, CopySource, ProviderError};
use crate::cloud::write_id;

/// What the metadata of people begins with.
const METADATA: &str = "x-goog-meta-";

/// The headers of an object that a copy keeps, besides the metadata of people.
const KEPT: [&str; 5] =
    ["cache-control", "content-disposition", "content-encoding", "content-language", "content-type"];

/// What is copied from another bucket in one request, in bytes. Within a bucket no bytes move; between buckets they may, and the request
/// must end in time.
const LONGEST_BETWEEN_BUCKETS: u64 = 1 << 30;

/// How often the end of an upload is tried: the server may take minutes for a long one, and then does not say whether it came to it.
const TRIES: usize = 3;

/// Finishes an upload: puts its parts together at the staging name, and copies that to the key, with [`PutMode::Create`] only if it is
/// free. The object at the staging name goes when the upload is aborted, should the copy fail.
pub(super) async fn complete(
    provider: &GcsProvider,
    path: &Path,
    id: &MultipartId,
    parts: Vec<PartId>,
    mode: PutMode,
) -> Result<PutResult, ProviderError> {
    let staged = Staged::find(path, id).map_err(|error| ProviderError::new(provider, error))?;
    put_together(provider, &staged, parts).await?;
    let copied = copy_staged(provider, &staged.path, path, mode).await?;
    if let Err(error) = provider.objects.delete(&staged.path).await {
        tracing::warn!(key = %staged.path, %error, "what an upload was put together at stays as an unfinished upload");
    }
    Ok(copied)
}

/// Copies what was staged to its key, and finds out whether it was when the answer was lost.
async fn copy_staged(
    provider: &GcsProvider,
    staged: &Path,
    path: &Path,
    mode: PutMode,
) -> Result<PutResult, ProviderError> {
    let source = format!("{}/{}", encoded(&provider.requests.bucket), encoded_path(staged));
    let mut tries = 1;
    loop {
        let copied = put_copy(provider, path, &[("x-goog-copy-source", &source)], mode).await;
        let Err(error) = copied else { return copied };
        if let Some(copied) = copied_anyhow(provider, staged, path).await {
            return Ok(copied);
        }
        if error.cause != Cause::Unavailable || tries == TRIES {
            return Err(error);
        }
        tries += 1;
    }
}

/// What lies at the key, when it is what was staged although the answer says that it is not.
async fn copied_anyhow(provider: &GcsProvider, staged: &Path, path: &Path) -> Option<PutResult> {
    let look = async |path: &Path| {
        let options = GetOptions { head: true, ..GetOptions::default() };
        provider.objects.get_opts(path, options).await.ok()
    };
    let (staged, found) = (look(staged).await?, look(path).await?);
    let mark = write_id::of(&found.attributes)
        .filter(|mark| write_id::of(&staged.attributes).as_ref() == Some(mark));
    mark.map(|_| PutResult {
        e_tag: found.meta.e_tag,
        version: found.meta.version,
        extensions: found.extensions,
    })
}

/// Puts the parts together. When the answer was lost, the upload is not there any more, and its object is.
async fn put_together(
    provider: &GcsProvider,
    staged: &Staged,
    parts: Vec<PartId>,
) -> Result<(), ProviderError> {
    let mut tries = 1;
    loop {
        let Err(error) = provider.staging.put_together(staged, parts.clone()).await else { return Ok(()) };
        let error = ProviderError::new(provider, error);
        if !matches!(error.cause, Cause::NotFound | Cause::Unavailable) {
            return Err(error);
        }
        if provider.objects.head(&staged.path).await.is_ok() {
            return Ok(());
        }
        if error.cause == Cause::NotFound || tries == TRIES {
            return Err(error);
        }
        tries += 1;
    }
}

/// Copies an object of this or another bucket in the version that was looked at.
pub(super) async fn copy(
    provider: &GcsProvider,
    source: &CopySource,
    path: &Path,
    mode: PutMode,
    write_id: &str,
) -> Result<Option<PutResult>, ProviderError> {
    if source.bucket != provider.requests.bucket && source.size > LONGEST_BETWEEN_BUCKETS {
        return Ok(None);
    }
    let generation = source.version.0.as_str();
    let looked = Request {
        method: Method::HEAD,
        bucket: Some(&source.bucket),
        path: Some(&source.path),
        query: &[("generation", generation)],
        ..Request::default()
    };
    let looked = provider.requests.send(looked).await.map_err(|error| changed(provider.failed(error)))?;
    let mark = write_id::header(METADATA);
    let from = format!("{}/{}", encoded(&source.bucket), encoded_path(&source.path));
    let mut headers = vec![
        ("x-goog-copy-source", from.as_str()),
        ("x-goog-copy-source-generation", generation),
        ("x-goog-metadata-directive", "REPLACE"),
        (mark.as_str(), write_id),
    ];
    headers.extend(kept(&looked.headers).filter(|(name, _)| *name != mark));
    put_copy(provider, path, &headers, mode).await.map(Some).map_err(changed)
}

/// An object that is not there any more in the version that was looked at was changed.
fn changed(error: ProviderError) -> ProviderError {
    match error.cause {
        Cause::NotFound => ProviderError { cause: Cause::Precondition, ..error },
        _ => error,
    }
}

/// The headers of an object that its copy keeps.
fn kept(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers
        .iter()
        .map(|(name, value)| (name.as_str(), value))
        .filter(|(name, _)| KEPT.contains(name) || name.starts_with(METADATA))
        .filter_map(|(name, value)| Some((name, value.to_str().ok()?)))
}

async fn put_copy(
    provider: &GcsProvider,
    path: &Path,
    headers: &[(&str, &str)],
    mode: PutMode,
) -> Result<PutResult, ProviderError> {
    let mut headers = headers.to_vec();
    if mode == PutMode::Create {
        headers.push((IF_GENERATION, "0"));
    }
    let request = Request { method: Method::PUT, path: Some(path), headers: &headers, ..Request::default() };
    match provider.requests.send(request).await.map_err(|error| provider.failed(error)) {
        Ok(answer) => Ok(written(answer)),
        Err(error) if mode == PutMode::Create && error.cause == Cause::Precondition => {
            Err(ProviderError { cause: Cause::AlreadyExists, ..error })
        }
        Err(error) => Err(error),
    }
}

fn written(answer: Answer) -> PutResult {
    let header =
        |name: &str| answer.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    PutResult { e_tag: header("etag"), version: header("x-goog-generation"), extensions: answer.extensions }
}
