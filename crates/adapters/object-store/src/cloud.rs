//! Locations in a cloud: S3 and Google Cloud Storage.

use freehold_domain::{StorageKind, StorageRoot};
use freehold_ports::blobs::BlobError;

/// The error for a cloud location, whose backend is not built in.
pub(crate) fn not_built_in(root: &StorageRoot) -> BlobError {
    let what = match root.kind() {
        StorageKind::S3 => "being opened: S3 is not built into this program",
        StorageKind::Gs => "being opened: Google Cloud Storage is not built into this program",
        StorageKind::Local => "being opened: local disks are not supported on this system",
    };
    BlobError::Unsupported { location: root.to_string(), what }
}
