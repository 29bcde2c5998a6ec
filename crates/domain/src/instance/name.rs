//! The name of an instance, and its slug `owner/name`.

use std::{fmt, str::FromStr};

use crate::user::{Handle, HandleError};
use crate::{DatabaseUrl, StorageRoot};

/// The longest instance name, in bytes.
const LONGEST_NAME: usize = 100;

/// Why a text is not the name or the slug of an instance.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// The name is empty.
    #[error("an instance name must not be empty; give one with --name")]
    Empty,
    /// The name is longer than 100 bytes.
    #[error("the instance name is {length} bytes long, and at most {LONGEST_NAME} are allowed")]
    TooLong {
        /// Its length in bytes.
        length: usize,
    },
    /// The name holds a character that is not allowed.
    #[error(
        "the instance name {name:?} contains {character:?}; use letters, digits, '-', '_' and '.', beginning with a letter or digit"
    )]
    BadCharacter {
        /// The name as given.
        name: String,
        /// The first character that is not allowed.
        character: char,
    },
    /// The slug is not `owner/name`.
    #[error("{text:?} is not an instance slug; a slug is OWNER/NAME")]
    NotASlug {
        /// The text as given.
        text: String,
    },
    /// The owner in the slug is not a handle.
    #[error(transparent)]
    Owner(#[from] HandleError),
}

/// The name of an instance: lower case, without `/`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstanceName(String);

impl InstanceName {
    /// Infers the name as people expect it: the explicit one, else the database's name, else the last component of
    /// the storage root. Characters of an inferred name that a name cannot hold become `-`.
    ///
    /// # Errors
    /// The explicit name is not valid, or nothing to infer a name from.
    pub fn infer(
        explicit: Option<&str>,
        database: Option<&DatabaseUrl>,
        root: &StorageRoot,
    ) -> Result<Self, NameError> {
        if let Some(name) = explicit {
            return name.parse();
        }
        let source = database.and_then(DatabaseUrl::name).or_else(|| root.name()).unwrap_or_default();
        let replaced: String =
            source.chars().map(|character| if is_allowed(character) { character } else { '-' }).collect();
        replaced.trim_start_matches(['-', '_', '.']).parse()
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_allowed(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '-' | '_' | '.')
}

impl FromStr for InstanceName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let name = text.to_lowercase();
        if name.is_empty() {
            return Err(NameError::Empty);
        }
        if name.len() > LONGEST_NAME {
            return Err(NameError::TooLong { length: name.len() });
        }
        let first = name.chars().next().filter(|first| !first.is_alphanumeric());
        match first.or_else(|| name.chars().find(|character| !is_allowed(*character))) {
            Some(character) => Err(NameError::BadCharacter { name: text.to_owned(), character }),
            None => Ok(Self(name)),
        }
    }
}

impl fmt::Display for InstanceName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// `owner/name`: how people call an instance. Two instances may share one; their uids differ.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slug {
    /// Who owns the instance.
    pub owner: Handle,
    /// What it is called.
    pub name: InstanceName,
}

impl FromStr for Slug {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let (owner, name) =
            text.split_once('/').ok_or_else(|| NameError::NotASlug { text: text.to_owned() })?;
        Ok(Self { owner: owner.parse()?, name: name.parse()? })
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.owner, self.name)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::Surroundings;

    fn root(text: &str) -> StorageRoot {
        let surroundings = Surroundings { current_directory: "/work".into(), home: None };
        StorageRoot::parse(text, &surroundings).unwrap()
    }

    #[test]
    fn an_explicit_name_wins_over_the_database_and_the_root() {
        let database = "sqlite:///data/books.db".parse().unwrap();
        let name = InstanceName::infer(Some("Chosen"), Some(&database), &root("/data/root")).unwrap();
        assert_eq!(name.as_str(), "chosen");
    }

    #[test]
    fn without_a_name_the_database_gives_it_then_the_root() {
        let database = "sqlite:///data/books.db".parse().unwrap();
        assert_eq!(InstanceName::infer(None, Some(&database), &root("/data/r")).unwrap().as_str(), "books");
        assert_eq!(InstanceName::infer(None, None, &root("/data/My Data")).unwrap().as_str(), "my-data");
        assert_eq!(
            InstanceName::infer(None, None, &root("s3://bucket-of-lab")).unwrap().as_str(),
            "bucket-of-lab"
        );
    }

    #[test]
    fn a_name_with_a_slash_is_refused() {
        let error = "lab/primary".parse::<InstanceName>().unwrap_err();
        assert_eq!(error, NameError::BadCharacter { name: "lab/primary".into(), character: '/' });
    }

    #[test]
    fn a_slug_prints_as_it_was_read() {
        assert_eq!("lab/primary".parse::<Slug>().unwrap().to_string(), "lab/primary");
        assert!("primary".parse::<Slug>().is_err());
        assert!("lab/primary/more".parse::<Slug>().is_err());
    }
}
