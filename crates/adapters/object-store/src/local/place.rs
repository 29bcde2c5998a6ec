//! Where a local location is, and how its errors are told.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use freehold_domain::{BlobKey, StorageRoot};
use freehold_ports::blobs::BlobError;

use rustix::io::Errno;

use super::location::Lookup;

/// The root of a local location.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    root: StorageRoot,
    path: PathBuf,
}

impl Place {
    /// The place of a local root; none for any other kind of root.
    pub(crate) fn of(root: &StorageRoot) -> Option<Self> {
        root.local_path().map(|path| Self { root: root.clone(), path: path.to_path_buf() })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn not_found(&self, key: &BlobKey) -> BlobError {
        BlobError::NotFound { location: self.root.to_string(), key: key.clone() }
    }

    pub(super) fn already_exists(&self, key: &BlobKey) -> BlobError {
        BlobError::AlreadyExists { location: self.root.to_string(), key: key.clone() }
    }

    pub(super) fn version_mismatch(&self, key: &BlobKey) -> BlobError {
        BlobError::VersionMismatch { location: self.root.to_string(), key: key.clone() }
    }

    pub(super) fn outside(&self, key: &BlobKey) -> BlobError {
        BlobError::OutsideLocation { location: self.root.to_string(), key: key.clone() }
    }

    pub(super) fn not_a_blob(&self, key: &BlobKey) -> BlobError {
        BlobError::NotABlob { location: self.root.to_string(), key: key.clone() }
    }

    pub(super) fn not_a_location(&self, reason: impl Into<String>) -> BlobError {
        BlobError::NotALocation { location: self.root.to_string(), reason: reason.into() }
    }

    pub(super) fn unusable_name(&self, name: impl Into<String>) -> BlobError {
        BlobError::UnusableName { location: self.root.to_string(), name: name.into() }
    }

    pub(super) fn unsupported(&self, what: &'static str) -> BlobError {
        BlobError::Unsupported { location: self.root.to_string(), what }
    }

    /// The error of a call that concerns the whole location.
    pub(super) fn error(&self, error: impl Into<io::Error>) -> BlobError {
        classified(self.root.to_string(), error.into())
    }

    /// The error of a call that concerns one key.
    pub(super) fn error_at(&self, key: &BlobKey, error: impl Into<io::Error>) -> BlobError {
        let error = error.into();
        match error.kind() {
            ErrorKind::NotFound => self.not_found(key),
            ErrorKind::InvalidFilename => self.unsupported("a name as long as this; shorten it"),
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                classified(self.root.join(key).to_string(), error)
            }
            _ => classified(self.root.to_string(), error),
        }
    }

    /// The error of a look-up of one key.
    pub(super) fn lookup_error(&self, key: &BlobKey, lookup: Lookup) -> BlobError {
        match lookup {
            Lookup::Absent => self.not_found(key),
            Lookup::Outside => self.outside(key),
            Lookup::NotPlain => self.not_a_blob(key),
            Lookup::RootIsNoFolder => self.root_is_no_folder(),
            Lookup::Failed(error) => self.error_at(key, error),
        }
    }

    /// The error of a look-up that concerns the whole location, or a folder of it.
    pub(super) fn folder_error(&self, lookup: Lookup) -> BlobError {
        match lookup {
            Lookup::Absent => self.error(ErrorKind::NotFound),
            Lookup::Outside => self.error(Errno::XDEV),
            Lookup::NotPlain => self.error(Errno::LOOP),
            Lookup::RootIsNoFolder => self.root_is_no_folder(),
            Lookup::Failed(error) => self.error(error),
        }
    }

    fn root_is_no_folder(&self) -> BlobError {
        self.not_a_location("it is not a folder")
    }
}

fn classified(location: String, error: io::Error) -> BlobError {
    let kind = error.kind();
    let source = error.into();
    match kind {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            BlobError::PermissionDenied { location, source }
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => BlobError::NoSpace { location, source },
        ErrorKind::TimedOut
        | ErrorKind::StaleNetworkFileHandle
        | ErrorKind::HostUnreachable
        | ErrorKind::NetworkUnreachable
        | ErrorKind::NetworkDown
        | ErrorKind::NotConnected => BlobError::Unavailable { location, source },
        _ => BlobError::Backend { location, source },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn place() -> Place {
        Place::of(&StorageRoot::from_canonical("/data/lab").unwrap()).unwrap()
    }

    #[test]
    fn a_full_disk_and_a_used_up_quota_are_no_space() {
        for errno in [Errno::NOSPC, Errno::DQUOT] {
            assert!(matches!(place().error(errno), BlobError::NoSpace { .. }), "{errno:?}");
        }
    }

    #[test]
    fn refused_access_and_read_only_file_systems_are_permission_denied_at_the_key() {
        for errno in [Errno::ACCESS, Errno::PERM, Errno::ROFS] {
            let error = place().error_at(&BlobKey::claim(), errno);
            assert!(
                matches!(&error, BlobError::PermissionDenied { location, .. } if location == "/data/lab/.lamindb/storage_uid.txt"),
                "{error:?}"
            );
        }
    }

    #[test]
    fn a_network_file_system_that_went_away_is_unavailable() {
        for errno in [Errno::STALE, Errno::TIMEDOUT, Errno::HOSTUNREACH] {
            assert!(matches!(place().error(errno), BlobError::Unavailable { .. }), "{errno:?}");
        }
    }

    #[test]
    fn an_input_output_error_is_the_backends_own() {
        assert!(matches!(place().error(Errno::IO), BlobError::Backend { .. }));
    }
}
