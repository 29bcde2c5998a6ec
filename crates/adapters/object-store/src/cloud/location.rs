//! A location in a bucket: the way between its keys and the bucket's, and between a provider's errors and the port's.

use std::sync::Arc;

use freehold_domain::{BlobKey, StorageRoot};
use freehold_ports::blobs::BlobError;
use object_store::path::Path;

use super::bucket::Bucket;
use super::provider::{Cause, ProviderError};

/// What the names begin with of objects, or of folders, that are work in progress.
pub(super) const OWN_NAMES: &str = ".freehold-";

/// A location in a bucket.
#[derive(Debug)]
pub(crate) struct Location {
    pub(super) root: StorageRoot,
    pub(super) bucket: Arc<Bucket>,
    /// The folder of the location with a slash at its end; empty for a whole bucket.
    folder: String,
}

impl Location {
    pub(super) fn new(root: &StorageRoot, bucket: Arc<Bucket>) -> Self {
        let folder = root.prefix().map(|prefix| format!("{prefix}/")).unwrap_or_default();
        Self { root: root.clone(), bucket, folder }
    }

    /// What the names of all objects below `prefix` begin with.
    pub(super) fn prefix(&self, prefix: Option<&BlobKey>) -> String {
        match prefix {
            Some(prefix) => format!("{}{prefix}/", self.folder),
            None => self.folder.clone(),
        }
    }

    /// The object of a key, literally.
    pub(super) fn path(&self, key: &BlobKey) -> Result<Path, BlobError> {
        Path::parse(format!("{}{key}", self.folder)).map_err(|_| self.unusable(key.as_str()))
    }

    /// The object of a key that is to be written: not of a name that is kept for work in progress.
    pub(super) fn path_to_write(&self, key: &BlobKey) -> Result<Path, BlobError> {
        if key.segments().any(is_own_name) {
            return Err(self.unsupported("names that begin with .freehold-; choose another name"));
        }
        self.path(key)
    }

    /// Whether an object of this location is work in progress, by its name.
    pub(super) fn is_own(&self, name: &str) -> bool {
        self.inner(name).split('/').any(is_own_name)
    }

    /// The name of an object of this location below its folder.
    pub(super) fn inner<'name>(&self, name: &'name str) -> &'name str {
        name.strip_prefix(&self.folder).unwrap_or(name)
    }

    /// The key of an object that lies in this location.
    pub(super) fn key(&self, name: &str) -> Result<BlobKey, BlobError> {
        let inner = self.inner(name);
        match (BlobKey::parse(inner), Path::parse(name)) {
            (Ok(key), Ok(_)) => Ok(key),
            (Err(_), _) | (_, Err(_)) => Err(self.unusable(inner)),
        }
    }

    fn unusable(&self, name: &str) -> BlobError {
        BlobError::UnusableName { location: self.root.to_string(), name: name.escape_debug().to_string() }
    }

    pub(super) fn not_found(&self, key: &BlobKey) -> BlobError {
        BlobError::NotFound { location: self.root.to_string(), key: key.clone() }
    }

    pub(super) fn already_exists(&self, key: &BlobKey) -> BlobError {
        BlobError::AlreadyExists { location: self.root.to_string(), key: key.clone() }
    }

    pub(super) fn unsupported(&self, what: &'static str) -> BlobError {
        BlobError::Unsupported { location: self.root.to_string(), what }
    }

    /// The error of a request about one key, in the words of the port.
    pub(super) fn key_error(&self, key: &BlobKey, error: ProviderError) -> BlobError {
        let location = self.root.to_string();
        match error {
            ProviderError { cause: Cause::NotFound, .. } => self.not_found(key),
            ProviderError { cause: Cause::AlreadyExists, .. } => self.already_exists(key),
            ProviderError { cause: Cause::Precondition, .. } => {
                BlobError::VersionMismatch { location, key: key.clone() }
            }
            ProviderError { cause: Cause::PermissionDenied, source } => {
                BlobError::PermissionDenied { location: self.root.join(key).to_string(), source }
            }
            error => self.error(error),
        }
    }

    /// The error of a request about the whole location, in the words of the port.
    pub(super) fn error(&self, error: ProviderError) -> BlobError {
        located_error(&self.root, self.bucket.provider.region(), error)
    }
}

fn is_own_name(segment: &str) -> bool {
    segment.starts_with(OWN_NAMES)
}

/// The error of a request about a location, in the words of the port.
pub(crate) fn located_error(root: &StorageRoot, region: Option<&str>, error: ProviderError) -> BlobError {
    let (location, source) = (root.to_string(), error.source);
    match error.cause {
        Cause::BucketMissing => BlobError::BucketMissing { location },
        Cause::PermissionDenied => BlobError::PermissionDenied { location, source },
        Cause::WrongRegion { actual } => {
            let used = region.unwrap_or("that was used").to_owned();
            BlobError::WrongRegion { location, used, actual }
        }
        Cause::CredentialsRefused { reason } => BlobError::CredentialsRefused { location, reason, source },
        Cause::CredentialsUnusable { reason } => BlobError::CredentialsUnusable { location, reason },
        Cause::ClockSkewed => BlobError::ClockSkewed { location, source },
        Cause::NoSpace => BlobError::NoSpace { location, source },
        Cause::Unavailable | Cause::Conflict => BlobError::Unavailable { location, source },
        Cause::Unsupported => BlobError::Unsupported { location, what: "what was asked of it" },
        Cause::NotFound | Cause::AlreadyExists | Cause::Precondition | Cause::OutOfRange | Cause::Other => {
            BlobError::Backend { location, source }
        }
    }
}
