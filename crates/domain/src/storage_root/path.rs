//! A path to anything: a file, a directory, a blob.

use std::fmt;
use std::path::Path;

use super::place::Place;
use super::{StoragePathError, Surroundings};
use crate::storage_kind::StorageKind;

/// Any place, local or in a bucket, in the normal form of [`StorageRoot`](super::StorageRoot).
///
/// Unlike a root it may lie inside a `.lamindb` folder. A trailing slash is not kept.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StoragePath(Place);

impl StoragePath {
    /// The longest path that is read, in bytes: what a POSIX file system can open.
    pub const MAXIMUM_LENGTH: usize = 4095;

    /// Reads a path as a person writes it; `~` and relative paths are resolved against `surroundings`.
    ///
    /// # Errors
    /// [`StoragePathError`] says why the text names no place.
    pub fn parse(text: &str, surroundings: &Surroundings) -> Result<Self, StoragePathError> {
        Place::parse(text, surroundings).map(Self)
    }

    pub(super) fn from_place(place: Place) -> Self {
        Self(place)
    }

    pub(super) fn place(&self) -> &Place {
        &self.0
    }

    /// The path in its normal form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The kind of backend that the path leads to.
    #[must_use]
    pub fn kind(&self) -> StorageKind {
        self.0.kind()
    }

    /// The path as the local file system knows it; `None` for a place in a bucket.
    #[must_use]
    pub fn local_path(&self) -> Option<&Path> {
        self.0.local_path()
    }

    /// The last segment; `None` for `/` and for a bucket.
    #[must_use]
    pub fn file_name(&self) -> Option<&str> {
        self.0.segments().next_back()
    }
}

impl fmt::Display for StoragePath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl fmt::Debug for StoragePath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "StoragePath({:?})", self.as_str())
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for StoragePath {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
