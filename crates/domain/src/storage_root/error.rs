//! Why a text names no place, or no storage location.

use thiserror::Error;

use super::StoragePath;

/// A text does not name a place.
///
/// Texts are shown without their query, which may hold a secret.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StoragePathError {
    /// There is no text.
    #[error("the path is empty; give a local path, s3://bucket/folder or gs://bucket/folder")]
    Empty,
    /// The normal form exceeds [`StoragePath::MAXIMUM_LENGTH`].
    #[error(
        "the path has {length} bytes, at most {} are allowed; choose a shorter one",
        StoragePath::MAXIMUM_LENGTH
    )]
    TooLong {
        /// The length of the normal form in bytes.
        length: usize,
    },
    /// The text contains a control character.
    #[error("the path {text:?} contains the control character {character:?}; remove it")]
    ControlCharacter {
        /// The text as given.
        text: String,
        /// The first control character.
        character: char,
    },
    /// The text begins with a scheme of another kind of storage.
    #[error(
        "scheme {scheme:?} is not supported; give a local path, file:///path, s3://bucket/folder or \
         gs://bucket/folder, with the scheme in lower case"
    )]
    UnsupportedScheme {
        /// What stands before `://`.
        scheme: String,
    },
    /// The text begins with `~`, and the home directory is not known.
    #[error("the path {text:?} begins at the home directory, which is not known; give an absolute path")]
    UnknownHome {
        /// The text as given.
        text: String,
    },
    /// The text is relative, and the current directory is not known by an absolute path.
    #[error("the path {text:?} is relative to a directory that is not known; give an absolute path")]
    UnknownCurrentDirectory {
        /// The text as given.
        text: String,
    },
    /// The text begins with `file://` and names no local file.
    #[error("{url:?} is not the URL of a local file: {reason}")]
    InvalidFileUrl {
        /// The text as given.
        url: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The text names a bucket that cannot exist.
    #[error(
        "{bucket:?} is not the name of a bucket: expected 3 to 63 characters out of a-z, 0-9, '.', '-' and '_' that \
         begin and end with a letter or digit"
    )]
    InvalidBucket {
        /// The name as given.
        bucket: String,
    },
    /// A segment of a cloud path is empty, `.` or `..`.
    #[error("{text:?} has the segment {segment:?}; write it without empty, '.' and '..' segments")]
    InvalidSegment {
        /// The text as given.
        text: String,
        /// The segment that is not allowed.
        segment: String,
    },
    /// A cloud path has a `#`.
    #[error("{text:?} has a '#', which is not supported in cloud paths; remove it")]
    Fragment {
        /// The text as given.
        text: String,
    },
    /// A cloud path has a query that is not its endpoint.
    #[error(
        "query parameter {name:?} is not supported; only s3:// paths take one, ?endpoint_url=http://host:port"
    )]
    UnsupportedQuery {
        /// The parameter's name.
        name: String,
    },
    /// The endpoint is not a plain HTTP URL.
    #[error("{endpoint:?} is not an endpoint URL: {reason}; give one such as https://host:port")]
    InvalidEndpoint {
        /// The endpoint as given.
        endpoint: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The endpoint holds a user name or password, which is not shown.
    #[error(
        "the endpoint URL contains credentials; remove them and set them in the environment or a profile"
    )]
    EndpointCredentials,
}

/// A text does not name the root of a storage location.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StorageRootError {
    /// It does not name a place at all.
    #[error(transparent)]
    Path(#[from] StoragePathError),
    /// It names a place that registries keep for themselves.
    #[error("storage root {root:?} lies inside the reserved folder .lamindb; choose a directory outside it")]
    InsideReservedDirectory {
        /// The root in normal form.
        root: String,
    },
    /// It is not in normal form where only that is accepted.
    #[error("storage root {text:?} is not in normal form; its normal form is {normal:?}")]
    NotNormal {
        /// The text as given.
        text: String,
        /// The normal form of the same place.
        normal: String,
    },
}

/// A text as messages show it: without its query.
pub(super) fn readable(text: &str) -> String {
    text.split_once('?').map_or(text, |(path, _)| path).to_owned()
}
