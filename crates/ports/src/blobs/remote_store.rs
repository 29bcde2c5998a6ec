//! What only a location that is reached over a network has.

use std::fmt::{self, Debug};
use std::time::Duration;

use async_trait::async_trait;
use freehold_domain::{BlobKey, Timestamp};
use futures_core::Stream;

use super::{BlobError, BoxStream};

/// A URL that lets whoever has it read one blob for some time. It is a secret, so `Debug` leaves it out.
#[derive(Clone, PartialEq, Eq)]
pub struct PresignedUrl(String);

impl PresignedUrl {
    /// The longest that such a URL can be valid: seven days, on S3 and on Google Cloud Storage.
    pub const LONGEST: Duration = Duration::from_hours(7 * 24);

    /// Takes a signed URL.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self(url.into())
    }

    /// The whole URL. Whoever reads it may read the blob.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl Debug for PresignedUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PresignedUrl(***)")
    }
}

/// An upload in parts that was begun and neither finished nor aborted: under way, or left behind. Its parts cost money and are no blob.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UnfinishedUpload {
    /// The key that its blob would have.
    pub key: BlobKey,
    /// What the backend calls it.
    pub id: String,
    /// When it was begun, by the backend's clock; for people.
    pub begun: Timestamp,
}

/// What only a location that is reached over a network has. A backend without such things keeps the given methods.
#[async_trait]
pub trait RemoteStore: Debug + Send + Sync {
    /// The region in which the location lies, where the backend has regions.
    fn region(&self) -> Option<&str> {
        None
    }

    /// Which link of the backend's chain of credentials this location is reached by, for people: `the profile lab: its keys`. It holds no secret.
    /// `None` where the backend knows no credentials, or cannot tell.
    fn credentials_source(&self) -> Option<&str> {
        None
    }

    /// Signs a URL with which anybody can read the blob at `key` for as long as `valid_for` says, at most [`PresignedUrl::LONGEST`]. Whether
    /// the blob exists is not asked. Gives `None` when the backend has no such URLs, or the location was opened without credentials.
    ///
    /// # Errors
    /// `CredentialsUnusable`, `PermissionDenied` and `Unavailable` where signing needs the backend.
    async fn presigned_url(
        &self,
        _key: &BlobKey,
        _valid_for: Duration,
    ) -> Result<Option<PresignedUrl>, BlobError> {
        Ok(None)
    }

    /// Lists the uploads in parts below the location that were begun and neither finished nor aborted.
    ///
    /// # Errors
    /// The stream ends with the first error: an error is never an empty listing.
    async fn unfinished_uploads(&self) -> BoxStream<'static, Result<UnfinishedUpload, BlobError>> {
        Box::pin(Nothing)
    }

    /// Aborts an upload, and lets go of its parts. A writer that is still at it fails.
    ///
    /// # Idempotency
    /// An upload that was finished or aborted meanwhile is success.
    async fn abort_upload(&self, _upload: &UnfinishedUpload) -> Result<(), BlobError> {
        Ok(())
    }
}

/// A stream that ends at once.
struct Nothing;

impl Stream for Nothing {
    type Item = Result<UnfinishedUpload, BlobError>;

    fn poll_next(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        std::task::Poll::Ready(None)
    }
}
