//! Where data lies: the roots of storage locations, and paths to anything.
//!
//! Both are kept in a normal form, so that equal places are equal values. The normal form is reached by looking at the
//! text alone: whether something exists there, and where symbolic links lead, is for adapters to find out.

mod cloud;
mod endpoint;
mod error;
mod file_url;
mod local;
mod owning;
mod path;
mod place;
mod surroundings;

use std::fmt;
use std::path::Path;

pub use error::{StoragePathError, StorageRootError};
pub use owning::owning_root;
pub use path::StoragePath;
pub use surroundings::Surroundings;

use crate::blob_key::{BlobKey, RESERVED_DIRECTORY};
use crate::storage_kind::StorageKind;
use crate::uid::serde_text::serde_as_text;
use place::Place;

/// The root of a storage location: a directory, a bucket, or a folder of a bucket.
///
/// - local: `/data/lab`, absolute, without `.`, `..`, empty segments or a trailing slash; `/` itself is one;
/// - cloud: `s3://bucket`, `s3://bucket/folder` and the same with `gs://`, taken literally: nothing is decoded;
/// - either on another server: `s3://bucket/folder?endpoint_url=http://localhost:9000`. Another endpoint is another place.
///
/// No segment is `.lamindb`, there is no control character, and at most [`StoragePath::MAXIMUM_LENGTH`] bytes.
///
/// ```
/// use freehold_domain::storage_root::{StorageRoot, Surroundings};
///
/// let surroundings = Surroundings { current_directory: "/work".into(), home: Some("/home/ada".into()) };
/// let root = |text| StorageRoot::parse(text, &surroundings);
///
/// assert_eq!(root("~/lab/../data/")?.as_str(), "/home/ada/data");
/// assert_eq!(root("./data")?, root("file:///work/data")?);
/// assert!(root("s3://lab/raw")?.contains(&root("s3://lab/raw/2026/")?));
/// assert!(!root("s3://lab/raw")?.contains(&root("s3://lab/raw2")?));
/// # Ok::<(), freehold_domain::storage_root::StorageRootError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StorageRoot(Place);

impl StorageRoot {
    /// Reads a root as a person writes it; `~` and relative paths are resolved against `surroundings`.
    ///
    /// # Errors
    /// [`StorageRootError::Path`] when the text names no place, [`StorageRootError::InsideReservedDirectory`] when the
    /// place is not for storage locations.
    pub fn parse(text: &str, surroundings: &Surroundings) -> Result<Self, StorageRootError> {
        Self::from_place(Place::parse(text, surroundings)?)
    }

    /// Reads a root that is in its normal form already, as databases hold it.
    ///
    /// # Errors
    /// [`StorageRootError::NotNormal`] for any other spelling, and the errors of [`StorageRoot::parse`].
    pub fn from_canonical(text: &str) -> Result<Self, StorageRootError> {
        let root = Self::parse(text, &Surroundings { current_directory: "/".to_owned(), home: None })?;
        if root.as_str() == text {
            return Ok(root);
        }
        Err(StorageRootError::NotNormal { text: text.to_owned(), normal: root.as_str().to_owned() })
    }

    fn from_place(place: Place) -> Result<Self, StorageRootError> {
        if place.segments().any(|segment| segment == RESERVED_DIRECTORY) {
            return Err(StorageRootError::InsideReservedDirectory { root: place.as_str().to_owned() });
        }
        Ok(Self(place))
    }

    /// The root in its normal form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The kind of backend that the location lies on.
    #[must_use]
    pub fn kind(&self) -> StorageKind {
        self.0.kind()
    }

    /// The bucket of a cloud location.
    #[must_use]
    pub fn bucket(&self) -> Option<&str> {
        self.0.bucket()
    }

    /// The folder of a cloud location inside its bucket, without slashes at its ends; `None` for a whole bucket.
    #[must_use]
    pub fn prefix(&self) -> Option<&str> {
        self.bucket().map(|_| self.0.inner()).filter(|inner| !inner.is_empty())
    }

    /// The server of a cloud location, where it is not that of AWS or Google: an HTTP URL without a trailing slash.
    #[must_use]
    pub fn endpoint_url(&self) -> Option<&str> {
        self.0.endpoint_url()
    }

    /// The directory of a local location.
    #[must_use]
    pub fn local_path(&self) -> Option<&Path> {
        self.0.local_path()
    }

    /// Whether `other` is this root or lies inside it, by whole segments.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        self.0.relative(&other.0).is_some()
    }

    /// Whether one of both roots contains the other.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.contains(other) || other.contains(self)
    }

    /// Where `path` lies inside this location; `None` when it is outside, or the root itself.
    #[must_use]
    pub fn relative_key(&self, path: &StoragePath) -> Option<BlobKey> {
        self.0.relative(path.place()).and_then(|inner| BlobKey::parse(inner).ok())
    }

    /// The path of the blob with this key in this location.
    #[must_use]
    pub fn join(&self, key: &BlobKey) -> StoragePath {
        StoragePath::from_place(self.0.child(key.as_str()))
    }

    /// The places that contain this root, nearest first, up to the bucket or `/`; not the root itself.
    pub fn ancestors(&self) -> impl Iterator<Item = Self> {
        std::iter::successors(self.0.parent(), Place::parent).map(Self)
    }

    /// How many segments lie below the bucket or `/`.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.0.segments().count()
    }

    /// The last segment, or the bucket; `None` for `/`.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.0.segments().next_back().or(self.bucket())
    }
}

impl fmt::Display for StorageRoot {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl fmt::Debug for StorageRoot {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "StorageRoot({:?})", self.as_str())
    }
}

impl From<StorageRoot> for StoragePath {
    fn from(root: StorageRoot) -> Self {
        Self::from_place(root.0)
    }
}

impl TryFrom<StoragePath> for StorageRoot {
    type Error = StorageRootError;

    /// Takes the place as a root, unless it could not be read back: the key of a blob may contain characters, such as
    /// `?`, that a root cannot spell.
    fn try_from(path: StoragePath) -> Result<Self, StorageRootError> {
        Self::from_canonical(path.as_str())
    }
}

serde_as_text!(StorageRoot, "StorageRoot", StorageRoot::from_canonical);

#[cfg(test)]
mod tests;
