//! Tasks that begin together.

use std::future::Future;
use std::sync::Arc;

use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::case::Failure;

/// Runs each of these in a task of its own, lets them begin at one moment, and gives what they gave, in no particular order.
pub(crate) async fn race<F>(racers: impl IntoIterator<Item = F>) -> Result<Vec<F::Output>, Failure>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let racers: Vec<_> = racers.into_iter().collect();
    let start = Arc::new(Barrier::new(racers.len()));
    let mut tasks = JoinSet::new();
    for racer in racers {
        let start = Arc::clone(&start);
        tasks.spawn(async move {
            start.wait().await;
            racer.await
        });
    }
    let mut results = Vec::new();
    while let Some(result) = tasks.join_next().await {
        results.push(result?);
    }
    Ok(results)
}
