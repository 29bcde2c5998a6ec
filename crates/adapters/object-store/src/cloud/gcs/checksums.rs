//! The last look at every request before it goes out: what is stored is checked by the server.

use std::pin::Pin;

use async_trait::async_trait;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use crc_fast::{CrcAlgorithm, Digest};
use futures_util::future::poll_fn;
use http::header::AUTHORIZATION;
use http::{HeaderValue, Method};
use http_body::Body;
use object_store::client::{HttpClient, HttpError, HttpRequest, HttpRequestBody, HttpResponse, HttpService};

/// The header with the checksum of a body, in the form `crc32c=`.
const CHECKSUM: &str = "x-goog-hash";

/// The header of a request that copies, and has no body.
const COPY_SOURCE: &str = "x-goog-copy-source";

/// Adds the checksum (CRC32C) to every body that is stored, so that the server refuses one that arrives damaged. Takes away the header of
/// an empty token, which `object_store` sends for an anonymous write, and which the server would take for a wrong token.
#[derive(Debug)]
pub(super) struct Checksums {
    client: HttpClient,
}

impl Checksums {
    pub(super) fn new(client: HttpClient) -> Self {
        Self { client }
    }
}

#[async_trait]
impl HttpService for Checksums {
    async fn call(&self, mut request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let is_empty = |token: &HeaderValue| token.as_bytes().trim_ascii() == b"Bearer";
        if request.headers().get(AUTHORIZATION).is_some_and(is_empty) {
            request.headers_mut().remove(AUTHORIZATION);
        }
        if request.method() == Method::PUT && !request.headers().contains_key(COPY_SOURCE) {
            let checksum = checksum(request.body().clone()).await?;
            if let Ok(value) = HeaderValue::from_str(&format!("crc32c={checksum}")) {
                request.headers_mut().insert(CHECKSUM, value);
            }
        }
        self.client.execute(request).await
    }
}

/// The CRC32C of a body, as the server writes it. The body's bytes are shared, not copied.
async fn checksum(mut body: HttpRequestBody) -> Result<String, HttpError> {
    let mut digest = Digest::new(CrcAlgorithm::Crc32Iscsi);
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        if let Some(bytes) = frame?.data_ref() {
            digest.update(bytes);
        }
    }
    let [_, _, _, _, bytes @ ..] = digest.finalize().to_be_bytes();
    Ok(BASE64_STANDARD.encode(bytes))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use bytes::Bytes;
    use object_store::PutPayload;

    use super::*;

    #[tokio::test]
    async fn the_checksum_is_the_one_of_the_check_value() {
        let pieces = PutPayload::from_iter([Bytes::from("1234"), Bytes::from("56789")]);
        // 0xE3069283 is what every CRC32C gives for these digits.
        assert_eq!(
            checksum(pieces.into()).await.unwrap(),
            BASE64_STANDARD.encode(0xE306_9283_u32.to_be_bytes())
        );
    }

    #[tokio::test]
    async fn an_empty_body_has_a_checksum() {
        assert_eq!(checksum(HttpRequestBody::empty()).await.unwrap(), "AAAAAA==");
    }
}
