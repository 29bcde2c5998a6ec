//! The beginning of a uid, as a person types it to look something up.

use std::fmt;
use std::str::FromStr;

use super::{ArtifactUid, UidError, UidKind, base62};

/// A validated prefix of a uid: 4 to 20 base62 characters.
///
/// ```
/// use freehold_domain::uid::UidPrefix;
///
/// assert_eq!("nUYs".parse::<UidPrefix>()?.as_str(), "nUYs");
/// assert!("nUY".parse::<UidPrefix>().is_err());
/// # Ok::<(), freehold_domain::uid::UidError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UidPrefix(String);

impl UidPrefix {
    /// The fewest characters that may name something.
    pub const MINIMUM_LENGTH: usize = 4;
    /// The length of the longest uid.
    pub const MAXIMUM_LENGTH: usize = ArtifactUid::LENGTH;

    /// The prefix as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a uid's text begins with this prefix.
    #[must_use]
    pub fn matches(&self, uid: &str) -> bool {
        uid.starts_with(self.as_str())
    }
}

impl fmt::Display for UidPrefix {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl FromStr for UidPrefix {
    type Err = UidError;

    fn from_str(text: &str) -> Result<Self, UidError> {
        if let Some((position, character)) = base62::first_foreign(text) {
            return Err(UidError::InvalidCharacter {
                kind: UidKind::Prefix,
                text: text.to_owned(),
                character,
                position,
            });
        }
        if !(Self::MINIMUM_LENGTH..=Self::MAXIMUM_LENGTH).contains(&text.len()) {
            return Err(UidError::PrefixLength { text: text.to_owned() });
        }
        Ok(Self(text.to_owned()))
    }
}
