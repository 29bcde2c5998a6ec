//! Jobs on a blocking thread.

use std::io;

/// Runs `job` on a blocking thread; `lost` makes the error for a job that did not come to its end.
pub(crate) async fn run<T, E>(
    job: impl FnOnce() -> Result<T, E> + Send + 'static,
    lost: impl FnOnce(io::Error) -> E,
) -> Result<T, E>
where
    T: Send + 'static,
    E: Send + 'static,
{
    match tokio::task::spawn_blocking(job).await {
        Ok(result) => result,
        Err(error) => Err(lost(io::Error::other(error))),
    }
}
