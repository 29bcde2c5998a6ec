//! The HTTP client beneath both providers: refusals become errors that say why, and nothing waits for ever.

use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use freehold_domain::Timestamp;
use futures_util::StreamExt;
use http_body::{Body, Frame, SizeHint};
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpResponseBody,
    HttpService, ReqwestConnector,
};
use object_store::{ClientOptions, HeaderMap};
use tokio::time::{Instant, Sleep};

use super::refusal::Refusal;

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(10);

/// How long a server may be silent, before its answer or in the middle of it.
const SILENCE: Duration = Duration::from_mins(1);

/// What the slowest line that is still waited for sends in a second, in bytes.
const SLOWEST_LINE: u64 = 16 * 1024;

/// How much of the document of an error is read.
const LONGEST_DOCUMENT: usize = 64 * 1024;

/// The header in which S3 names the region of a bucket.
const REGION_HEADER: &str = "x-amz-bucket-region";

/// Connects to servers. Clones share one pool of connections.
///
/// An answer that is no success becomes an [`HttpError`] whose source is a [`Refusal`]: temporary ones of a kind that is tried again,
/// all others of one that is not.
#[derive(Debug, Clone, Default)]
pub(crate) struct Transport {
    secure: Arc<OnceLock<HttpClient>>,
    plain: Arc<OnceLock<HttpClient>>,
}

impl Transport {
    /// The client for storage; with `allow_http`, also for URLs without TLS.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub(crate) fn client(&self, allow_http: bool) -> object_store::Result<HttpClient> {
        let cell = if allow_http { &self.plain } else { &self.secure };
        if let Some(client) = cell.get() {
            return Ok(client.clone());
        }
        let client = self.connect(&client_options().with_allow_http(allow_http))?;
        Ok(cell.get_or_init(|| client).clone())
    }
}

impl HttpConnector for Transport {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        let client = ReqwestConnector::default().connect(options)?;
        Ok(HttpClient::new(Answers { client }))
    }
}

/// Gives every store the same client.
#[derive(Debug, Clone)]
pub(crate) struct SharedClient(pub(crate) HttpClient);

impl HttpConnector for SharedClient {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(self.0.clone())
    }
}

/// The options of a client for storage. How long a whole request may take is not limited, since a body may be of any length.
pub(crate) fn client_options() -> ClientOptions {
    let options = ClientOptions::new().with_timeout_disabled().with_connect_timeout(CONNECT);
    match object_store::HeaderValue::from_str(concat!("freehold/", env!("CARGO_PKG_VERSION"))) {
        Ok(agent) => options.with_user_agent(agent),
        Err(_) => options,
    }
}

/// Passes requests on, and looks at the answers.
#[derive(Debug)]
struct Answers {
    client: HttpClient,
}

#[async_trait]
impl HttpService for Answers {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let length = u64::try_from(request.body().content_length()).unwrap_or(u64::MAX);
        let patience = SILENCE + Duration::from_secs(length / SLOWEST_LINE);
        let answer = tokio::time::timeout(patience, self.client.execute(request))
            .await
            .map_err(|_| HttpError::new(HttpErrorKind::Timeout, Silence))??;
        let (mut parts, body) = answer.into_parts();
        if let Some(at) = answered_at(&parts.headers) {
            parts.extensions.insert(AnsweredAt(at));
        }
        if parts.status.is_success() || parts.status.as_u16() == 304 {
            return Ok(HttpResponse::from_parts(parts, HttpResponseBody::new(Impatient::new(body))));
        }
        let region = parts.headers.get(REGION_HEADER).and_then(|value| value.to_str().ok());
        let document = document(HttpResponseBody::new(Impatient::new(body))).await;
        let refusal = Refusal::new(parts.status.as_u16(), region, &document);
        let kind = if refusal.is_temporary() { HttpErrorKind::Request } else { HttpErrorKind::Unknown };
        Err(HttpError::new(kind, refusal))
    }
}

/// When an answer was given, by the server's clock: an extension of the answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AnsweredAt(pub(crate) Timestamp);

fn answered_at(headers: &HeaderMap) -> Option<Timestamp> {
    let date = headers.get(http::header::DATE)?.to_str().ok()?;
    chrono::DateTime::parse_from_rfc2822(date).ok().map(Into::into)
}

/// As much of the body as can be had: what is known already counts more than that the rest failed.
async fn document(body: HttpResponseBody) -> Bytes {
    let mut pieces = body.bytes_stream();
    let mut document = BytesMut::new();
    while let Some(Ok(piece)) = pieces.next().await {
        document.extend_from_slice(&piece);
        if document.len() > LONGEST_DOCUMENT {
            break;
        }
    }
    document.freeze()
}

/// A server said nothing for too long.
#[derive(Debug, thiserror::Error)]
#[error("the server did not answer in time")]
struct Silence;

/// A body that ends in an error when nothing comes for too long while somebody waits.
struct Impatient {
    body: HttpResponseBody,
    deadline: Pin<Box<Sleep>>,
    is_waiting: bool,
}

impl Impatient {
    fn new(body: HttpResponseBody) -> Self {
        Self { body, deadline: Box::pin(tokio::time::sleep(SILENCE)), is_waiting: false }
    }
}

impl Body for Impatient {
    type Data = Bytes;
    type Error = HttpError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, HttpError>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            self.is_waiting = false;
            return Poll::Ready(frame);
        }
        if !self.is_waiting {
            self.is_waiting = true;
            self.deadline.as_mut().reset(Instant::now() + SILENCE);
        }
        match self.deadline.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Some(Err(HttpError::new(HttpErrorKind::Timeout, Silence)))),
            Poll::Pending => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
