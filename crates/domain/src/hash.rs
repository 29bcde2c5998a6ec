//! The hash of an artifact's content: always of the whole content, always with the name of its algorithm.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::uid::serde_text::serde_as_text;

/// How a content hash was computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HashAlgorithm {
    /// BLAKE3 with its default output of 32 bytes.
    Blake3,
}

impl fmt::Display for HashAlgorithm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Blake3 => "blake3",
        })
    }
}

impl FromStr for HashAlgorithm {
    type Err = HashError;

    fn from_str(text: &str) -> Result<Self, HashError> {
        match text {
            "blake3" => Ok(Self::Blake3),
            _ => Err(HashError::UnknownAlgorithm { name: text.to_owned() }),
        }
    }
}

serde_as_text!(HashAlgorithm, "HashAlgorithm", str::parse::<HashAlgorithm>);

/// The hash of a whole content.
///
/// It prints as lower-case hexadecimal digits, and only these are read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentHash {
    algorithm: HashAlgorithm,
    digest: [u8; 32],
}

impl ContentHash {
    /// A BLAKE3 digest.
    #[must_use]
    pub const fn blake3(digest: [u8; 32]) -> Self {
        Self { algorithm: HashAlgorithm::Blake3, digest }
    }

    /// How the hash was computed.
    #[must_use]
    pub const fn algorithm(&self) -> HashAlgorithm {
        self.algorithm
    }

    /// The digest itself.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8] {
        &self.digest
    }

    /// Reads the hexadecimal digits of a hash of `algorithm`.
    ///
    /// # Errors
    /// [`HashError::InvalidDigest`] unless `text` is exactly 64 lower-case hexadecimal digits.
    pub fn parse(algorithm: HashAlgorithm, text: &str) -> Result<Self, HashError> {
        let invalid = || HashError::InvalidDigest { algorithm, text: text.to_owned() };
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        let mut digest = [0; 32];
        if pairs.len() != digest.len() || !rest.is_empty() {
            return Err(invalid());
        }
        for (byte, [high, low]) in digest.iter_mut().zip(pairs) {
            let (high, low) = nibble(*high).zip(nibble(*low)).ok_or_else(invalid)?;
            *byte = high << 4 | low;
        }
        Ok(Self { algorithm, digest })
    }
}

/// The value of one lower-case hexadecimal digit.
const fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.digest.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ContentHash({}:{self})", self.algorithm)
    }
}

serde_as_text!(ContentHash, "ContentHash", |text: &str| ContentHash::parse(HashAlgorithm::Blake3, text));

/// A text is not a content hash.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum HashError {
    /// The algorithm has a name that is not known here.
    #[error("hash algorithm {name:?} is not supported; the supported one is blake3")]
    UnknownAlgorithm {
        /// The name as given.
        name: String,
    },
    /// The digest is not what the algorithm gives.
    #[error("{text:?} is not a {algorithm} hash: expected 64 lower-case hexadecimal digits")]
    InvalidDigest {
        /// The algorithm of the hash.
        algorithm: HashAlgorithm,
        /// The text as given.
        text: String,
    },
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{ContentHash, HashAlgorithm};

    #[test]
    fn a_hash_prints_and_reads_as_lower_case_hexadecimal() {
        let digest = std::array::from_fn(|index| u8::try_from(index * 8 + 7).unwrap());
        let text = ContentHash::blake3(digest).to_string();
        assert!(text.starts_with("070f171f") && text.ends_with("f7ff"), "{text}");
        assert_eq!(ContentHash::parse(HashAlgorithm::Blake3, &text), Ok(ContentHash::blake3(digest)));
    }

    #[test]
    fn other_spellings_of_a_hash_are_refused() {
        let text = "0a".repeat(32);
        let odd = format!("{text}0");
        let foreign = text.replace('a', "g");
        let wide = "é".repeat(32);
        for spelling in ["", &text.to_uppercase(), &text[2..], &odd, &foreign, &wide] {
            assert!(ContentHash::parse(HashAlgorithm::Blake3, spelling).is_err(), "{spelling:?}");
        }
    }

    #[test]
    fn algorithms_are_known_by_name() {
        assert_eq!("blake3".parse(), Ok(HashAlgorithm::Blake3));
        assert_eq!(HashAlgorithm::Blake3.to_string(), "blake3");
        assert!("md5".parse::<HashAlgorithm>().is_err());
    }
}
