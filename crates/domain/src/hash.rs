//! The hash of an artifact's content, always with the name of its algorithm.

mod algorithm;
mod entity_tag;
mod error;
mod hexadecimal;

use std::fmt;
use std::str::FromStr;

use entity_tag::EntityTag;

use crate::uid::serde_text::serde_as_text;

pub use algorithm::HashAlgorithm;
pub use error::HashError;

/// What identifies a whole content: a digest of it, or the tag that a cloud gave it.
///
/// A BLAKE3 digest prints as lower-case hexadecimal digits, an entity tag as it is; only these spellings are read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentHash(Value);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Value {
    Blake3([u8; 32]),
    EntityTag(EntityTag),
}

impl ContentHash {
    /// A BLAKE3 digest.
    #[must_use]
    pub const fn blake3(digest: [u8; 32]) -> Self {
        Self(Value::Blake3(digest))
    }

    /// How it came about.
    #[must_use]
    pub const fn algorithm(&self) -> HashAlgorithm {
        match self.0 {
            Value::Blake3(_) => HashAlgorithm::Blake3,
            Value::EntityTag(_) => HashAlgorithm::EntityTag,
        }
    }

    /// Whether equal hashes mean equal contents, wherever they lie. An entity tag tells two contents of one blob apart, and no more.
    #[must_use]
    pub const fn identifies_content(&self) -> bool {
        match self.0 {
            Value::Blake3(_) => true,
            Value::EntityTag(_) => false,
        }
    }

    /// The digest itself, or the characters of the tag.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Value::Blake3(digest) => digest,
            Value::EntityTag(tag) => tag.as_bytes(),
        }
    }

    /// Takes what [`as_bytes`](Self::as_bytes) gives for a hash of `algorithm`.
    ///
    /// # Errors
    /// [`HashError::InvalidDigest`] unless `bytes` are a digest of 32 bytes, or a valid tag.
    pub fn from_bytes(algorithm: HashAlgorithm, bytes: &[u8]) -> Result<Self, HashError> {
        let invalid = || HashError::InvalidDigest { algorithm, text: bytes.escape_ascii().to_string() };
        match algorithm {
            HashAlgorithm::Blake3 => bytes.try_into().map(Self::blake3).map_err(|_| invalid()),
            HashAlgorithm::EntityTag => {
                EntityTag::new(bytes).map(|tag| Self(Value::EntityTag(tag))).ok_or_else(invalid)
            }
        }
    }

    /// Reads a hash of `algorithm` as it is printed.
    ///
    /// # Errors
    /// [`HashError::InvalidDigest`] unless `text` is exactly 64 lower-case hexadecimal digits, or a tag of 1 to 63 visible ASCII characters other
    /// than the quotation mark.
    pub fn parse(algorithm: HashAlgorithm, text: &str) -> Result<Self, HashError> {
        match algorithm {
            HashAlgorithm::Blake3 => hexadecimal::decode(text)
                .map(Self::blake3)
                .ok_or_else(|| HashError::InvalidDigest { algorithm, text: text.to_owned() }),
            HashAlgorithm::EntityTag => Self::from_bytes(algorithm, text.as_bytes()),
        }
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Value::Blake3(digest) => digest.iter().try_for_each(|byte| write!(formatter, "{byte:02x}")),
            Value::EntityTag(tag) => formatter.write_str(tag.as_str()),
        }
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ContentHash({}:{self})", self.algorithm())
    }
}

/// Reads a hash of either algorithm: no tag is as long as a digest.
impl FromStr for ContentHash {
    type Err = HashError;

    fn from_str(text: &str) -> Result<Self, HashError> {
        Self::parse(HashAlgorithm::EntityTag, text).or_else(|_| Self::parse(HashAlgorithm::Blake3, text))
    }
}

serde_as_text!(ContentHash, "ContentHash", str::parse::<ContentHash>);

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
    fn an_entity_tag_is_kept_as_it_is_and_identifies_no_content() {
        let tag = "d41d8cd98f00b204e9800998ecf8427e-12";
        let hash = ContentHash::parse(HashAlgorithm::EntityTag, tag).unwrap();
        assert_eq!((hash.to_string().as_str(), hash.as_bytes()), (tag, tag.as_bytes()));
        assert_eq!(ContentHash::from_bytes(HashAlgorithm::EntityTag, hash.as_bytes()), Ok(hash));
        assert_eq!(tag.parse(), Ok(hash));
        assert!(!hash.identifies_content() && ContentHash::blake3([0; 32]).identifies_content());
    }

    #[test]
    fn what_is_no_entity_tag_is_refused() {
        for text in ["", "a b", "\"quoted\"", "é", &"x".repeat(64)] {
            assert!(ContentHash::parse(HashAlgorithm::EntityTag, text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_digest_of_another_length_is_refused() {
        assert!(ContentHash::from_bytes(HashAlgorithm::Blake3, &[0; 31]).is_err());
    }
}
