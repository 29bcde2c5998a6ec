//! What the system says, as the port tells it.

use std::io::{self, ErrorKind};
use std::path::Path;

use freehold_ports::system::FileError;

/// The port's error for what the system said about `path`.
pub(super) fn at(path: &Path, source: io::Error) -> FileError {
    let shown = shown(path);
    match source.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => FileError::NotFound { path: shown },
        ErrorKind::PermissionDenied => FileError::PermissionDenied { path: shown },
        ErrorKind::IsADirectory => FileError::IsDirectory { path: shown },
        ErrorKind::AlreadyExists => FileError::AlreadyExists { path: shown },
        _ if is_link_loop(&source) => FileError::LinkLoop { path: shown },
        _ => FileError::Io { path: shown, source },
    }
}

/// The path, made printable.
pub(super) fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// The path as text.
pub(super) fn utf8(path: &Path) -> Result<&str, FileError> {
    path.to_str().ok_or_else(|| FileError::NotUtf8 { path: shown(path) })
}

#[cfg(unix)]
pub(super) fn is_link_loop(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error())
}

#[cfg(not(unix))]
pub(super) fn is_link_loop(_: &io::Error) -> bool {
    false
}
