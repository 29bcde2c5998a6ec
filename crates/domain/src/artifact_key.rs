//! The key of an artifact: its path for people inside the registry.

mod error;
mod prefix;

use std::fmt;
use std::str::FromStr;

pub use error::ArtifactKeyError;
pub use prefix::ArtifactKeyPrefix;

use crate::blob_key::{BlobKey, RESERVED_DIRECTORY};
use crate::suffix::Suffix;
use crate::uid::serde_text::serde_as_text;

/// A relative path such as `raw/plate1.fastq.gz` that names a family of artifacts.
///
/// - Segments are separated by `/`; none is empty, `.`, `..` or `.lamindb`.
/// - No backslash and no control character.
/// - At most [`ArtifactKey::MAXIMUM_LENGTH`] bytes.
///
/// ```
/// use freehold_domain::artifact_key::ArtifactKey;
///
/// let key: ArtifactKey = "raw/plate1.fastq.gz".parse()?;
/// assert_eq!(key.suffix().as_str(), ".fastq.gz");
/// assert!(r"raw\plate1.csv".parse::<ArtifactKey>().is_err());
/// # Ok::<(), freehold_domain::artifact_key::ArtifactKeyError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArtifactKey(String);

impl ArtifactKey {
    /// The longest key, in bytes.
    pub const MAXIMUM_LENGTH: usize = 1024;

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last segment.
    #[must_use]
    pub fn file_name(&self) -> &str {
        self.0.rsplit_once('/').map_or(self.as_str(), |(_, name)| name)
    }

    /// The suffix of the file name.
    #[must_use]
    pub fn suffix(&self) -> Suffix {
        Suffix::of_name(self.file_name())
    }

    /// Checks that the key promises the kind of content that a file with the suffix `file` has.
    ///
    /// # Errors
    /// [`ArtifactKeyError::SuffixMismatch`] when the suffixes differ.
    pub fn require_suffix(&self, file: &Suffix) -> Result<(), ArtifactKeyError> {
        let found = self.suffix();
        if found == *file {
            return Ok(());
        }
        Err(ArtifactKeyError::SuffixMismatch { key: self.0.clone(), expected: file.clone(), found })
    }

    /// The key of a blob that lies under the same path in a location.
    #[must_use]
    pub fn to_blob_key(&self) -> BlobKey {
        BlobKey::from_valid(&self.0)
    }

    /// The key of `inner` inside the folder that this key names.
    ///
    /// # Errors
    /// [`ArtifactKeyError::TooLong`] when both together are.
    pub fn join(&self, inner: &Self) -> Result<Self, ArtifactKeyError> {
        format!("{self}/{inner}").parse()
    }
}

/// Checks what every key and every prefix of one must hold.
fn check_characters(text: &str) -> Result<(), ArtifactKeyError> {
    if text.len() > ArtifactKey::MAXIMUM_LENGTH {
        return Err(ArtifactKeyError::TooLong { length: text.len() });
    }
    if text.starts_with('/') {
        return Err(ArtifactKeyError::Absolute { key: text.to_owned() });
    }
    if text.contains('\\') {
        return Err(ArtifactKeyError::Backslash { key: text.to_owned() });
    }
    match text.chars().find(|character| character.is_control()) {
        Some(character) => Err(ArtifactKeyError::ControlCharacter { key: text.to_owned(), character }),
        None => Ok(()),
    }
}

/// Checks whole segments of the key `text`.
fn check_segments<'a>(
    text: &str,
    segments: impl IntoIterator<Item = &'a str>,
) -> Result<(), ArtifactKeyError> {
    for segment in segments {
        match segment {
            "" | "." | ".." => {
                let (key, segment) = (text.to_owned(), segment.to_owned());
                return Err(ArtifactKeyError::InvalidSegment { key, segment });
            }
            RESERVED_DIRECTORY => return Err(ArtifactKeyError::Reserved { key: text.to_owned() }),
            _ => {}
        }
    }
    Ok(())
}

impl fmt::Display for ArtifactKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl fmt::Debug for ArtifactKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ArtifactKey({:?})", self.0)
    }
}

impl FromStr for ArtifactKey {
    type Err = ArtifactKeyError;

    fn from_str(text: &str) -> Result<Self, ArtifactKeyError> {
        if text.is_empty() {
            return Err(ArtifactKeyError::Empty);
        }
        check_characters(text)?;
        check_segments(text, text.split('/'))?;
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<&BlobKey> for ArtifactKey {
    type Error = ArtifactKeyError;

    fn try_from(key: &BlobKey) -> Result<Self, ArtifactKeyError> {
        key.as_str().parse()
    }
}

serde_as_text!(ArtifactKey, "ArtifactKey", str::parse::<ArtifactKey>);

#[cfg(test)]
mod tests;
