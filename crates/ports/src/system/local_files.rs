//! Files of this machine that are no storage location: what a user saves from, and writes to.

use std::fmt::Debug;
use std::io;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use freehold_domain::{Surroundings, Timestamp};

use crate::blobs::{BoxStream, ByteStream, Readership};

/// What tells whether a file was changed: compared for equality, never ordered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileState {
    /// Size in bytes.
    pub size: u64,
    /// When it was last written.
    pub modified: Timestamp,
    /// The file's number in its file system, where there is one.
    pub inode: Option<u64>,
    /// Who may read it.
    pub readership: Readership,
}

/// What is at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileEntry {
    /// A plain file.
    File(FileState),
    /// A folder.
    Directory,
}

/// One thing met on a walk through a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WalkEntry {
    /// A plain file.
    File {
        /// Its whole path.
        path: PathBuf,
        /// Its path below the folder, `/`-separated.
        relative: String,
        /// Its state when it was met.
        state: FileState,
    },
    /// A symbolic link that leads out of the folder, or nowhere. It was not followed.
    SkippedLink {
        /// Its whole path.
        path: PathBuf,
    },
    /// A pipe, socket or device. It was not opened.
    SkippedSpecial {
        /// Its whole path.
        path: PathBuf,
    },
}

/// Why a file of this machine could not be used.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// Nothing is there.
    #[error("there is no file or folder at {path}")]
    NotFound {
        /// The path.
        path: String,
    },
    /// Neither a plain file nor a folder: a pipe, socket or device.
    #[error("{path} is neither a plain file nor a folder")]
    Special {
        /// The path.
        path: String,
    },
    /// A folder where a file is meant.
    #[error("{path} is a folder, and a file is needed")]
    IsDirectory {
        /// The path.
        path: String,
    },
    /// A name that is not UTF-8, which a key must be.
    #[error("the name of {path} is not UTF-8; rename it")]
    NotUtf8 {
        /// The path, made printable.
        path: String,
    },
    /// The symbolic links on the way form a loop.
    #[error("the symbolic links at {path} form a loop")]
    LinkLoop {
        /// The path.
        path: String,
    },
    /// Access is refused.
    #[error("permission denied at {path}")]
    PermissionDenied {
        /// The path.
        path: String,
    },
    /// The file was changed while it was read.
    #[error("{path} was changed while it was read; save it again when nobody writes to it")]
    Changed {
        /// The path.
        path: String,
    },
    /// The file to write is there already.
    #[error("{path} is already there")]
    AlreadyExists {
        /// The path.
        path: String,
    },
    /// Anything else that the system reports.
    #[error("{path} cannot be used")]
    Io {
        /// The path.
        path: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// Files of this machine that are no storage location: what a user saves from, and writes to.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait LocalFiles: Debug + Send + Sync {
    /// Gives what relative paths and `~` are resolved against.
    fn surroundings(&self) -> Result<Surroundings, FileError>;

    /// Gives the one spelling of an absolute path: symbolic links are resolved as far as it exists.
    ///
    /// # Errors
    /// `LinkLoop`, `NotUtf8`, `PermissionDenied`.
    async fn resolve(&self, path: &Path) -> Result<PathBuf, FileError>;

    /// Says what is at `path`, after symbolic links.
    ///
    /// # Errors
    /// `NotFound`, `Special`, `LinkLoop`, `PermissionDenied`.
    async fn inspect(&self, path: &Path) -> Result<FileEntry, FileError>;

    /// Walks through a folder and everything below it, in the order of names. Folders named `.lamindb` are left out. A symbolic link is followed
    /// if it leads to a plain file below the same folder, and skipped otherwise.
    ///
    /// # Errors
    /// The stream ends with the first error: `NotUtf8`, `PermissionDenied`, `NotFound`.
    fn walk(&self, directory: &Path) -> BoxStream<'static, Result<WalkEntry, FileError>>;

    /// Reads the file at `path`, which must be in `expected` state from the first byte to the last. Nothing that is not a plain file is ever
    /// opened.
    ///
    /// # Errors
    /// `NotFound`, `PermissionDenied`, `Special`, `IsDirectory`, `Changed`; the stream ends with an [`io::Error`] around `Changed` when the file is
    /// in another state at its end.
    async fn read(&self, path: &Path, expected: &FileState) -> Result<ByteStream, FileError>;

    /// Writes a file: to a temporary name beside it, synced, then renamed. Gives its size in bytes. Folders are not made.
    ///
    /// # Atomicity
    /// `path` has the whole content, or what it had before.
    ///
    /// # Errors
    /// `AlreadyExists` unless `overwrite`; `NotFound` when the folder is absent; `Io` with the stream's own error inside when `body` fails.
    async fn write(&self, path: &Path, body: ByteStream, overwrite: bool) -> Result<u64, FileError>;
}
