//! Where a listing by key goes on.

use std::fmt;
use std::str::FromStr;

use freehold_domain::{Artifact, ArtifactKey, ArtifactUid};

/// The last artifact of a page, in the order of keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct KeyPosition {
    pub(super) key: ArtifactKey,
    pub(super) uid: ArtifactUid,
}

/// A text that no listing by key ever gave.
#[derive(Debug)]
pub(super) struct NoPosition;

impl KeyPosition {
    pub(super) fn of(artifact: &Artifact) -> Self {
        Self { key: artifact.key.clone(), uid: artifact.uid }
    }
}

impl fmt::Display for KeyPosition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.uid, self.key)
    }
}

impl FromStr for KeyPosition {
    type Err = NoPosition;

    fn from_str(text: &str) -> Result<Self, NoPosition> {
        let (uid, key) = text.split_once('/').ok_or(NoPosition)?;
        match (uid.parse(), key.parse()) {
            (Ok(uid), Ok(key)) => Ok(Self { key, uid }),
            _ => Err(NoPosition),
        }
    }
}
