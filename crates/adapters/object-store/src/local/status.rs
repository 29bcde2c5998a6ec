//! What the system says of a file.

use std::os::fd::AsFd;
use std::time::{Duration, SystemTime};

use freehold_domain::{BlobKey, Timestamp};
use freehold_ports::blobs::{BlobMetadata, BlobVersion, Readership};
use rustix::fs::{FileType, Stat};

/// A time of a file: seconds since 1970 and nanoseconds.
pub(super) type FileTime = (i64, u32);

/// What the system says of a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct FileStatus {
    pub(super) file_type: FileType,
    pub(super) device: u64,
    pub(super) inode: u64,
    pub(super) size: u64,
    /// When the content was last written.
    pub(super) modified: FileTime,
    /// When anything about the file was last changed.
    changed: FileTime,
    readership: Readership,
}

impl FileStatus {
    pub(super) fn of(file: impl AsFd) -> rustix::io::Result<Self> {
        rustix::fs::fstat(file).map(|stat| Self::from(&stat))
    }

    pub(super) fn is_file(&self) -> bool {
        self.file_type == FileType::RegularFile
    }

    /// Whether both are one file, whatever its content.
    pub(super) fn is_same_file(&self, other: &Self) -> bool {
        (self.device, self.inode) == (other.device, other.inode)
    }

    /// Whether the content of this file is what it was. A file that lost its name meanwhile still has its content.
    pub(super) fn has_same_content(&self, other: &Self) -> bool {
        self.is_same_file(other) && (self.size, self.modified) == (other.size, other.modified)
    }

    /// The version of the content.
    ///
    /// Whoever writes a file in place moves its times. This crate never writes in place: the file that replaces
    /// another has another inode and, by [`Staged::stamp_after`](super::staged::Staged::stamp_after), a later time, so
    /// that no version of a key comes back.
    pub(super) fn version(&self) -> BlobVersion {
        let Self { inode, size, modified, changed, .. } = self;
        BlobVersion(format!(
            "{inode:x}-{size:x}-{:x}.{:x}-{:x}.{:x}",
            modified.0, modified.1, changed.0, changed.1
        ))
    }

    /// Who may read the file.
    pub(super) fn readership(&self) -> Readership {
        self.readership
    }

    pub(super) fn metadata(&self, key: &BlobKey) -> BlobMetadata {
        BlobMetadata {
            key: key.clone(),
            size: self.size,
            version: self.version(),
            entity_tag: None,
            modified: Timestamp::from_timestamp(self.modified.0, self.modified.1).unwrap_or_default(),
            readership: self.readership,
        }
    }
}

impl From<&Stat> for FileStatus {
    // The types of these fields differ from system to system.
    #[allow(clippy::cast_sign_loss, clippy::cast_possible_truncation, clippy::unnecessary_cast)]
    fn from(stat: &Stat) -> Self {
        Self {
            file_type: FileType::from_raw_mode(stat.st_mode),
            readership: readership(stat.st_mode as u32),
            device: stat.st_dev as u64,
            inode: stat.st_ino as u64,
            size: stat.st_size as u64,
            modified: (stat.st_mtime as i64, stat.st_mtime_nsec as u32),
            changed: (stat.st_ctime as i64, stat.st_ctime_nsec as u32),
        }
    }
}

/// Who may read a file with this mode.
fn readership(mode: u32) -> Readership {
    const OTHERS: u32 = 0o077;
    if mode & OTHERS == 0 { Readership::OwnerOnly } else { Readership::Usual }
}

/// The time as `File::set_modified` takes it.
pub(super) fn system_time((seconds, nanoseconds): FileTime) -> SystemTime {
    let whole = Duration::from_secs(seconds.unsigned_abs());
    let base = if seconds < 0 { SystemTime::UNIX_EPOCH - whole } else { SystemTime::UNIX_EPOCH + whole };
    base + Duration::from_nanos(u64::from(nanoseconds))
}
