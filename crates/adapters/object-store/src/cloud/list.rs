//! Listing the blobs below a prefix, page by page.

use std::sync::Arc;

use freehold_domain::{BlobKey, Timestamp};
use freehold_ports::blobs::{BlobError, BlobMetadata, BoxStream, Readership, UnfinishedUpload};
use futures_util::{Stream, StreamExt, TryStreamExt, future, stream};

use super::location::Location;
use super::provider::{ListedObject, ProviderError};

/// Where a listing goes on.
pub(super) enum Next<Marker> {
    First,
    After(Marker),
}

impl<Marker> Next<Marker> {
    pub(super) fn marker(&self) -> Option<&Marker> {
        match self {
            Self::First => None,
            Self::After(marker) => Some(marker),
        }
    }
}

pub(super) fn list(
    location: &Arc<Location>,
    prefix: Option<&BlobKey>,
) -> BoxStream<'static, Result<BlobMetadata, BlobError>> {
    let (location, prefix) = (Arc::clone(location), location.prefix(prefix));
    let pages = stream::try_unfold(Some(Next::First), move |next| {
        let (location, prefix) = (Arc::clone(&location), prefix.clone());
        async move {
            let Some(next) = next else { return Ok(None) };
            let page = location.bucket.provider.list_page(&prefix, next.marker().map(String::as_str)).await;
            let page = page.map_err(|error: ProviderError| location.error(error))?;
            location.bucket.exists();
            let blobs: Vec<_> =
                page.objects.into_iter().filter_map(|object| blob(&location, object)).collect();
            Ok(Some((stream::iter(blobs), page.next.map(Next::After))))
        }
    });
    until_error(pages.try_flatten())
}

/// A blob of a listing; `None` for what is work in progress, and for the object that some tools put in the place of a folder.
fn blob(location: &Location, object: ListedObject) -> Option<Result<BlobMetadata, BlobError>> {
    if location.is_own(&object.key) || (object.key.ends_with('/') && object.size == 0) {
        return None;
    }
    let metadata = |key| BlobMetadata {
        key,
        size: object.size,
        version: object.version,
        entity_tag: object.entity_tag,
        modified: whole_seconds(object.modified),
        readership: Readership::Usual,
    };
    Some(location.key(&object.key).map(metadata))
}

/// The time as the headers of an object have it: listings are more precise.
fn whole_seconds(time: Timestamp) -> Timestamp {
    Timestamp::from_timestamp(time.timestamp(), 0).unwrap_or(time)
}

/// Lists the unfinished uploads of a location. One of a name that no blob can have is not ours, and is left out.
pub(super) fn unfinished_uploads(
    location: &Arc<Location>,
) -> BoxStream<'static, Result<UnfinishedUpload, BlobError>> {
    let location = Arc::clone(location);
    let pages = stream::try_unfold(Some(Next::First), move |next| {
        let location = Arc::clone(&location);
        async move {
            let Some(next) = next else { return Ok(None) };
            let page = location.bucket.provider.uploads_page(&location.prefix(None), next.marker()).await;
            let page = page.map_err(|error: ProviderError| location.error(error))?;
            let uploads = page.uploads.into_iter().filter_map(|upload| {
                let key = location.key(&upload.key).ok()?;
                Some(Ok(UnfinishedUpload { key, id: upload.id, begun: upload.begun }))
            });
            let uploads: Vec<_> = uploads.collect();
            Ok(Some((stream::iter(uploads), page.next.map(Next::After))))
        }
    });
    until_error(pages.try_flatten())
}

/// The same stream, ended by its first error.
pub(super) fn until_error<T: Send + 'static>(
    items: impl Stream<Item = Result<T, BlobError>> + Send + 'static,
) -> BoxStream<'static, Result<T, BlobError>> {
    items
        .scan(false, |has_failed, item| {
            let ends = std::mem::replace(has_failed, item.is_err());
            future::ready((!ends).then_some(item))
        })
        .boxed()
}
