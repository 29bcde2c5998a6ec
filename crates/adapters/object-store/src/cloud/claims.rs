//! Looking for claims below a location, page by page of a listing.

use std::sync::Arc;

use freehold_domain::BlobKey;
use freehold_ports::blobs::{BlobError, BoxStream, Sighting};
use futures_util::{TryStreamExt, stream};

use super::list::{Next, until_error};
use super::location::Location;
use super::provider::ListedObject;

/// Finds the claims below a location. Nothing is kept of a page but what was found on it.
pub(super) fn find(location: &Arc<Location>) -> BoxStream<'static, Result<Sighting, BlobError>> {
    let (location, prefix) = (Arc::clone(location), location.prefix(None));
    let pages = stream::try_unfold(Some(Next::First), move |next| {
        let (location, prefix) = (Arc::clone(&location), prefix.clone());
        async move {
            let Some(next) = next else { return Ok(None) };
            let page = location.bucket.provider.list_page(&prefix, next.marker().map(String::as_str)).await;
            let page = page.map_err(|error| location.error(error))?;
            location.bucket.exists();
            let found = sightings(&location, &page.objects).into_iter().map(Ok);
            Ok(Some((stream::iter(found), page.next.map(Next::After))))
        }
    });
    until_error(pages.try_flatten())
}

/// The claims of a page, and how many objects there are besides.
fn sightings(location: &Location, objects: &[ListedObject]) -> Vec<Sighting> {
    let mut sightings: Vec<_> = objects.iter().filter_map(|object| sighting(location, &object.key)).collect();
    let passed = objects.len().saturating_sub(sightings.len());
    sightings.push(Sighting::Passed(u64::try_from(passed).unwrap_or(u64::MAX)));
    sightings
}

/// The claim that an object of this name is; `None` for the location's own, and for all else.
fn sighting(location: &Location, name: &str) -> Option<Sighting> {
    let inner = location.inner(name);
    let folder = [BlobKey::claim(), BlobKey::legacy_claim()]
        .iter()
        .find_map(|claim| inner.strip_suffix(claim.as_str())?.strip_suffix('/'))?;
    Some(match location.key(name) {
        Ok(key) => Sighting::Claim(key),
        Err(_) => Sighting::ClaimBelowUnusableName(folder.escape_debug().to_string()),
    })
}
