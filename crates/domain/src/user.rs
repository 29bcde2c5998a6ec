//! A person who makes records.

use std::{fmt, str::FromStr};

use crate::UserUid;

const LONGEST_HANDLE: usize = 64;

/// Why a text is not a handle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HandleError {
    /// The handle is empty or longer than 64 bytes.
    #[error("the handle {handle:?} must be 1 to {LONGEST_HANDLE} bytes long")]
    BadLength {
        /// The text as given.
        handle: String,
    },
    /// The handle holds a character that is not allowed.
    #[error(
        "the handle {handle:?} contains {character:?}; use letters, digits, '-', '_' and '.', beginning with a letter or digit"
    )]
    BadCharacter {
        /// The text as given.
        handle: String,
        /// The first character that is not allowed.
        character: char,
    },
}

/// A user's short name, such as `ada`; also the owner part of a slug.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Handle(String);

impl Handle {
    /// The handle for a name that the operating system gives: what a handle cannot hold is left out.
    #[must_use]
    pub fn of_operating_system_user(name: &str) -> Self {
        let kept: String = name.chars().filter(|character| is_allowed(*character)).collect();
        let mut kept = kept.trim_start_matches(['-', '_', '.']);
        while kept.len() > LONGEST_HANDLE {
            let mut characters = kept.chars();
            characters.next_back();
            kept = characters.as_str();
        }
        kept.parse().unwrap_or_else(|_| Self("user".to_owned()))
    }

    /// The handle as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_allowed(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '-' | '_' | '.')
}

impl FromStr for Handle {
    type Err = HandleError;

    fn from_str(text: &str) -> Result<Self, HandleError> {
        if text.is_empty() || text.len() > LONGEST_HANDLE {
            return Err(HandleError::BadLength { handle: text.to_owned() });
        }
        let first = text.chars().next().filter(|first| !first.is_alphanumeric());
        match first.or_else(|| text.chars().find(|character| !is_allowed(*character))) {
            Some(character) => Err(HandleError::BadCharacter { handle: text.to_owned(), character }),
            None => Ok(Self(text.to_owned())),
        }
    }
}

impl fmt::Display for Handle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A person who makes records. One profile has one uid in every instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Universal identity, made once per profile.
    pub uid: UserUid,
    /// The short name.
    pub handle: Handle,
    /// The full name, if the user gave one.
    pub name: Option<String>,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_handle_holds_no_slash_and_no_space() {
        assert!("a/b".parse::<Handle>().is_err());
        assert!("a b".parse::<Handle>().is_err());
        assert!("".parse::<Handle>().is_err());
        assert_eq!("ada.l-1".parse::<Handle>().unwrap().as_str(), "ada.l-1");
    }

    #[test]
    fn every_operating_system_name_gives_a_valid_handle() {
        for (name, expected) in [("DOMAIN\\ada", "DOMAINada"), ("", "user"), ("_x", "x"), ("//", "user")] {
            let handle = Handle::of_operating_system_user(name);
            assert_eq!(handle.as_str(), expected);
            assert_eq!(handle.as_str().parse::<Handle>().unwrap(), handle);
        }
    }
}
