//! A file whose lock says that somebody is alive.
//!
//! The file gets its name only when it is locked already, so nobody ever sees a live one unlocked. It loses its name only to
//! who holds its lock, so no live one is ever removed.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::file_identity::has_name;

/// How often a beginning that others' cleaning disturbs is repeated.
const ATTEMPTS: usize = 100;

/// What the names of files end with that are not locked yet.
const UNBORN: &str = ".new";

/// The lock file of one session, whether it exists or not.
#[derive(Debug)]
pub(super) struct LockFile {
    folder: PathBuf,
    path: PathBuf,
}

impl LockFile {
    pub(super) fn new(folder: PathBuf, name: &OsStr) -> Self {
        Self { path: folder.join(name), folder }
    }

    /// Makes the file and locks it. Gives nothing when somebody else has it locked.
    pub(super) fn begin(self) -> io::Result<Option<Session>> {
        for _ in 0..ATTEMPTS {
            match fs::create_dir(&self.folder) {
                Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
                _ => {}
            }
            remove_dead_files(&self.folder);
            let Some(unborn) = locked_file_in(&self.folder)? else { continue };
            match unborn.persist_noclobber(&self.path) {
                Ok(file) => return Ok(Some(Session { file, lock: self })),
                Err(error) => match error.error.kind() {
                    ErrorKind::AlreadyExists if self.is_held()? => return Ok(None),
                    // A dead session's file, which is gone now; or somebody took ours for one of those.
                    ErrorKind::AlreadyExists | ErrorKind::NotFound => {}
                    _ => return Err(error.error),
                },
            }
        }
        Err(io::Error::new(ErrorKind::ResourceBusy, "the folder of session locks does not stay"))
    }

    /// Whether somebody has the file locked. A file that nobody has locked is removed.
    pub(super) fn is_held(&self) -> io::Result<bool> {
        while let Some(file) = open(&self.path)? {
            match file.try_lock() {
                Err(TryLockError::WouldBlock) => return Ok(true),
                Err(TryLockError::Error(error)) => return Err(error),
                Ok(()) => {}
            }
            // Unless it has the name no more, and another file may.
            if has_name(&file, &self.path)? {
                // Where it cannot be removed it is dead all the same.
                drop(fs::remove_file(&self.path));
                return Ok(false);
            }
        }
        Ok(false)
    }
}

/// A session that is alive.
#[derive(Debug)]
pub(super) struct Session {
    /// Locked until it is closed, which is after its name is gone.
    #[expect(dead_code, reason = "it is held for its lock")]
    file: File,
    lock: LockFile,
}

impl Drop for Session {
    fn drop(&mut self) {
        // A file that stays is unlocked at once, and removed by whoever comes across it.
        drop(fs::remove_file(&self.lock.path));
        drop(fs::remove_dir(&self.lock.folder));
    }
}

/// Makes a locked file under a name that means nothing. Gives nothing when the folder was removed, or the file taken for a
/// leftover, meanwhile.
fn locked_file_in(folder: &Path) -> io::Result<Option<tempfile::NamedTempFile>> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".").suffix(UNBORN);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Who shares the registry must be able to look at the lock; the user's mask still applies.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let unborn = match builder.tempfile_in(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        made => made?,
    };
    match unborn.as_file().try_lock() {
        Ok(()) => Ok(Some(unborn)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Removes the files of sessions that ended without doing so. What cannot be looked at stays.
fn remove_dead_files(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        let is_ours = path.extension().is_some_and(|extension| extension == "lock" || extension == "new");
        if is_ours {
            // Whether it is held is of no interest here, only that it is gone if it is not.
            drop(LockFile { folder: folder.to_path_buf(), path }.is_held());
        }
    }
}

/// Opens for writing where it may, because some network file systems lock no others.
fn open(path: &Path) -> io::Result<Option<File>> {
    let opened = match OpenOptions::new().read(true).write(true).open(path) {
        Err(error) if matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem) => {
            File::open(path)
        }
        opened => opened,
    };
    match opened {
        Ok(file) => Ok(Some(file)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error),
    }
}
