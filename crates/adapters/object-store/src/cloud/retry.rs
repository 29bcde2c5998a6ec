//! How often, and for how long, a request is tried again.

use std::time::{Duration, Instant};

use object_store::client::{HttpError, HttpErrorKind};
use object_store::{BackoffConfig, RetryConfig};

use super::environment::Environment;

/// The variable with the number of tries, the first one included, as the tools of both providers' users know it from AWS.
const MAXIMUM_ATTEMPTS: &str = "AWS_MAX_ATTEMPTS";

/// How often a request is tried again, unless the environment says otherwise. All of it takes some seconds.
const RETRIES: usize = 8;

/// By how much the longest wait grows from try to try. Each wait is random between the first and the longest, so that they grow by half of it on
/// average.
const GROWTH: f64 = 3.0;

/// After this time nothing is tried again.
const BUDGET: Duration = Duration::from_mins(1);

/// The retries of every request.
pub(crate) fn config(environment: &Environment) -> RetryConfig {
    let attempts = environment.get(MAXIMUM_ATTEMPTS).and_then(|text| text.trim().parse::<usize>().ok());
    RetryConfig {
        backoff: BackoffConfig {
            init_backoff: Duration::from_millis(100),
            max_backoff: Duration::from_secs(5),
            base: GROWTH,
        },
        max_retries: attempts.map_or(RETRIES, |attempts| attempts.saturating_sub(1).min(50)),
        retry_timeout: BUDGET,
    }
}

/// The waits between the tries of one request.
#[derive(Debug)]
pub(crate) struct Retries<'config> {
    config: &'config RetryConfig,
    begun: Instant,
    done: usize,
    wait: Duration,
}

impl<'config> Retries<'config> {
    pub(crate) fn new(config: &'config RetryConfig) -> Self {
        Self { config, begun: Instant::now(), done: 0, wait: config.backoff.init_backoff }
    }

    /// Waits before the next try; gives `false`, at once, when there is none left.
    pub(crate) async fn again(&mut self) -> bool {
        if self.done >= self.config.max_retries || self.begun.elapsed() > self.config.retry_timeout {
            return false;
        }
        self.done += 1;
        tokio::time::sleep(self.wait).await;
        let longest = self.wait.mul_f64(self.config.backoff.base).min(self.config.backoff.max_backoff);
        let spread = longest.saturating_sub(self.config.backoff.init_backoff);
        self.wait = self.config.backoff.init_backoff + spread.mul_f64(rand::random());
        true
    }
}

/// Whether a request that can be repeated without harm may succeed when it is.
pub(crate) fn is_temporary(error: &HttpError) -> bool {
    match error.kind() {
        HttpErrorKind::Connect
        | HttpErrorKind::Request
        | HttpErrorKind::Timeout
        | HttpErrorKind::Interrupted => true,
        // What the refusal of a server is not, but a connection that broke in the middle of an answer.
        _ => std::error::Error::source(error).is_none_or(|source| !source.is::<super::refusal::Refusal>()),
    }
}
