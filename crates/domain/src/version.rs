//! The version of an artifact or transform: four base62 characters that count.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::uid::base62::{self, RADIX};
use crate::uid::serde_text::serde_as_text;

/// A version within a family: `0000`, `0001`, ..., `zzzz`. It orders as it counts.
///
/// ```
/// use freehold_domain::version::Version;
///
/// let second = Version::FIRST.next().ok_or("no version left")?;
/// assert_eq!(second.to_string(), "0001");
/// assert!(Version::FIRST < second);
/// # Ok::<(), &'static str>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(u32);

impl Version {
    /// The version that begins a family, `0000`.
    pub const FIRST: Self = Self(0);
    /// The last version that a family can have, `zzzz`.
    pub const LAST: Self = Self(62 * 62 * 62 * 62 - 1);
    /// How many characters a version has.
    pub const LENGTH: usize = 4;

    /// The version that follows, or `None` after `zzzz`.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        Self::from_number(self.0 + 1)
    }

    /// How many versions come before this one.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }

    /// The version with `number` versions before it, or `None` beyond `zzzz`.
    #[must_use]
    pub fn from_number(number: u32) -> Option<Self> {
        (number <= Self::LAST.0).then_some(Self(number))
    }

    /// The four base62 characters, most significant first.
    pub(crate) fn characters(self) -> [u8; Self::LENGTH] {
        let mut remaining = u128::from(self.0);
        let mut characters = [0; Self::LENGTH];
        for slot in characters.iter_mut().rev() {
            (*slot, remaining) = base62::split_lowest(remaining);
        }
        characters
    }

    /// Reads the first four of `characters`, which the caller knows to be base62.
    pub(crate) fn from_characters(characters: impl IntoIterator<Item = u8>) -> Self {
        let digits = characters.into_iter().take(Self::LENGTH).filter_map(base62::digit);
        Self(digits.fold(0, |number, digit| number * u32::from(RADIX) + u32::from(digit)))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(str::from_utf8(&self.characters()).unwrap_or_default())
    }
}

impl fmt::Debug for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Version({self})")
    }
}

impl FromStr for Version {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, VersionError> {
        if text.len() == Self::LENGTH && base62::first_foreign(text).is_none() {
            Ok(Self::from_characters(text.bytes()))
        } else {
            Err(VersionError { text: text.to_owned() })
        }
    }
}

serde_as_text!(Version, "Version", str::parse::<Version>);

/// A text is not a version.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{text:?} is not a version: expected 4 characters out of 0-9, A-Z, a-z")]
pub struct VersionError {
    /// The text as given.
    pub text: String,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::Version;

    #[test]
    fn versions_count_through_the_alphabet() {
        let texts = ["0000", "0009", "000A", "000Z", "000a", "000z", "0010", "00zz", "0100", "zzzz"];
        let numbers = [0, 9, 10, 35, 36, 61, 62, 3843, 3844, 14_776_335];
        for (text, number) in texts.into_iter().zip(numbers) {
            assert_eq!(text.parse::<Version>().unwrap().number(), number);
            assert_eq!(Version::from_number(number).unwrap().to_string(), text);
        }
    }

    #[test]
    fn nothing_follows_the_last_version() {
        assert_eq!(Version::LAST.to_string(), "zzzz");
        assert_eq!(Version::LAST.next(), None);
        assert_eq!(Version::from_number(Version::LAST.number() + 1), None);
        assert_eq!(Version::from_number(u32::MAX), None);
    }

    #[test]
    fn texts_of_another_length_or_alphabet_are_refused() {
        for text in ["", "000", "00000", "00-0", "000é", " 000"] {
            assert!(text.parse::<Version>().is_err(), "{text:?}");
        }
    }
}
