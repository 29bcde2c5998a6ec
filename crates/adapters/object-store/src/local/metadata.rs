//! What is known of a blob without reading it.

use freehold_domain::BlobKey;
use freehold_ports::blobs::{BlobError, BlobMetadata};

use super::location::{Location, Lookup};
use super::place::Place;

/// Gives nothing when there is nothing, or no plain file.
pub(super) fn metadata(place: &Place, key: &BlobKey) -> Result<Option<BlobMetadata>, BlobError> {
    match Location::open(place).and_then(|location| location.status(key.as_str())) {
        Ok(status) if status.is_file() => Ok(Some(status.metadata(key))),
        Ok(_) | Err(Lookup::Absent | Lookup::NotPlain) => Ok(None),
        Err(lookup @ (Lookup::Outside | Lookup::RootIsNoFolder | Lookup::Failed(_))) => {
            Err(place.lookup_error(key, lookup))
        }
    }
}
