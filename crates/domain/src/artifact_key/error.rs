//! Why a text cannot be the key of an artifact.

use thiserror::Error;

use super::ArtifactKey;
use crate::suffix::Suffix;

/// A text is not the key of an artifact, or not one for this file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ArtifactKeyError {
    /// There is no text.
    #[error("key is empty; give a path such as raw/plate1.csv")]
    Empty,
    /// The key exceeds [`ArtifactKey::MAXIMUM_LENGTH`].
    #[error("key has {length} bytes, at most {} are allowed; shorten it", ArtifactKey::MAXIMUM_LENGTH)]
    TooLong {
        /// The key's length in bytes.
        length: usize,
    },
    /// The key begins with `/`.
    #[error("key {key:?} is absolute; remove the leading slash")]
    Absolute {
        /// The key as given.
        key: String,
    },
    /// A segment is empty, `.` or `..`.
    #[error("key {key:?} has the segment {segment:?}; write it without empty, '.' and '..' segments")]
    InvalidSegment {
        /// The key as given.
        key: String,
        /// The segment that is not allowed.
        segment: String,
    },
    /// The key contains a backslash.
    #[error("key {key:?} contains a backslash; separate its segments by '/'")]
    Backslash {
        /// The key as given.
        key: String,
    },
    /// The key contains a control character.
    #[error("key {key:?} contains the control character {character:?}; remove it")]
    ControlCharacter {
        /// The key as given.
        key: String,
        /// The first control character.
        character: char,
    },
    /// The key lies in a folder that registries keep for themselves.
    #[error("key {key:?} lies inside the reserved folder .lamindb; choose another")]
    Reserved {
        /// The key as given.
        key: String,
    },
    /// The key promises another kind of content than the file has.
    #[error(
        "key {key:?} has {} and the file has {}; the suffix of a key must be that of its file",
        described(found),
        described(expected)
    )]
    SuffixMismatch {
        /// The key as given.
        key: String,
        /// The suffix of the file.
        expected: Suffix,
        /// The suffix of the key.
        found: Suffix,
    },
}

fn described(suffix: &Suffix) -> String {
    if suffix.is_empty() { "no suffix".to_owned() } else { format!("the suffix {suffix}") }
}
