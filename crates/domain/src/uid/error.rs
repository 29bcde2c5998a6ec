//! Why a text is not a uid.

use std::fmt;

use thiserror::Error;

/// Which uid a text was meant to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UidKind {
    /// [`InstanceUid`](super::InstanceUid)
    Instance,
    /// [`StorageUid`](super::StorageUid)
    Storage,
    /// [`UserUid`](super::UserUid)
    User,
    /// [`RunUid`](super::RunUid)
    Run,
    /// [`TransformStem`](super::TransformStem)
    TransformStem,
    /// [`TransformUid`](super::TransformUid)
    Transform,
    /// [`ArtifactStem`](super::ArtifactStem)
    ArtifactStem,
    /// [`ArtifactUid`](super::ArtifactUid)
    Artifact,
    /// [`SessionUid`](super::SessionUid)
    Session,
    /// [`IntentUid`](super::IntentUid)
    Intent,
    /// [`UidPrefix`](super::UidPrefix)
    Prefix,
}

impl fmt::Display for UidKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Instance => "instance uid",
            Self::Storage => "storage uid",
            Self::User => "user uid",
            Self::Run => "run uid",
            Self::TransformStem => "transform stem",
            Self::Transform => "transform uid",
            Self::ArtifactStem => "artifact stem",
            Self::Artifact => "artifact uid",
            Self::Session => "session uid",
            Self::Intent => "intent uid",
            Self::Prefix => "uid prefix",
        })
    }
}

/// A text is not a uid of the kind that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UidError {
    /// The text has another length than every uid of its kind.
    #[error("{text:?} is not a valid {kind}: it has {found} characters, expected {}", alternatives(expected))]
    WrongLength {
        /// What the text was meant to be.
        kind: UidKind,
        /// The text as given.
        text: String,
        /// The accepted lengths, in characters.
        expected: &'static [usize],
        /// The length of the text, in characters.
        found: usize,
    },
    /// The text has a character that is not a letter or digit of ASCII.
    #[error("{text:?} is not a valid {kind}: character {character:?} is not one of 0-9, A-Z, a-z")]
    InvalidCharacter {
        /// What the text was meant to be.
        kind: UidKind,
        /// The text as given.
        text: String,
        /// The first character outside the alphabet.
        character: char,
        /// Where it stands, counted in characters from 0.
        position: usize,
    },
    /// The prefix of a uid is too short to look something up, or longer than any uid.
    #[error(
        "{text:?} is not a valid uid prefix: give {} to {} characters",
        super::UidPrefix::MINIMUM_LENGTH,
        super::UidPrefix::MAXIMUM_LENGTH
    )]
    PrefixLength {
        /// The text as given.
        text: String,
    },
}

/// Spells accepted lengths: `12`, or `16 or 20`.
fn alternatives(lengths: &[usize]) -> String {
    lengths.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ")
}
