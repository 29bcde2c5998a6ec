//! Whether an artifact can be read.

use std::{fmt, str::FromStr};

/// Whether an artifact can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ArtifactState {
    /// Its bytes are where it says.
    Available,
    /// Deleted, but can be restored: its bytes are still there.
    Trashed,
    /// A tombstone: its bytes are gone or no longer ours; uid, key, hash and lineage are kept for ever.
    Purged,
}

/// A text that is not an artifact's state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an artifact state; use available, trashed or purged")]
pub struct UnknownState(pub String);

impl ArtifactState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Available, Self::Trashed, Self::Purged];

    /// The state's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Trashed => "trashed",
            Self::Purged => "purged",
        }
    }
}

impl FromStr for ArtifactState {
    type Err = UnknownState;

    fn from_str(text: &str) -> Result<Self, UnknownState> {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| UnknownState(text.to_owned()))
    }
}

impl fmt::Display for ArtifactState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
