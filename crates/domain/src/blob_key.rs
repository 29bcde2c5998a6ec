//! The key of a blob: where its bytes lie inside a storage location.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::claim::ClaimEpoch;
use crate::suffix::Suffix;
use crate::uid::serde_text::serde_as_text;
use crate::uid::{ArtifactUid, InstanceUid};

/// The folder inside a storage location that holds its claim, ingested blobs and databases.
pub const RESERVED_DIRECTORY: &str = ".lamindb";

/// Where a blob lies, relative to the root of its storage location.
///
/// - Segments are separated by `/`; none is empty, `.` or `..`, and none begins the key with `/`.
/// - No NUL character; every other character is literal, `%` and `?` included.
/// - At most [`BlobKey::MAXIMUM_LENGTH`] bytes.
/// - It may lie inside the [`RESERVED_DIRECTORY`], as ingested blobs do.
///
/// ```
/// use freehold_domain::blob_key::BlobKey;
///
/// let key: BlobKey = "raw/plate1.csv".parse()?;
/// assert_eq!(key.file_name(), "plate1.csv");
/// assert!("../elsewhere".parse::<BlobKey>().is_err());
/// # Ok::<(), freehold_domain::blob_key::BlobKeyError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobKey(String);

impl BlobKey {
    /// The longest key, in bytes.
    pub const MAXIMUM_LENGTH: usize = 4096;

    /// Reads a key.
    ///
    /// # Errors
    /// [`BlobKeyError`] names the rule that `text` breaks.
    pub fn parse(text: &str) -> Result<Self, BlobKeyError> {
        if text.is_empty() {
            return Err(BlobKeyError::Empty);
        }
        if text.len() > Self::MAXIMUM_LENGTH {
            return Err(BlobKeyError::TooLong { length: text.len() });
        }
        if text.starts_with('/') {
            return Err(BlobKeyError::Absolute { key: text.to_owned() });
        }
        if text.contains('\0') {
            return Err(BlobKeyError::Nul { key: text.to_owned() });
        }
        match text.split('/').find(|segment| matches!(*segment, "" | "." | "..")) {
            Some(segment) => {
                Err(BlobKeyError::InvalidSegment { key: text.to_owned(), segment: segment.to_owned() })
            }
            None => Ok(Self(text.to_owned())),
        }
    }

    /// The key of the bytes that are ingested as `uid`: `.lamindb/{uid}{suffix}`.
    #[must_use]
    pub fn ingested(uid: &ArtifactUid, suffix: &Suffix) -> Self {
        Self(format!("{RESERVED_DIRECTORY}/{uid}{suffix}"))
    }

    /// The key of a location's claim.
    #[must_use]
    pub fn claim() -> Self {
        Self(format!("{RESERVED_DIRECTORY}/storage_uid.txt"))
    }

    /// The key under which early registries kept the claim; it is read, never written.
    #[must_use]
    pub fn legacy_claim() -> Self {
        Self(format!("{RESERVED_DIRECTORY}/_is_initialized"))
    }

    /// Whether something at this key would be the claim of some location, here or in any folder below.
    #[must_use]
    pub fn is_claim(&self) -> bool {
        [Self::claim(), Self::legacy_claim()].iter().any(|claim| {
            self.0
                .strip_suffix(claim.as_str())
                .is_some_and(|folder| folder.is_empty() || folder.ends_with('/'))
        })
    }

    /// The key of the folder whose claim this is; `None` when it is the location's own, or no claim.
    #[must_use]
    pub fn claimed_folder(&self) -> Option<Self> {
        let (folder, _) = self.0.rsplit_once("/.lamindb/").filter(|_| self.is_claim())?;
        Self::parse(folder).ok()
    }

    /// The key under which the claim of a former manager is kept after its location was taken over: by its epoch (0 where it has none) and the
    /// manager that it names.
    #[must_use]
    pub fn retired_claim(epoch: Option<ClaimEpoch>, manager: Option<InstanceUid>) -> Self {
        let epoch = epoch.map_or(0, ClaimEpoch::number);
        let manager = manager.map_or_else(|| "unknown".to_owned(), |uid| uid.to_string());
        Self(format!("{RESERVED_DIRECTORY}/claims/{epoch}-{manager}.txt"))
    }

    /// The folder of the receipts of those who link the location.
    #[must_use]
    pub fn link_receipts() -> Self {
        Self(format!("{RESERVED_DIRECTORY}/links"))
    }

    /// The key of the receipt of an instance that links the location.
    #[must_use]
    pub fn link_receipt(instance: InstanceUid) -> Self {
        Self(format!("{RESERVED_DIRECTORY}/links/{instance}"))
    }

    /// The folder of all that a registry itself puts into a location.
    #[must_use]
    pub fn reserved_directory() -> Self {
        Self(RESERVED_DIRECTORY.to_owned())
    }

    /// A key that an already validated value vouches for.
    pub(crate) fn from_valid(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The parts between the slashes, outermost first; there is at least one.
    #[must_use]
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/')
    }

    /// The last segment.
    #[must_use]
    pub fn file_name(&self) -> &str {
        self.0.rsplit_once('/').map_or(self.as_str(), |(_, name)| name)
    }

