//! How a content hash came about.

use std::fmt;
use std::str::FromStr;

use super::HashError;
use crate::uid::serde_text::serde_as_text;

/// How a content hash came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HashAlgorithm {
    /// BLAKE3 of the whole content, with its default output of 32 bytes.
    Blake3,
    /// None: it is the entity tag that the cloud gave the blob, taken on trust.
    EntityTag,
}

impl fmt::Display for HashAlgorithm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Blake3 => "blake3",
            Self::EntityTag => "etag",
        })
    }
}

impl FromStr for HashAlgorithm {
    type Err = HashError;

    fn from_str(text: &str) -> Result<Self, HashError> {
        match text {
            "blake3" => Ok(Self::Blake3),
            "etag" => Ok(Self::EntityTag),
            _ => Err(HashError::UnknownAlgorithm { name: text.to_owned() }),
        }
    }
}

serde_as_text!(HashAlgorithm, "HashAlgorithm", str::parse::<HashAlgorithm>);

#[cfg(test)]
mod tests {
    use super::HashAlgorithm;

    #[test]
    fn algorithms_are_known_by_name() {
        for algorithm in [HashAlgorithm::Blake3, HashAlgorithm::EntityTag] {
            assert_eq!(algorithm.to_string().parse(), Ok(algorithm));
        }
        assert!("md5".parse::<HashAlgorithm>().is_err());
    }
}
