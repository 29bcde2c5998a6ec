//! Removing an object in the expected version, and finding out what became of it when the answer was lost.

use freehold_ports::blobs::BlobVersion;
use object_store::path::Path;

use super::bucket::Bucket;
use super::found::look;
use super::provider::{Cause, ProviderError};
use super::retry::Retries;

/// Removes an object if it is still in this version. An absent one is success.
pub(super) async fn remove(
    bucket: &Bucket,
    path: &Path,
    expected: &BlobVersion,
) -> Result<(), ProviderError> {
    let mut retries = Retries::new(&bucket.retry);
    loop {
        let Err(error) = bucket.provider.delete_version(path, expected).await else { return Ok(()) };
        let is_refused = error.cause == Cause::Precondition;
        if !is_refused && error.cause != Cause::Conflict {
            return Err(error);
        }
        match look(bucket, path).await? {
            None => return Ok(()),
            Some(found) if found.version != *expected => {
                return Err(ProviderError { cause: Cause::Precondition, source: error.source });
            }
            // It was replaced and put back between both requests, or another change is under way.
            Some(_) if is_refused || !retries.again().await => return Err(error),
            Some(_) => {}
        }
    }
}
