//! What is at a path, without opening it.

use std::fs::{self, Metadata};
use std::path::Path;
use std::time::UNIX_EPOCH;

use freehold_domain::Timestamp;
use freehold_ports::blobs::Readership;
use freehold_ports::system::{FileEntry, FileError, FileState};

use super::errors;

/// What is at `path`, after symbolic links.
pub(super) fn inspect(path: &Path) -> Result<FileEntry, FileError> {
    let metadata = fs::metadata(path).map_err(|error| errors::at(path, error))?;
    entry(path, &metadata)
}

/// The state of the plain file at `path`.
pub(super) fn file_state(path: &Path, metadata: &Metadata) -> Result<FileState, FileError> {
    match entry(path, metadata)? {
        FileEntry::File(state) => Ok(state),
        FileEntry::Directory => Err(FileError::IsDirectory { path: errors::shown(path) }),
    }
}

fn entry(path: &Path, metadata: &Metadata) -> Result<FileEntry, FileError> {
    if metadata.is_dir() {
        return Ok(FileEntry::Directory);
    }
    if !metadata.is_file() {
        return Err(FileError::Special { path: errors::shown(path) });
    }
    Ok(FileEntry::File(FileState {
        size: metadata.len(),
        modified: modified(metadata).map_err(|error| errors::at(path, error))?,
        inode: inode(metadata),
        readership: readership(metadata),
    }))
}

#[cfg(unix)]
fn readership(metadata: &Metadata) -> Readership {
    use std::os::unix::fs::MetadataExt;
    const OTHERS: u32 = 0o077;
    if metadata.mode() & OTHERS == 0 { Readership::OwnerOnly } else { Readership::Usual }
}

#[cfg(not(unix))]
fn readership(_: &Metadata) -> Readership {
    Readership::Usual
}

/// The time of the last change to the nanosecond. One that a time stamp cannot hold is the nearest that it can.
fn modified(metadata: &Metadata) -> std::io::Result<Timestamp> {
    let time = metadata.modified()?;
    let nearest = match time.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs())
            .ok()
            .and_then(|seconds| Timestamp::from_timestamp(seconds, since.subsec_nanos()))
            .unwrap_or(Timestamp::MAX_UTC),
        Err(before) => {
            let before = before.duration();
            let (whole, rest) = match before.subsec_nanos() {
                0 => (before.as_secs(), 0),
                nanoseconds => (before.as_secs() + 1, 1_000_000_000 - nanoseconds),
            };
            i64::try_from(whole)
                .ok()
                .and_then(|seconds| Timestamp::from_timestamp(-seconds, rest))
                .unwrap_or(Timestamp::MIN_UTC)
        }
    };
    Ok(nearest)
}

#[cfg(unix)]
#[allow(clippy::unnecessary_wraps)]
fn inode(metadata: &Metadata) -> Option<u64> {
    Some(std::os::unix::fs::MetadataExt::ino(metadata))
}

#[cfg(not(unix))]
fn inode(_: &Metadata) -> Option<u64> {
    None
}
