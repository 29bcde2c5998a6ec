//! Jobs on a blocking thread.

use std::io;

use freehold_ports::blobs::BlobError;

use super::Place;

/// Runs `job` on a blocking thread. It runs to its end also when the future is dropped.
pub(super) async fn run<T: Send + 'static>(
    place: &Place,
    job: impl FnOnce() -> Result<T, BlobError> + Send + 'static,
) -> Result<T, BlobError> {
    let finished = tokio::task::spawn_blocking(job).await;
    finished.unwrap_or_else(|lost| Err(place.error(io::Error::other(lost))))
}