    /// Whether the key lies in the location's [`RESERVED_DIRECTORY`], or is that folder.
    #[must_use]
    pub fn is_reserved(&self) -> bool {
        self.segments().next() == Some(RESERVED_DIRECTORY)
    }

    /// Whether the key is `folder` or lies inside it, by whole segments: `a/bc` does not start with `a/b`.
    #[must_use]
    pub fn starts_with(&self, folder: &Self) -> bool {
        self.0.strip_prefix(folder.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// The key of `inner` inside the folder that this key names.
    ///
    /// # Errors
    /// [`BlobKeyError::TooLong`] when both together are.
    pub fn join(&self, inner: &Self) -> Result<Self, BlobKeyError> {
        Self::parse(&format!("{self}/{inner}"))
    }
}

impl fmt::Display for BlobKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl fmt::Debug for BlobKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "BlobKey({:?})", self.0)
    }
}

impl FromStr for BlobKey {
    type Err = BlobKeyError;

    fn from_str(text: &str) -> Result<Self, BlobKeyError> {
        Self::parse(text)
    }
}

serde_as_text!(BlobKey, "BlobKey", BlobKey::parse);

/// A text is not the key of a blob.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BlobKeyError {
    /// There is no text.
    #[error("blob key is empty; name a file inside the storage location")]
    Empty,
    /// The key exceeds [`BlobKey::MAXIMUM_LENGTH`].
    #[error("blob key has {length} bytes, at most {} are allowed; shorten it", BlobKey::MAXIMUM_LENGTH)]
    TooLong {
        /// The key's length in bytes.
        length: usize,
    },
    /// The key begins with `/`.
    #[error("blob key {key:?} is absolute; give it relative to the root of the storage location")]
    Absolute {
        /// The key as given.
        key: String,
    },
    /// The key contains a NUL character.
    #[error("blob key {key:?} contains a NUL character; remove it")]
    Nul {
        /// The key as given.
        key: String,
    },
    /// A segment is empty, `.` or `..`.
    #[error("blob key {key:?} has the segment {segment:?}; write it without empty, '.' and '..' segments")]
    InvalidSegment {
        /// The key as given.
        key: String,
        /// The segment that is not allowed.
        segment: String,
    },
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{BlobKey, BlobKeyError};

    fn key(text: &str) -> BlobKey {
        BlobKey::parse(text).unwrap()
    }

    #[test]
    fn the_layout_is_the_one_that_lamindb_shares() {
        let uid = "0123456789abcdef0000".parse().unwrap();
        let suffix = ".fastq.gz".parse().unwrap();
        assert_eq!(BlobKey::ingested(&uid, &suffix).as_str(), ".lamindb/0123456789abcdef0000.fastq.gz");
        assert_eq!(BlobKey::claim().as_str(), ".lamindb/storage_uid.txt");
        assert_eq!(BlobKey::legacy_claim().as_str(), ".lamindb/_is_initialized");
        assert_eq!(BlobKey::reserved_directory().as_str(), ".lamindb");
    }

    #[test]
    fn claims_are_known_in_any_folder() {
        for text in [".lamindb/storage_uid.txt", "a/.lamindb/storage_uid.txt", "a/b/.lamindb/_is_initialized"]
        {
            assert!(key(text).is_claim(), "{text}");
        }
        for text in
            ["storage_uid.txt", "x.lamindb/storage_uid.txt", ".lamindb/storage_uid.txt/x", ".lamindb/x"]
        {
            assert!(!key(text).is_claim(), "{text}");
        }
        assert_eq!(key("a/b/.lamindb/storage_uid.txt").claimed_folder(), Some(key("a/b")));
        assert_eq!(BlobKey::claim().claimed_folder(), None);
    }

    #[test]
    fn a_key_that_leaves_its_location_is_refused() {
        for text in ["", "/a", "a//b", "a/", "./a", "a/./b", "../a", "a/..", "a/b\0"] {
            assert!(BlobKey::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn unusual_but_literal_characters_are_kept() {
        for text in ["a b", "a%2Fb", "a?b#c", "a\\b", "...", "~", "é/\u{1F9EC}", "a\nb"] {
            assert_eq!(key(text).as_str(), text);
        }
    }

    #[test]
    fn only_the_first_segment_makes_a_key_reserved() {
        assert!(key(".lamindb").is_reserved() && key(".lamindb/x").is_reserved());
        assert!(!key(".lamindbx").is_reserved() && !key("a/.lamindb/x").is_reserved());
    }

    #[test]
    fn a_folder_holds_whole_segments() {
        assert!(key("a/b").starts_with(&key("a/b")) && key("a/b/c").starts_with(&key("a/b")));
        assert!(!key("a/bc").starts_with(&key("a/b")) && !key("a").starts_with(&key("a/b")));
    }

    #[test]
    fn a_joined_key_must_not_grow_too_long() {
        let long = key(&"x".repeat(BlobKey::MAXIMUM_LENGTH - 2));
        assert_eq!(long.join(&key("y")).unwrap().as_str().len(), BlobKey::MAXIMUM_LENGTH);
        let length = BlobKey::MAXIMUM_LENGTH + 1;
        assert_eq!(long.join(&key("yz")), Err(BlobKeyError::TooLong { length }));
    }
}
