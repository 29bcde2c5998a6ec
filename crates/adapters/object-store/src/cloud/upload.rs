//! Storing a long body in parts.

use std::sync::Arc;

use freehold_ports::blobs::{BlobError, PutMode};
use object_store::multipart::PartId;
use object_store::path::Path;
use object_store::{MultipartId, PutMultipartOptions, PutResult};
use tokio::runtime::Handle;
use tokio::task::{JoinError, JoinSet};

use super::body::{Body, Part};
use super::bucket::Bucket;
use super::found::{Found, look};
use super::provider::{Cause, ProviderError};
use super::write::stored;
use super::write_id;

/// How many parts of one upload are under way at once.
const IN_FLIGHT: usize = 4;

/// Why an upload failed.
#[derive(Debug)]
pub(super) enum UploadError {
    /// The body ended in an error.
    Body(std::io::Error),
    /// The provider gave an error.
    Provider(ProviderError),
}

impl From<ProviderError> for UploadError {
    fn from(error: ProviderError) -> Self {
        Self::Provider(error)
    }
}

/// Stores a body of which the first part is read already, and is not all of it. The server decides at the end whether a key is free.
///
/// Nothing is left behind by an upload that fails, or whose future is dropped: it is aborted. When the process is killed, or the server
/// cannot be reached, its parts stay until somebody aborts it.
pub(super) async fn upload(
    bucket: &Arc<Bucket>,
    path: &Path,
    first: Part,
    body: &mut Body,
    mode: PutMode,
) -> Result<Found, UploadError> {
    if mode == PutMode::Create && look(bucket, path).await?.is_some() {
        return Err(ProviderError::of(Cause::AlreadyExists, "the key is taken").into());
    }
    let mut upload = Begun::begin(bucket, path).await?;
    let stored = upload.fill(first, body).await;
    let finished = match stored {
        Ok((parts, size)) => upload.finish(parts, size, mode).await.map_err(UploadError::from),
        Err(error) => Err(error),
    };
    if finished.is_err() {
        upload.abort().await;
    }
    finished
}

/// An upload that was begun. It is aborted when it is dropped without being finished.
struct Begun {
    bucket: Arc<Bucket>,
    path: Path,
    id: MultipartId,
    write_id: String,
    is_open: bool,
}

impl Begun {
    /// Begins in a task of its own, so that an upload is aborted also when nobody waits for its id any more.
    async fn begin(bucket: &Arc<Bucket>, path: &Path) -> Result<Self, ProviderError> {
        let (bucket, path) = (Arc::clone(bucket), path.clone());
        let begin = tokio::spawn(async move {
            let write_id = write_id::new();
            let options = PutMultipartOptions {
                attributes: write_id::attributes(&write_id),
                ..PutMultipartOptions::default()
            };
            let provider = bucket.provider.as_ref();
            match provider.parts().create_multipart_opts(&path, options).await {
                Ok(id) => Ok(Self { bucket: Arc::clone(&bucket), path, id, write_id, is_open: true }),
                Err(error) => Err(ProviderError::new(provider, error)),
            }
        });
        begin.await.map_err(ended)?
    }

    /// Stores all parts, and gives them in order with the size of all of them in bytes.
    async fn fill(&self, first: Part, body: &mut Body) -> Result<(Vec<PartId>, usize), UploadError> {
        let mut tasks = JoinSet::new();
        let mut parts: Vec<Option<PartId>> = Vec::new();
        let mut size = 0;
        let mut next = Some(first);
        while let Some(part) = next.take() {
            let is_last = part.is_last;
            if part.payload.content_length() > 0 {
                size += part.payload.content_length();
                while tasks.len() >= IN_FLIGHT {
                    arrive(&mut parts, tasks.join_next().await)?;
                }
                tasks.spawn(self.put_part(parts.len(), part));
                parts.push(None);
            }
            while !is_last && next.is_none() {
                if tasks.is_empty() {
                    next = Some(body.next_part().await.map_err(UploadError::Body)?);
                    continue;
                }
                tokio::select! {
                    part = body.next_part() => next = Some(part.map_err(UploadError::Body)?),
                    done = tasks.join_next() => arrive(&mut parts, done)?,
                }
            }
        }
        while !tasks.is_empty() {
            arrive(&mut parts, tasks.join_next().await)?;
        }
        Ok((parts.into_iter().flatten().collect(), size))
    }

