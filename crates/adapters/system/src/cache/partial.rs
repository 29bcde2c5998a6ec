//! Files that are being written. Each is locked by its writer, so that one without a lock is a dead process's.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::path::Path;

use tempfile::NamedTempFile;

use super::folders;
use crate::file_identity::has_name;

const PREFIX: &str = "keeping-";
const SUFFIX: &str = ".partial";

/// How often a beginning that others' cleaning disturbs is repeated.
const ATTEMPTS: usize = 100;

/// Makes a locked file in the folder, which is made if need be. Dropped, it is gone.
pub(super) fn begin(folder: &Path) -> io::Result<NamedTempFile> {
    for _ in 0..ATTEMPTS {
        folders::make_inner(folder)?;
        let mut builder = tempfile::Builder::new();
        let file = match builder.prefix(PREFIX).suffix(SUFFIX).tempfile_in(folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            made => made?,
        };
        match file.as_file().try_lock() {
            Ok(()) if has_name(file.as_file(), file.path())? => return Ok(file),
            // Somebody took it for a leftover before it was locked.
            Ok(()) | Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Err(io::Error::new(ErrorKind::ResourceBusy, "a new file in the cache does not stay"))
}

/// Removes what processes that are dead were writing. What cannot be looked at stays.
pub(super) fn remove_dead(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let is_ours = name.to_str().is_some_and(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX));
        if is_ours && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            // It is somebody's work, or a leftover that the next one may be able to remove.
            drop(remove_if_dead(&entry.path()));
        }
    }
}

fn remove_if_dead(path: &Path) -> io::Result<()> {
    let file = open(path)?;
    match file.try_lock() {
        // Unless it has the name no more, and another file may.
        Ok(()) if has_name(&file, path)? => fs::remove_file(path),
        Ok(()) | Err(TryLockError::WouldBlock) => Ok(()),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Opens for writing because some network file systems lock no others.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags.cast_signed());
    }
    options.open(path)
}
