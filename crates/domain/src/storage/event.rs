//! What became of a location's ownership, in the order in which this instance learned of it.

use std::fmt;
use std::str::FromStr;

use crate::uid::serde_text::serde_as_text;
use crate::{ClaimEpoch, InstanceUid, RunUid, StorageUid, Timestamp, UserUid};

/// What happened to the ownership of a location.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StorageChange {
    /// This instance claimed it.
    Claimed,
    /// This instance linked it.
    Linked,
    /// This instance gave up its claim.
    Released,
    /// This instance handed it over to another.
    HandedOver,
    /// This instance took it from the one that handed it over.
    Received,
    /// This instance took it over from a manager that is gone.
    Adopted,
    /// Another instance took it over, or the claim was lost otherwise.
    Lost,
    /// Its root, or the registry's database, was moved.
    Moved,
}

impl StorageChange {
    /// Every change.
    pub const ALL: [Self; 8] = [
        Self::Claimed,
        Self::Linked,
        Self::Released,
        Self::HandedOver,
        Self::Received,
        Self::Adopted,
        Self::Lost,
        Self::Moved,
    ];
}

impl fmt::Display for StorageChange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Claimed => "claimed",
            Self::Linked => "linked",
            Self::Released => "released",
            Self::HandedOver => "handed_over",
            Self::Received => "received",
            Self::Adopted => "adopted",
            Self::Lost => "lost",
            Self::Moved => "moved",
        })
    }
}

/// A text names no change of ownership.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no change of a storage location's ownership")]
pub struct UnknownStorageChange {
    text: String,
}

impl FromStr for StorageChange {
    type Err = UnknownStorageChange;

    fn from_str(text: &str) -> Result<Self, UnknownStorageChange> {
        let found = Self::ALL.into_iter().find(|change| change.to_string() == text);
        found.ok_or_else(|| UnknownStorageChange { text: text.to_owned() })
    }
}

serde_as_text!(StorageChange, "StorageChange", str::parse::<StorageChange>);

/// One change of a location's ownership. It is never updated and never erased while the location is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorageEvent {
    /// The location.
    pub storage: StorageUid,
    /// What happened.
    pub change: StorageChange,
    /// The epoch of the claim that came of it, where there is one.
    pub epoch: Option<ClaimEpoch>,
    /// The other instance, where there is one: the receiver, the former manager, or the new one.
    pub other: Option<InstanceUid>,
    /// Why, in a person's words.
    pub reason: Option<String>,
    /// When this instance recorded it.
    pub at: Timestamp,
    /// Who did it.
    pub by: UserUid,
    /// Under which run.
    pub run: Option<RunUid>,
}
