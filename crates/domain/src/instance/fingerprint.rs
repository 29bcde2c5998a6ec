//! Which database a registry lies in, told apart from every copy of it.

use std::fmt;
use std::str::FromStr;

use md5::{Digest as _, Md5};

/// What tells a database from every copy of it: the host and the file, or the server and the database there.
///
/// The claim of a managed location names the fingerprint of its manager's database, so that a copied database is found out before it
/// writes. It prints as 32 lower-case hexadecimal digits: the MD5 of the parts, which is good enough for what nobody has a reason to
/// forge, since whoever can forge it can write the claim.
///
/// ```
/// use freehold_domain::DatabaseFingerprint;
///
/// let here = DatabaseFingerprint::of(["sqlite", "host-1", "2049", "1311"]);
/// assert_ne!(here, DatabaseFingerprint::of(["sqlite", "host-1", "2049", "1312"]));
/// assert_eq!(here.to_string().parse(), Ok(here));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DatabaseFingerprint([u8; 16]);

impl DatabaseFingerprint {
    /// The fingerprint of the database that these parts tell from every other.
    #[must_use]
    pub fn of<Part: AsRef<str>>(parts: impl IntoIterator<Item = Part>) -> Self {
        let mut hash = Md5::new();
        for part in parts {
            let part = part.as_ref();
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        Self(hash.finalize().into())
    }
}

impl fmt::Display for DatabaseFingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for DatabaseFingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "DatabaseFingerprint({self})")
    }
}

/// A text is not a fingerprint: 32 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not the fingerprint of a database: expected 32 lower-case hexadecimal digits")]
pub struct FingerprintError {
    text: String,
}

impl FromStr for DatabaseFingerprint {
    type Err = FingerprintError;

    fn from_str(text: &str) -> Result<Self, FingerprintError> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let number = u128::from_str_radix(text, 16).ok();
        number
            .filter(|_| text.len() == 32 && text.bytes().all(is_digit))
            .map(|number| Self(number.to_be_bytes()))
            .ok_or_else(|| FingerprintError { text: text.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::DatabaseFingerprint;

    #[test]
    fn parts_are_told_apart_by_where_they_end() {
        assert_ne!(DatabaseFingerprint::of(["ab", "c"]), DatabaseFingerprint::of(["a", "bc"]));
    }

    #[test]
    fn other_spellings_are_refused() {
        let text = DatabaseFingerprint::of(["x"]).to_string();
        let signed = format!("+{}", &text[1..]);
        for spelling in ["", &text[1..], &signed, &format!("{text}0"), "0123456789ABCDEF0123456789abcdef"] {
            assert!(spelling.parse::<DatabaseFingerprint>().is_err(), "{spelling:?}");
        }
    }
}
