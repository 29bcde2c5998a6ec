//! An intent: what is about to happen to a blob, written down first.

use std::{fmt, str::FromStr};

use crate::{ArtifactUid, BlobKey, IntentUid, SessionUid, StorageUid, Timestamp};

/// What is about to happen to a blob.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IntentKind {
    /// Bytes are being written; without a row in the end, they are to be deleted.
    Ingest,
    /// Bytes are to be deleted; the row is a tombstone already.
    Delete,
}

/// A text that is not a kind of intent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a kind of intent; use ingest or delete")]
pub struct UnknownIntentKind(pub String);

impl IntentKind {
    /// The kind's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Delete => "delete",
        }
    }
}

impl FromStr for IntentKind {
    type Err = UnknownIntentKind;

    fn from_str(text: &str) -> Result<Self, UnknownIntentKind> {
        [Self::Ingest, Self::Delete]
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| UnknownIntentKind(text.to_owned()))
    }
}

impl fmt::Display for IntentKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A change of a blob that a session has announced and not yet finished.
///
/// It is stale exactly when its session is dead; then it is finished or undone by whoever finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// Identity of the intent.
    pub uid: IntentUid,
    /// What is about to happen.
    pub kind: IntentKind,
    /// The session that does it.
    pub session: SessionUid,
    /// The location of the blob.
    pub storage: StorageUid,
    /// The blob's key there.
    pub blob_key: BlobKey,
    /// The artifact whose bytes they are, or would have been.
    pub artifact: ArtifactUid,
    /// When it was announced, for people to read.
    pub created_at: Timestamp,
}
