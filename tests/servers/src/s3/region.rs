//! The region for which a request was signed, and the answer when its bucket lies in another.

use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{Response, StatusCode};

/// What the server answers to a request for a bucket of another region.
#[derive(Debug, Default, Clone, Copy)]
pub(super) enum WrongRegion {
    /// 400 `AuthorizationHeaderMalformed`, as the global endpoint answers.
    #[default]
    Refused,
    /// 301 `PermanentRedirect`, as a regional endpoint answers.
    Redirected,
}

impl WrongRegion {
    /// The answer to a request that was signed for `signed`, where `bucket` lies in `region`.
    pub(super) fn answer(self, bucket: &str, signed: &str, region: &str) -> Response<Body> {
        let (status, code, message) = match self {
            Self::Refused => (
                StatusCode::BAD_REQUEST,
                "AuthorizationHeaderMalformed",
                format!("The authorization header is malformed; the region '{signed}' is wrong; expecting '{region}'"),
            ),
            Self::Redirected => (
                StatusCode::MOVED_PERMANENTLY,
                "PermanentRedirect",
                "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests \
                 to this endpoint."
                    .to_owned(),
            ),
        };
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message>\
             <Region>{region}</Region><Bucket>{bucket}</Bucket></Error>"
        );
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        response.headers_mut().insert(CONTENT_TYPE, axum::http::HeaderValue::from_static("application/xml"));
        response
    }
}

/// The region in the scope of a request's signature, in its header or its query; `None` if it is not signed.
pub(super) fn signed_region(request: &Parts) -> Option<String> {
    let header = request.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if let Some((_, scope)) = header.split_once("Credential=") {
        return scope.split('/').nth(2).map(str::to_owned);
    }
    let query = request.uri.query().unwrap_or_default();
    let credential = query.split('&').find_map(|pair| pair.strip_prefix("X-Amz-Credential="))?;
    let credential = percent_encoding::percent_decode_str(credential).decode_utf8().ok()?;
    credential.split('/').nth(2).map(str::to_owned)
}
