//! What can go wrong with bytes at a storage location.

use std::io;

use freehold_domain::BlobKey;

/// The backend's own error, kept as the source of ours.
type SourceError = Box<dyn std::error::Error + Send + Sync>;

/// Why a call on a storage location failed.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// No blob has this key, or the location itself is absent.
    #[error("there is nothing at {key} in {location}")]
    NotFound {
        /// The location's root.
        location: String,
        /// The key.
        key: BlobKey,
    },
    /// The key is taken. Nothing was changed.
    #[error("{key} is already there in {location}")]
    AlreadyExists {
        /// The location's root.
        location: String,
        /// The key.
        key: BlobKey,
    },
    /// The blob is not in the expected version. Nothing was changed.
    #[error("{key} in {location} was changed by somebody else")]
    VersionMismatch {
        /// The location's root.
        location: String,
        /// The key.
        key: BlobKey,
    },
    /// The root cannot be a storage location, such as an existing file.
    #[error("{location} cannot be a storage location: {reason}")]
    NotALocation {
        /// The root as given.
        location: String,
        /// Why not.
        reason: String,
    },
    /// The key leads out of the location, through a symbolic link. It is not followed.
    #[error("{key} leads out of {location} through a symbolic link, and is not followed")]
    OutsideLocation {
        /// The location's root.
        location: String,
        /// The key.
        key: BlobKey,
    },
    /// What lies at the key is not a plain file: a directory, pipe, socket or device.
    #[error("{key} in {location} is not a plain file")]
    NotABlob {
        /// The location's root.
        location: String,
        /// The key.
        key: BlobKey,
    },
    /// A name in the location cannot be a key, for example because it is not UTF-8.
    #[error("{location} holds a name that is not a valid key: {name}")]
    UnusableName {
        /// The location's root.
        location: String,
        /// The name, made printable.
        name: String,
    },
    /// The backend refuses access.
    #[error("permission denied at {location}")]
    PermissionDenied {
        /// The location's root, or the key there.
        location: String,
        /// What the backend said.
        #[source]
        source: SourceError,
    },
    /// The bucket of a cloud location does not exist.
    #[error("there is no bucket for {location}")]
    BucketMissing {
        /// The location's root.
        location: String,
    },
    /// The bucket lies in another region than the one that was used.
    #[error("{location} is not in region {used}{}", actual.as_ref().map(|region| format!(", but in {region}")).unwrap_or_default())]
    WrongRegion {
        /// The location's root.
        location: String,
        /// The region that was used.
        used: String,
        /// The region that the backend names, if it does.
        actual: Option<String>,
    },
    /// The backend knows the credentials not, or no longer: an unknown key, a wrong secret, an expired token.
    #[error("the credentials for {location} are refused: {reason}")]
    CredentialsRefused {
        /// The location's root.
        location: String,
        /// What is wrong with them, for people.
        reason: String,
        /// What the backend said.
        #[source]
        source: SourceError,
    },
    /// Credentials were configured and cannot be used, such as a profile that is not there.
    #[error("the credentials for {location} cannot be used: {reason}")]
    CredentialsUnusable {
        /// The location's root.
        location: String,
        /// What is wrong with them, and where, for people.
        reason: String,
    },
    /// This machine's clock and the backend's are too far apart for a signature to count.
    #[error("{location} refuses the request because the clock of this machine is wrong")]
    ClockSkewed {
        /// The location's root.
        location: String,
        /// What the backend said.
        #[source]
        source: SourceError,
    },
    /// No space is left, or a quota is used up.
    #[error("no space is left at {location}")]
    NoSpace {
        /// The location's root.
        location: String,
        /// What the backend said.
        #[source]
        source: SourceError,
    },
    /// The bytes to store could not be read from where they came. Nothing was stored.
    #[error("the bytes to store could not be read")]
    Body {
        /// The error of the given stream.
        #[source]
        source: io::Error,
    },
    /// The backend cannot be reached now.
    #[error("{location} cannot be reached")]
    Unavailable {
        /// The location's root.
        location: String,
        /// What the backend said.
        #[source]
        source: SourceError,
    },
    /// The backend cannot do this at all.
    #[error("{location} does not support {what}")]
    Unsupported {
        /// The location's root.
        location: String,
        /// What was asked.
        what: &'static str,
    },
    /// The backend of the location is not built into this program.
    #[error("{location} is on {backend}, for which this program has no support")]
    NotBuiltIn {
        /// The root as given.
        location: String,
        /// The backend, for people.
        backend: &'static str,
    },
    /// Anything else that the backend reports.
    #[error("the storage at {location} failed")]
    Backend {
        /// The location's root.
        location: String,
        /// What the backend said.
        #[source]
        source: SourceError,
    },
}
