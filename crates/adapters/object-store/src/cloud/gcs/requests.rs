//! Requests to the XML API that `object_store` has no call for.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_LENGTH};
use http::{HeaderValue, Method};
use object_store::RetryConfig;
use object_store::client::{HttpClient, HttpError, HttpRequest, HttpRequestBody};
use object_store::gcp::GcpCredentialProvider;
use object_store::path::Path;

use crate::cloud::address::{encoded, encoded_path, with_query};
use crate::cloud::exchange::{Answer, exchange};

/// Sends requests about one bucket.
#[derive(Debug, Clone)]
pub(super) struct Requests {
    pub(super) client: HttpClient,
    pub(super) retry: RetryConfig,
    /// The server without a slash at its end.
    pub(super) server: String,
    pub(super) bucket: String,
    /// `None` sends requests without a token.
    pub(super) tokens: Option<GcpCredentialProvider>,
    /// Where those come from, for people.
    pub(super) source: Arc<str>,
}

/// One request without a body; what is not given is empty.
#[derive(Debug, Default)]
pub(super) struct Request<'request> {
    pub(super) method: Method,
    /// Another bucket than the one that is open.
    pub(super) bucket: Option<&'request str>,
    /// `None` is the bucket itself.
    pub(super) path: Option<&'request Path>,
    pub(super) query: &'request [(&'request str, &'request str)],
    pub(super) headers: &'request [(&'request str, &'request str)],
}

/// Why a request got no success.
#[derive(Debug, thiserror::Error)]
pub(super) enum RequestError {
    #[error("the server refused or could not be reached")]
    Http(#[from] HttpError),
    #[error("there is no token for the request")]
    Credentials(#[from] object_store::Error),
    #[error("the request has an impossible address or header")]
    Malformed(#[from] http::Error),
}

impl Requests {
    /// Sends a request that may be repeated, and reads the answer.
    pub(super) async fn send(&self, request: Request<'_>) -> Result<Answer, RequestError> {
        let mut building = http::Request::builder().method(request.method.clone()).uri(self.url(&request));
        for (name, value) in request.headers {
            building = building.header(*name, *value);
        }
        if matches!(request.method, Method::POST | Method::PUT) {
            building = building.header(CONTENT_LENGTH, "0");
        }
        if let Some(tokens) = &self.tokens {
            let token = tokens.get_credential().await?;
            building = building.header(AUTHORIZATION, bearer(&token.bearer)?);
        }
        let request: HttpRequest = building.body(HttpRequestBody::from(Bytes::new()))?;
        Ok(exchange(&self.client, &self.retry, request).await?)
    }

    fn url(&self, request: &Request<'_>) -> String {
        let bucket = request.bucket.unwrap_or(&self.bucket);
        let mut url = format!("{}/{}", self.server, encoded(bucket));
        if let Some(path) = request.path {
            url.extend(["/", &encoded_path(path)]);
        }
        with_query(url, request.query)
    }
}

/// The value of the header with a token. It is never shown.
pub(super) fn bearer(token: &str) -> Result<HeaderValue, http::Error> {
    let mut value = HeaderValue::from_str(&format!("Bearer {token}"))?;
    value.set_sensitive(true);
    Ok(value)
}
