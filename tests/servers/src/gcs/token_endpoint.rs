//! Tokens in exchange for a signed assertion or a refresh token.

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, Response, StatusCode};
use bytes::Bytes;
use serde_json::{Value, json};

use super::identity::WRITER_TOKEN;
use super::incoming::form_decoded;
use super::state::Shared;

/// What a user's refresh-token grant must show.
pub(super) const CLIENT_ID: &str = "freehold-test-client";

/// The secret of [`CLIENT_ID`].
pub(super) const CLIENT_SECRET: &str = "freehold-test-client-secret";

/// The refresh token that [`CLIENT_ID`] holds.
pub(super) const REFRESH_TOKEN: &str = "freehold-test-refresh-token";

/// Answers a grant with the writer's token, which lasts an hour, or refuses it as OAuth 2 does.
pub(super) fn grant(body: &Bytes, token_uri: &str, shared: &Shared) -> Response<Body> {
    let text = String::from_utf8_lossy(body);
    let field = |name: &str| {
        text.split('&')
            .filter_map(|pair| pair.split_once('='))
            .find(|(field, _)| *field == name)
            .and_then(|(_, value)| form_decoded(value).ok())
            .unwrap_or_default()
    };
    let granted = match field("grant_type").as_str() {
        "urn:ietf:params:oauth:grant-type:jwt-bearer" => shared
            .service_account
            .get()
            .and_then(|account| account.verified_claims(&field("assertion")))
            .is_some_and(|claims| claims.aud.as_deref() == Some(token_uri)),
        "refresh_token" => {
            field("client_id") == CLIENT_ID
                && field("client_secret") == CLIENT_SECRET
                && field("refresh_token") == REFRESH_TOKEN
        }
        _ => return json_response(StatusCode::BAD_REQUEST, &json!({ "error": "unsupported_grant_type" })),
    };
    if granted {
        let token = json!({ "access_token": WRITER_TOKEN, "expires_in": 3600, "token_type": "Bearer" });
        json_response(StatusCode::OK, &token)
    } else {
        let refusal = json!({ "error": "invalid_grant", "error_description": "the grant is wrong, expired or for somebody else" });
        json_response(StatusCode::BAD_REQUEST, &refusal)
    }
}

fn json_response(status: StatusCode, value: &Value) -> Response<Body> {
    let mut response = Response::new(Body::from(value.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
