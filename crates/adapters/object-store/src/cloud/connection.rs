//! How sources of credentials are reached.

use std::time::Duration;

use object_store::client::{HttpClient, HttpConnector, HttpError, HttpRequest, ReqwestConnector};
use object_store::{ClientOptions, RetryConfig};

use super::exchange::{Answer, exchange};

/// The connection to a source of credentials.
#[derive(Debug, Clone)]
pub(crate) struct Connection {
    client: HttpClient,
    patience: RetryConfig,
}

impl Connection {
    /// Prepares a connection to a server, with TLS or without: where a secret may go without it is up to the caller.
    pub(crate) fn new(patience: RetryConfig) -> object_store::Result<Self> {
        Self::with_timeouts(patience, Duration::from_secs(5), Duration::from_secs(20))
    }

    /// As [`new`](Self::new), for a server that is on the same machine, or nowhere. It is asked once.
    pub(crate) fn to_neighbour() -> object_store::Result<Self> {
        let patience = RetryConfig { max_retries: 0, ..RetryConfig::default() };
        Self::with_timeouts(patience, Duration::from_secs(1), Duration::from_secs(2))
    }

    fn with_timeouts(
        patience: RetryConfig,
        connect: Duration,
        whole: Duration,
    ) -> object_store::Result<Self> {
        let options =
            ClientOptions::new().with_allow_http(true).with_connect_timeout(connect).with_timeout(whole);
        Ok(Self { client: ReqwestConnector::default().connect(&options)?, patience })
    }

    /// Sends a request and gives the whole answer, whatever its status.
    pub(crate) async fn ask(&self, request: HttpRequest) -> Result<Answer, HttpError> {
        exchange(&self.client, &self.patience, request).await
    }
}