    fn put_part(
        &self,
        number: usize,
        part: Part,
    ) -> impl Future<Output = Result<(usize, PartId), ProviderError>> + Send + 'static {
        let (bucket, path, id) = (Arc::clone(&self.bucket), self.path.clone(), self.id.clone());
        async move {
            let provider = bucket.provider.as_ref();
            match provider.parts().put_part(&path, &id, number, part.payload.clone()).await {
                Ok(stored) => Ok((number, stored)),
                Err(error) => Err(ProviderError::new(provider, error)),
            }
        }
    }

    async fn finish(
        &mut self,
        parts: Vec<PartId>,
        size: usize,
        mode: PutMode,
    ) -> Result<Found, ProviderError> {
        let completed = self.bucket.provider.complete(&self.path, &self.id, parts, mode).await;
        let result: PutResult = match completed {
            Ok(result) => result,
            Err(error) => return self.finished_anyhow(error, mode).await,
        };
        self.is_open = false;
        stored(&self.bucket, &self.path, &self.write_id, size, &result).await
    }

    /// Looks whether the upload was finished although the answer says that it was not.
    async fn finished_anyhow(&mut self, error: ProviderError, mode: PutMode) -> Result<Found, ProviderError> {
        match look(&self.bucket, &self.path).await {
            Ok(Some(found)) if found.is_by(&self.write_id) => {
                self.is_open = false;
                Ok(found)
            }
            Ok(Some(_)) if mode == PutMode::Create => {
                Err(ProviderError { cause: Cause::AlreadyExists, source: error.source })
            }
            // Somebody removed the upload, or another change was under way: begun anew, it may succeed.
            Ok(_) if matches!(error.cause, Cause::NotFound | Cause::AlreadyExists | Cause::Precondition) => {
                Err(ProviderError { cause: Cause::Unavailable, source: error.source })
            }
            Ok(_) | Err(_) => Err(error),
        }
    }

    /// Lets go of the parts. What cannot be aborted stays for [`unfinished_uploads`](freehold_ports::blobs::RemoteStore).
    async fn abort(mut self) {
        self.is_open = false;
        abort(&self.bucket, &self.path, &self.id).await;
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        if !self.is_open {
            return;
        }
        let (bucket, path, id) = (Arc::clone(&self.bucket), self.path.clone(), self.id.clone());
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move { abort(&bucket, &path, &id).await });
        }
    }
}

async fn abort(bucket: &Bucket, path: &Path, id: &MultipartId) {
    if let Err(error) = bucket.provider.parts().abort_multipart(path, id).await {
        let error = ProviderError::new(bucket.provider.as_ref(), error);
        if error.cause != Cause::NotFound {
            tracing::warn!(key = %path, error = %error.source, "an upload could not be aborted and stays unfinished");
        }
    }
}

type Arrival = Result<Result<(usize, PartId), ProviderError>, JoinError>;

fn arrive(parts: &mut [Option<PartId>], done: Option<Arrival>) -> Result<(), ProviderError> {
    let Some(done) = done else { return Ok(()) };
    let (number, stored) = done.map_err(ended)??;
    if let Some(part) = parts.get_mut(number) {
        *part = Some(stored);
    }
    Ok(())
}

fn ended(error: JoinError) -> ProviderError {
    ProviderError::of(Cause::Other, error)
}

impl UploadError {
    /// The same in the words of the port.
    pub(super) fn into_port(self, provider: impl FnOnce(ProviderError) -> BlobError) -> BlobError {
        match self {
            Self::Body(source) => BlobError::Body { source },
            Self::Provider(error) => provider(error),
        }
    }
}
