//! Content that is measured as it passes: how long it was, and its hash.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use freehold_domain::{Artifact, ArtifactUid, BlobKey, ContentHash, HashAlgorithm};
use freehold_ports::blobs::{BlobError, BlobMetadata, ByteStream};
use freehold_ports::system::{Progress, ProgressEvent};
use futures_util::{Stream, StreamExt};

use crate::progress_task::Task;

/// What content turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Content {
    /// Hash over all of it.
    pub(crate) hash: ContentHash,
    /// Size in bytes.
    pub(crate) size: u64,
}

impl Content {
    /// What an artifact's content must be.
    pub(crate) fn of(artifact: &Artifact) -> Self {
        Self { hash: artifact.hash, size: artifact.size }
    }

    /// Whether content that was read can be this one: a hash that identifies no content leaves only the size to compare.
    fn may_be(self, read: Self) -> bool {
        if self.hash.identifies_content() { self == read } else { self.size == read.size }
    }
}

/// The entity tag of a blob as a hash; `None` when the backend gave none, or one that cannot be kept.
pub(crate) fn entity_tag(blob: &BlobMetadata) -> Option<ContentHash> {
    ContentHash::parse(HashAlgorithm::EntityTag, blob.entity_tag.as_deref()?).ok()
}

/// Whether an artifact was recorded by its entity tag, and the blob in its place has another one. Of other artifacts only their bytes can tell.
pub(crate) fn is_replaced(artifact: &Artifact, blob: &BlobMetadata) -> bool {
    match artifact.hash.algorithm() {
        HashAlgorithm::Blake3 => false,
        HashAlgorithm::EntityTag => entity_tag(blob) != Some(artifact.hash),
    }
}

/// Bytes that are not what was recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the bytes of artifact {artifact} are not the recorded ones: {found_size} bytes with hash {found_hash} instead of {expected_size} bytes with hash {expected_hash}"
)]
pub struct ContentMismatch {
    /// The artifact.
    pub artifact: ArtifactUid,
    /// The recorded size in bytes.
    pub expected_size: u64,
    /// The recorded hash.
    pub expected_hash: ContentHash,
    /// The size found, in bytes.
    pub found_size: u64,
    /// The hash found.
    pub found_hash: ContentHash,
}

/// A place where the measure of a stream is found once the stream has ended well.
#[derive(Debug, Clone, Default)]
pub(crate) struct Measure(Arc<OnceLock<Content>>);

impl Measure {
    /// What passed; absent until the stream has ended.
    pub(crate) fn content(&self) -> Option<Content> {
        self.0.get().copied()
    }
}

/// A stream that is measured as it passes.
pub(crate) struct Measured {
    inner: ByteStream,
    hasher: Box<blake3::Hasher>,
    size: u64,
    measure: Measure,
    expected: Option<(ArtifactUid, Content)>,
    progress: Option<Arc<dyn Progress>>,
    /// Goes on as long as the stream.
    task: Option<Task>,
    ended: bool,
}

impl Measured {
    /// Measures `inner`; the result is left in `measure`.
    pub(crate) fn new(inner: ByteStream, measure: Measure) -> Self {
        let hasher = Box::new(blake3::Hasher::new());
        Self { inner, hasher, size: 0, measure, expected: None, progress: None, task: None, ended: false }
    }

    /// Ends the stream in a [`ContentMismatch`] when what passed is not the content of `artifact`.
    pub(crate) fn expecting(self, artifact: &Artifact) -> Self {
        Self { expected: Some((artifact.uid, Content::of(artifact))), ..self }
    }

    /// Reports the bytes as they pass.
    pub(crate) fn reporting(self, progress: Arc<dyn Progress>) -> Self {
        Self { progress: Some(progress), ..self }
    }

    /// Makes reading the stream a piece of work of its own, which ends with it.
    pub(crate) fn within(self, task: Task) -> Self {
        Self { task: Some(task), ..self }
    }

    /// The stream.
    pub(crate) fn boxed(self) -> ByteStream {
        Box::pin(self)
    }

    fn end(&mut self) {
        self.ended = true;
        self.task = None;
    }

    fn finish(&mut self) -> Option<io::Result<Bytes>> {
        let hash = ContentHash::blake3(*self.hasher.finalize().as_bytes());
        let found = Content { hash, size: self.size };
        if let Some((artifact, expected)) = self.expected
            && !expected.may_be(found)
        {
            return Some(Err(io::Error::new(
                io::ErrorKind::InvalidData,
                ContentMismatch {
                    artifact,
                    expected_size: expected.size,
                    expected_hash: expected.hash,
                    found_size: found.size,
                    found_hash: found.hash,
                },
            )));
        }
        // A measure is set once: the stream ends once.
        let _ = self.measure.0.set(found);
        None
    }
}

impl Stream for Measured {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let next = ready!(self.inner.as_mut().poll_next(context));
        Poll::Ready(match next {
            Some(Ok(bytes)) => {
                self.hasher.update(&bytes);
                self.size += bytes.len() as u64;
                if let Some(progress) = &self.progress {
                    progress.report(ProgressEvent::Advanced { items: 0, bytes: bytes.len() as u64 });
                }
                Some(Ok(bytes))
            }
            Some(Err(error)) => {
                self.end();
                Some(Err(error))
            }
            None => {
                self.end();
                self.finish()
            }
        })
    }
}

/// Reads a stream to its end, and says what its content was.
pub(crate) async fn measure(body: ByteStream, progress: Arc<dyn Progress>) -> io::Result<Content> {
    let measure = Measure::default();
    let mut body = Measured::new(body, measure.clone()).reporting(progress);
    while let Some(piece) = body.next().await {
        piece?;
    }
    measure.content().ok_or_else(|| io::Error::other("the stream did not end"))
}

/// The error of a blob's bytes: the location's own, when it is inside.
pub(crate) fn read_error(key: &BlobKey, error: io::Error) -> BlobError {
    let other = |source: io::Error| BlobError::Backend { location: key.to_string(), source: source.into() };
    error.downcast::<BlobError>().unwrap_or_else(other)
}

/// The error of bytes that were to be stored: that of the location they came from, when it is inside.
pub(crate) fn body_error(error: io::Error) -> BlobError {
    error.downcast::<BlobError>().unwrap_or_else(|source| BlobError::Body { source })
}
