//! Storing a body of any length: a short one in one request, a long one in parts.

use freehold_domain::BlobKey;
use freehold_ports::blobs::{BlobError, BlobMetadata, ByteStream, PutMode};

use super::body::Body;
use super::location::Location;
use super::upload::upload;
use super::write::{Condition, write};

pub(super) async fn put(
    location: &Location,
    key: &BlobKey,
    body: ByteStream,
    mode: PutMode,
) -> Result<BlobMetadata, BlobError> {
    let path = location.path_to_write(key)?;
    let bucket = &location.bucket;
    let mut body = Body::new(body, &bucket.buffers);
    let first = body.next_part().await.map_err(|source| BlobError::Body { source })?;
    let found = if first.is_last {
        let condition = match mode {
            PutMode::Create => Condition::Absent,
            PutMode::Overwrite => Condition::Always,
        };
        write(bucket, &path, &first.payload, condition)
            .await
            .map_err(|error| location.key_error(key, error))?
    } else {
        let uploaded = upload(bucket, &path, first, &mut body, mode).await;
        uploaded.map_err(|error| error.into_port(|error| location.key_error(key, error)))?
    };
    Ok(found.into_metadata(key))
}
