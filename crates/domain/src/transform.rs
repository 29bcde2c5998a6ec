//! A piece of code that makes data: a script, notebook, pipeline or function, in versions.

use std::{fmt, str::FromStr};

use crate::{ContentHash, Timestamp, TransformUid, UserUid};

const LONGEST_KEY: usize = 1024;

/// Why a text is not the key or the kind of a transform.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransformKeyError {
    /// The key is empty or longer than 1024 bytes.
    #[error("a transform key must be 1 to {LONGEST_KEY} bytes long, and this one has {length}")]
    BadLength {
        /// Its length in bytes.
        length: usize,
    },
    /// The key holds a control character.
    #[error("the transform key {key:?} contains a control character")]
    ControlCharacter {
        /// The text as given.
        key: String,
    },
    /// The text is not a kind of transform.
    #[error("{text:?} is not a kind of transform; use script, notebook, pipeline or function")]
    UnknownKind {
        /// The text as given.
        text: String,
    },
}

/// What people call a transform, such as `align.py` or `nf-core/rnaseq`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TransformKey(String);

impl TransformKey {
    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TransformKey {
    type Err = TransformKeyError;

    fn from_str(text: &str) -> Result<Self, TransformKeyError> {
        if text.is_empty() || text.len() > LONGEST_KEY {
            return Err(TransformKeyError::BadLength { length: text.len() });
        }
        if text.chars().any(char::is_control) {
            return Err(TransformKeyError::ControlCharacter { key: text.to_owned() });
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for TransformKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What sort of code a transform is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TransformKind {
    /// A program or a script.
    Script,
    /// A notebook.
    Notebook,
    /// A workflow of several steps.
    Pipeline,
    /// A function of a program, also Freehold's own transfers.
    Function,
}

impl TransformKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Script, Self::Notebook, Self::Pipeline, Self::Function];

    /// The kind's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Script => "script",
            Self::Notebook => "notebook",
            Self::Pipeline => "pipeline",
            Self::Function => "function",
        }
    }
}

impl FromStr for TransformKind {
    type Err = TransformKeyError;

    fn from_str(text: &str) -> Result<Self, TransformKeyError> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| TransformKeyError::UnknownKind { text: text.to_owned() })
    }
}

impl fmt::Display for TransformKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// One version of a piece of code that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transform {
    /// Universal identity; its last four characters count the versions.
    pub uid: TransformUid,
    /// What people call it.
    pub key: TransformKey,
    /// What sort of code it is.
    pub kind: TransformKind,
    /// What it does.
    pub description: Option<String>,
    /// Hash of its source, when known.
    pub source_hash: Option<ContentHash>,
    /// Where its source is, such as a repository's address and commit.
    pub reference: Option<String>,
    /// When it was first recorded.
    pub created_at: Timestamp,
    /// Who recorded it.
    pub created_by: UserUid,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_kind_prints_as_it_is_read() {
        for kind in TransformKind::ALL {
            assert_eq!(kind.to_string().parse::<TransformKind>().unwrap(), kind);
        }
        assert!("Script".parse::<TransformKind>().is_err());
    }

    #[test]
    fn a_key_is_not_empty_and_holds_no_control_character() {
        assert!("".parse::<TransformKey>().is_err());
        assert!("a\nb".parse::<TransformKey>().is_err());
        assert_eq!("nf-core/rnaseq".parse::<TransformKey>().unwrap().as_str(), "nf-core/rnaseq");
    }
}
