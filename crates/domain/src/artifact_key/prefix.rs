//! The beginning of artifact keys, as a filter names it.

use std::fmt;
use std::str::FromStr;

use super::{ArtifactKey, ArtifactKeyError, check_characters, check_segments};
use crate::uid::serde_text::serde_as_text;

/// Any text that could begin an [`ArtifactKey`]: empty, a folder with its slash, or a part of a segment.
///
/// ```
/// use freehold_domain::artifact_key::{ArtifactKey, ArtifactKeyPrefix};
///
/// let key: ArtifactKey = "raw/plate1.csv".parse()?;
/// assert!("raw/pla".parse::<ArtifactKeyPrefix>()?.matches(&key));
/// assert!(!"plate1".parse::<ArtifactKeyPrefix>()?.matches(&key));
/// # Ok::<(), freehold_domain::artifact_key::ArtifactKeyError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArtifactKeyPrefix(String);

impl ArtifactKeyPrefix {
    /// The prefix as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `key` begins with this text.
    #[must_use]
    pub fn matches(&self, key: &ArtifactKey) -> bool {
        key.as_str().starts_with(self.as_str())
    }
}

impl fmt::Display for ArtifactKeyPrefix {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl FromStr for ArtifactKeyPrefix {
    type Err = ArtifactKeyError;

    fn from_str(text: &str) -> Result<Self, ArtifactKeyError> {
        check_characters(text)?;
        if let Some((whole_segments, _)) = text.rsplit_once('/') {
            check_segments(text, whole_segments.split('/'))?;
        }
        Ok(Self(text.to_owned()))
    }
}

serde_as_text!(ArtifactKeyPrefix, "ArtifactKeyPrefix", str::parse::<ArtifactKeyPrefix>);
