//! Signed requests that `object_store` has no call for.

use std::sync::Arc;

use bytes::Bytes;
use http::Method;
use object_store::RetryConfig;
use object_store::aws::{AwsAuthorizer, AwsCredentialProvider};
use object_store::client::{HttpClient, HttpError, HttpRequest, HttpRequestBody};
use object_store::path::Path;

use crate::cloud::address::{encoded_path, with_query};
use crate::cloud::exchange::{Answer, exchange};

/// Sends requests about one bucket.
#[derive(Debug, Clone)]
pub(super) struct Requests {
    pub(super) client: HttpClient,
    pub(super) retry: RetryConfig,
    pub(super) bucket_url: String,
    pub(super) region: String,
    /// `None` sends requests without a signature.
    pub(super) credentials: Option<AwsCredentialProvider>,
    /// Where those come from, for people.
    pub(super) source: Arc<str>,
}

/// One request; the rest of it is empty.
#[derive(Debug, Default)]
pub(super) struct Request<'request> {
    pub(super) method: Method,
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
    #[error("the request could not be signed")]
    Credentials(#[from] object_store::Error),
    #[error("the request has an impossible address or header")]
    Malformed(#[from] http::Error),
}

impl Requests {
    /// Sends a request without a body that may be repeated, and reads the answer.
    pub(super) async fn send(&self, request: Request<'_>) -> Result<Answer, RequestError> {
        let mut building = http::Request::builder().method(request.method.clone()).uri(self.url(&request));
        for (name, value) in request.headers {
            building = building.header(*name, *value);
        }
        let has_body = matches!(request.method, Method::POST | Method::PUT);
        if has_body {
            building = building.header(http::header::CONTENT_LENGTH, "0");
        }
        let mut request: HttpRequest = building.body(HttpRequestBody::from(Bytes::new()))?;
        if let Some(credentials) = &self.credentials {
            let credential = credentials.get_credential().await?;
            AwsAuthorizer::new(&credential, "s3", &self.region).try_authorize(&mut request, None)?;
        }
        Ok(exchange(&self.client, &self.retry, request).await?)
    }

    fn url(&self, request: &Request<'_>) -> String {
        let mut url = self.bucket_url.clone();
        match request.path {
            Some(path) => url.extend(["/", &encoded_path(path)]),
            None if is_host(&url) => url.push('/'),
            None => {}
        }
        with_query(url, request.query)
    }
}

fn is_host(url: &str) -> bool {
    url.split_once("://").is_some_and(|(_, rest)| !rest.contains('/'))
}
