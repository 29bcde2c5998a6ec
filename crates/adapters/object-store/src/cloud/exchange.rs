//! One small request and its whole answer, for what `object_store` has no call for.

use bytes::Bytes;
use http::{Extensions, HeaderMap, StatusCode};
use object_store::RetryConfig;
use object_store::client::{HttpClient, HttpError, HttpRequest};

use super::retry::{self, Retries};

/// An answer, whatever its status.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// What the client notes about the answer.
    pub(crate) extensions: Extensions,
}

/// Sends a request that may be repeated, and reads the whole answer. What is overloaded, or broke off, is tried again within `patience`.
///
/// # Errors
/// When there was no answer to the last try.
pub(crate) async fn exchange(
    client: &HttpClient,
    patience: &RetryConfig,
    request: HttpRequest,
) -> Result<Answer, HttpError> {
    let mut retries = Retries::new(patience);
    loop {
        let outcome = once(client, request.clone()).await;
        let may_pass = match &outcome {
            Ok(answer) => is_temporary(answer.status),
            Err(error) => retry::is_temporary(error),
        };
        if !may_pass || !retries.again().await {
            return outcome;
        }
    }
}

async fn once(client: &HttpClient, request: HttpRequest) -> Result<Answer, HttpError> {
    let (parts, body) = client.execute(request).await?.into_parts();
    let body = body.bytes().await?;
    Ok(Answer { status: parts.status, headers: parts.headers, body, extensions: parts.extensions })
}

fn is_temporary(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 429 | 500 | 502..=504)
}
