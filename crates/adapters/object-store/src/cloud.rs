//! Locations in a cloud: S3 and Google Cloud Storage.

use freehold_domain::{StorageKind, StorageRoot};
use freehold_ports::blobs::BlobError;

/// The error for a cloud location, whose backend is not built in.
pub(crate) fn not_built_in(root: &StorageRoot) -> BlobError {
    let backend = match root.kind() {
        StorageKind::S3 => "S3",
        StorageKind::Gs => "Google Cloud Storage",
        StorageKind::Local => "local disk",
    };
    BlobError::NotBuiltIn { location: root.to_string(), backend }
}
