//! Copying within a provider, without moving the bytes through this process.

use std::sync::Arc;

use freehold_domain::{BlobKey, StorageRoot};
use freehold_ports::blobs::{BlobError, BlobMetadata, PutMode};
use object_store::PutPayload;

use super::found::look;
use super::location::Location;
use super::provider::{Cause, CopySource};
use super::write::{Condition, stored, write};
use super::write_id;

/// Copies a blob of `source`, a location on the same server.
pub(super) async fn copy(
    location: &Location,
    key: &BlobKey,
    source: &Arc<Location>,
    source_key: &BlobKey,
    mode: PutMode,
) -> Result<Option<BlobMetadata>, BlobError> {
    let (path, source_path) = (location.path_to_write(key)?, source.path(source_key)?);
    let looked = look(&source.bucket, &source_path).await;
    let Some(found) = looked.map_err(|error| source.key_error(source_key, error))? else {
        return Err(source.not_found(source_key));
    };
    let bucket = &location.bucket;
    if found.size == 0 {
        let condition = match mode {
            PutMode::Create => Condition::Absent,
            PutMode::Overwrite => Condition::Always,
        };
        let written = write(bucket, &path, &PutPayload::new(), condition).await;
        let found = written.map_err(|error| location.key_error(key, error))?;
        return Ok(Some(found.into_metadata(key)));
    }
    if mode == PutMode::Create {
        let taken = look(bucket, &path).await.map_err(|error| location.key_error(key, error))?;
        if taken.is_some() {
            return Err(location.already_exists(key));
        }
    }
    let from = CopySource {
        bucket: source.root.bucket().unwrap_or_default().to_owned(),
        path: source_path,
        version: found.version,
        size: found.size,
    };
    let write_id = write_id::new();
    let copied = match bucket.provider.copy(&from, &path, mode, &write_id).await {
        Ok(None) => return Ok(None),
        Ok(Some(result)) => {
            let size = usize::try_from(from.size).unwrap_or(usize::MAX);
            stored(bucket, &path, &write_id, size, &result).await
        }
        Err(error) => match look(bucket, &path).await {
            Ok(Some(found)) if found.is_by(&write_id) => Ok(found),
            // The source changed under the copy; what is read and put is pinned anew.
            Ok(_) if error.cause == Cause::Precondition => return Ok(None),
            Ok(_) | Err(_) => Err(error),
        },
    };
    let found = copied.map_err(|error| location.key_error(key, error))?;
    Ok(Some(found.into_metadata(key)))
}

/// Whether both roots lie on one server, so that it can copy between them.
pub(super) fn is_same_server(root: &StorageRoot, other: &StorageRoot) -> bool {
    (root.kind(), root.endpoint_url()) == (other.kind(), other.endpoint_url())
}
