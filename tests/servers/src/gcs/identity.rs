//! Who asks, and whether they may.

use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;

use super::incoming::Incoming;
use super::refusal::Refusal;
use super::signed_url::verify_signed_url;
use super::state::Shared;

/// The token of the user who may do everything.
pub(super) const WRITER_TOKEN: &str = "freehold-test-writer-token";

/// The token of the user who may read and list.
pub(super) const READER_TOKEN: &str = "freehold-test-reader-token";

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Identity {
    /// May do everything.
    Writer,
    /// May read and list.
    Reader,
    /// May read and list public buckets.
    Anonymous,
}

impl Identity {
    /// Who sent `request`, by its signed query or its token.
    pub(super) fn of(request: &Incoming, shared: &Shared) -> Result<Self, Refusal> {
        if request.parameter("X-Goog-Signature").is_some() {
            verify_signed_url(request, shared)?;
            return Ok(Self::Writer);
        }
        let Some(header) = request.headers.get(AUTHORIZATION) else { return Ok(Self::Anonymous) };
        let token =
            header.to_str().ok().and_then(|text| text.strip_prefix("Bearer ")).unwrap_or_default().trim();
        match token {
            WRITER_TOKEN => Ok(Self::Writer),
            READER_TOKEN => Ok(Self::Reader),
            other => {
                let account = shared.service_account.get();
                let signed_by_account =
                    account.is_some_and(|account| account.verified_claims(other).is_some());
                signed_by_account.then_some(Self::Writer).ok_or_else(|| {
                    Refusal::new(
                        StatusCode::UNAUTHORIZED,
                        "AuthenticationRequired",
                        "Authentication required.",
                    )
                })
            }
        }
    }

    /// Fails if this user may not send `request`.
    pub(super) fn check(self, request: &Incoming, shared: &Shared) -> Result<(), Refusal> {
        match self {
            Self::Writer => Ok(()),
            Self::Reader if request.is_read() => Ok(()),
            Self::Reader => Err(Refusal::access_denied("The caller does not have the permission to write.")),
            Self::Anonymous => {
                let state = shared.lock();
                let public = request
                    .target
                    .bucket()
                    .and_then(|bucket| state.buckets.get(bucket))
                    .is_some_and(|bucket| bucket.public);
                if public && request.is_read() {
                    return Ok(());
                }
                let message = "Anonymous caller does not have access to the Google Cloud Storage resource.";
                Err(Refusal::new(StatusCode::UNAUTHORIZED, "AuthenticationRequired", message))
            }
        }
    }
}
