//! Removing what is left of an emptied location.

use freehold_domain::RESERVED_DIRECTORY;
use freehold_ports::blobs::BlobError;
use object_store::path::Path;

use super::location::{Location, OWN_NAMES};

/// Removes what killed probes left behind, when nothing else is there: a bucket has no folders that could stay.
pub(crate) async fn remove_empty(location: &Location) -> Result<(), BlobError> {
    let provider = location.bucket.provider.as_ref();
    let page =
        provider.list_page(&location.prefix(None), None).await.map_err(|error| location.error(error))?;
    let leftovers = format!("{}{RESERVED_DIRECTORY}/{OWN_NAMES}", location.prefix(None));
    if page.objects.iter().any(|object| !object.key.starts_with(&leftovers)) {
        return Ok(());
    }
    let paths: Vec<_> = page.objects.iter().filter_map(|object| Path::parse(&object.key).ok()).collect();
    if paths.is_empty() {
        return Ok(());
    }
    provider.delete(paths).await.map_err(|error| location.error(error))
}
