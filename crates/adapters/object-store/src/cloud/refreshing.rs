//! Credentials that expire, and are fetched again before they do.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use object_store::CredentialProvider;
use tokio::sync::Mutex;

use super::refusal::CredentialsUnusable;

/// Credentials that have less time left are fetched again.
const MARGIN: TimeDelta = TimeDelta::minutes(5);

/// The pause after a refresh that gave nothing better, so that a source that hands out short-lived credentials is not asked for every request.
const PAUSE: TimeDelta = TimeDelta::seconds(30);

/// Where credentials come from.
#[async_trait]
pub(crate) trait CredentialSource: Debug + Send + Sync + 'static {
    /// What is fetched.
    type Credential: Debug + Send + Sync;

    /// Fetches credentials.
    async fn fetch(&self) -> object_store::Result<Fetched<Self::Credential>>;
}

/// Credentials as they were fetched.
#[derive(Debug)]
pub(crate) struct Fetched<Credential> {
    pub(crate) credential: Credential,
    /// When they end, by the clock of this machine; `None` if they do not.
    pub(crate) expires: Option<DateTime<Utc>>,
}

impl<Credential> Fetched<Credential> {
    /// Credentials that last for a while from this moment.
    pub(crate) fn lasting(credential: Credential, lifetime: Duration) -> Self {
        let lifetime = TimeDelta::from_std(lifetime).unwrap_or(TimeDelta::MAX);
        Self { credential, expires: Utc::now().checked_add_signed(lifetime) }
    }
}

/// Unusable credentials as the error of a client, in whose chain of sources they are found again.
pub(crate) fn unusable(store: &'static str, error: CredentialsUnusable) -> object_store::Error {
    object_store::Error::Generic { store, source: Box::new(error) }
}

/// Keeps what its source gave until shortly before it expires.
#[derive(Debug)]
pub(crate) struct Refreshing<Source: CredentialSource> {
    source: Source,
    held: Mutex<Option<Held<Source::Credential>>>,
}

#[derive(Debug)]
struct Held<Credential> {
    credential: Arc<Credential>,
    expires: Option<DateTime<Utc>>,
    asked: DateTime<Utc>,
}

impl<Credential> Held<Credential> {
    fn is_valid(&self, now: DateTime<Utc>) -> bool {
        self.expires.is_none_or(|expires| now < expires)
    }

    fn is_fresh(&self, now: DateTime<Utc>) -> bool {
        let lasts = self.expires.is_none_or(|expires| expires.signed_duration_since(now) > MARGIN);
        let asked_lately = now.signed_duration_since(self.asked).abs() < PAUSE;
        lasts || (asked_lately && self.is_valid(now))
    }
}

impl<Source: CredentialSource> Refreshing<Source> {
    /// Credentials of this source, fetched when they are first needed.
    pub(crate) fn new(source: Source) -> Self {
        Self { source, held: Mutex::new(None) }
    }
}

#[async_trait]
impl<Source: CredentialSource> CredentialProvider for Refreshing<Source> {
    type Credential = Source::Credential;

    async fn get_credential(&self) -> object_store::Result<Arc<Source::Credential>> {
        let mut held = self.held.lock().await;
        let now = Utc::now();
        if let Some(held) = held.as_ref().filter(|held| held.is_fresh(now)) {
            return Ok(Arc::clone(&held.credential));
        }
        match (self.source.fetch().await, held.as_mut()) {
            (Ok(Fetched { credential, expires }), _) => {
                let credential = Arc::new(credential);
                *held = Some(Held { credential: Arc::clone(&credential), expires, asked: now });
                Ok(credential)
            }
            (Err(error), Some(held)) if held.is_valid(now) => {
                tracing::warn!(%error, "credentials could not be refreshed; the former ones are used until they expire");
                held.asked = now;
                Ok(Arc::clone(&held.credential))
            }
            (Err(error), Some(_) | None) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::cloud::refusal::CredentialsUnusable;

    /// Gives its number of calls, and fails from a call on.
    #[derive(Debug)]
    struct Counting {
        calls: AtomicU32,
        lifetime: Duration,
        fails_from: u32,
    }

    #[async_trait]
    impl CredentialSource for Counting {
        type Credential = u32;

        async fn fetch(&self) -> object_store::Result<Fetched<u32>> {
            let call = self.calls.fetch_add(1, Ordering::SeqCst);
            if call >= self.fails_from {
                return Err(unusable("test", CredentialsUnusable { reason: "gone".to_owned() }));
            }
            Ok(Fetched::lasting(call, self.lifetime))
        }
    }

    fn refreshing(lifetime: Duration, fails_from: u32) -> Refreshing<Counting> {
        Refreshing::new(Counting { calls: AtomicU32::new(0), lifetime, fails_from })
    }

    impl Refreshing<Counting> {
        /// As if the last fetch were longer ago than the pause.
        async fn after_the_pause(&self) {
            let mut held = self.held.lock().await;
            let held = held.as_mut().unwrap();
            held.asked -= PAUSE * 2;
        }
    }

    #[tokio::test]
    async fn lasting_credentials_are_fetched_once() {
        let provider = refreshing(Duration::from_hours(1), u32::MAX);
        provider.get_credential().await.unwrap();
        provider.after_the_pause().await;
        assert_eq!(*provider.get_credential().await.unwrap(), 0);
    }

    #[tokio::test]
    async fn credentials_are_fetched_again_before_they_expire() {
        let provider = refreshing(Duration::from_mins(4), u32::MAX);
        provider.get_credential().await.unwrap();
        provider.after_the_pause().await;
        assert_eq!(*provider.get_credential().await.unwrap(), 1);
    }

    #[tokio::test]
    async fn short_lived_credentials_are_not_fetched_for_every_request() {
        let provider = refreshing(Duration::from_mins(4), u32::MAX);
        provider.get_credential().await.unwrap();
        assert_eq!(*provider.get_credential().await.unwrap(), 0);
    }

    #[tokio::test]
    async fn a_refresh_that_fails_leaves_the_valid_ones_in_use() {
        let provider = refreshing(Duration::from_mins(4), 1);
        provider.get_credential().await.unwrap();
        provider.after_the_pause().await;
        assert_eq!(*provider.get_credential().await.unwrap(), 0);
    }

    #[tokio::test]
    async fn expired_credentials_are_never_given() {
        let provider = refreshing(Duration::ZERO, 1);
        provider.get_credential().await.unwrap();
        provider.get_credential().await.unwrap_err();
    }
}
