//! Reading a blob, all of it from one version.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use freehold_domain::BlobKey;
use freehold_ports::blobs::{BlobError, BlobReader, BlobVersion, BoxStream, ByteStream, FromBytes};
use futures_util::{StreamExt, stream};
use object_store::path::Path;
use object_store::{GetOptions, GetRange, GetResult};

use super::found::{Found, look};
use super::location::Location;
use super::provider::{Cause, ProviderError};

/// No object is longer, so a range is never asked for beyond it, in bytes.
const LONGEST: u64 = 1 << 53;

pub(super) async fn read(
    location: &Arc<Location>,
    key: &BlobKey,
    range: Option<Range<u64>>,
) -> Result<BlobReader, BlobError> {
    let path = location.path(key)?;
    let range = range.map(|range| range.start.min(LONGEST)..range.end.min(LONGEST));
    if range.as_ref().is_some_and(Range::is_empty) {
        return nothing_of(location, key, &path).await;
    }
    let options = GetOptions { range: range.map(GetRange::Bounded), ..GetOptions::default() };
    match get(location, &path, options).await {
        Ok(result) => {
            location.bucket.exists();
            let found = Found::of_result(location.bucket.provider.as_ref(), &result);
            let found = found.map_err(|error| location.key_error(key, error))?;
            let body = Content::new(location, key, path, &found.version, result).into_stream();
            Ok(BlobReader { metadata: found.into_metadata(key), body })
        }
        Err(error) if error.cause == Cause::OutOfRange => nothing_of(location, key, &path).await,
        Err(error) => Err(location.key_error(key, error)),
    }
}

async fn get(location: &Location, path: &Path, options: GetOptions) -> Result<GetResult, ProviderError> {
    let provider = location.bucket.provider.as_ref();
    provider.objects().get_opts(path, options).await.map_err(|error| ProviderError::new(provider, error))
}

/// No byte of a blob that must be there.
async fn nothing_of(location: &Location, key: &BlobKey, path: &Path) -> Result<BlobReader, BlobError> {
    match look(&location.bucket, path).await.map_err(|error| location.key_error(key, error))? {
        Some(found) => {
            Ok(BlobReader { metadata: found.into_metadata(key), body: FromBytes::boxed(Bytes::new()) })
        }
        None => Err(location.not_found(key)),
    }
}

/// What is still to come of a blob.
struct Content {
    location: Arc<Location>,
    key: BlobKey,
    path: Path,
    version: BlobVersion,
    bytes: BoxStream<'static, object_store::Result<Bytes>>,
    to_come: Range<u64>,
    /// Whether anything came since the blob was last asked for.
    has_advanced: bool,
}

impl Content {
    fn new(
        location: &Arc<Location>,
        key: &BlobKey,
        path: Path,
        version: &BlobVersion,
        result: GetResult,
    ) -> Self {
        Self {
            location: Arc::clone(location),
            key: key.clone(),
            path,
            version: version.clone(),
            to_come: result.range.clone(),
            bytes: result.into_stream(),
            has_advanced: true,
        }
    }

    fn into_stream(self) -> ByteStream {
        Box::pin(stream::try_unfold(self, |mut content| async move {
            let piece = content.next().await.map_err(io::Error::other)?;
            Ok(piece.map(|piece| (piece, content)))
        }))
    }

    /// The next piece. When the answer is cut, the rest is asked for, in the same version, as long as that gets on.
    async fn next(&mut self) -> Result<Option<Bytes>, BlobError> {
        while !self.to_come.is_empty() {
            let failure = match self.bytes.next().await {
                Some(Ok(piece)) if piece.len() as u64 <= self.to_come.end - self.to_come.start => {
                    self.to_come.start += piece.len() as u64;
                    self.has_advanced |= !piece.is_empty();
                    return Ok(Some(piece));
                }
                Some(Ok(_)) => ProviderError::of(Cause::Other, "the server sends more than it announced"),
                Some(Err(error)) => ProviderError::new(self.location.bucket.provider.as_ref(), error),
                None => ProviderError::of(Cause::Unavailable, "the server sends less than it announced"),
            };
            if !std::mem::take(&mut self.has_advanced) || failure.cause == Cause::Precondition {
                return Err(self.location.key_error(&self.key, failure));
            }
            let range = Some(GetRange::Bounded(self.to_come.clone()));
            let options = GetOptions { range, ..GetOptions::default() };
            let options = self.location.bucket.provider.pinned(options, &self.version);
            self.bytes = match get(&self.location, &self.path, options).await {
                Ok(result) => result.into_stream(),
                Err(error) => return Err(self.location.key_error(&self.key, error)),
            };
        }
        Ok(None)
    }
}
