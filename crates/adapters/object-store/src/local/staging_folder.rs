//! Names for what is not published yet, where a file must have one.
//!
//! They lie in a folder inside the reserved folder, which is removed when it is empty. Whoever uses a name holds a lock
//! on its file, so that what a killed process left there is told from what is in use.

use std::fs::File;
use std::sync::atomic::{AtomicU64, Ordering};

use freehold_domain::RESERVED_DIRECTORY;
use rustix::fs::{AtFlags, Dir, Mode, OFlags};
use rustix::io::Errno;

use super::folders;
use super::location::{Location, Lookup};
use super::status::FileStatus;

const FOLDER: &str = ".freehold-staging";
const ATTEMPTS: usize = 1_000;

static NEXT: AtomicU64 = AtomicU64::new(0);

/// A name that nobody else uses, as no listing shows it. The file of this name, if there still is one, is removed with it.
#[derive(Debug)]
pub(super) struct StagingName {
    folder: StagingFolder,
    name: String,
}

impl StagingName {
    /// Takes a name on the file system of `target`: `make` makes its file.
    pub(super) fn take<T>(
        location: &Location,
        target: &File,
        mut make: impl FnMut(&File, &str) -> Result<T, Errno>,
    ) -> Result<(Self, T), Lookup> {
        for _ in 0..ATTEMPTS {
            let folder = StagingFolder::open(location, target)?;
            let name = fresh_name();
            match make(&folder.folder, &name) {
                Ok(file) => return Ok((Self { folder, name }, file)),
                // Another host's process of the same number has it, or the folder was removed as empty.
                Err(Errno::EXIST | Errno::NOENT) => {}
                Err(errno) => return Err(Lookup::Failed(errno.into())),
            }
        }
        Err(Lookup::Failed(Errno::BUSY.into()))
    }

    pub(super) fn folder(&self) -> &File {
        &self.folder.folder
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for StagingName {
    fn drop(&mut self) {
        match rustix::fs::unlinkat(self.folder(), self.name(), AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => {}
            Err(error) => tracing::warn!(name = self.name, %error, "a staging file stays behind"),
        }
    }
}

fn fresh_name() -> String {
    format!("{FOLDER}-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

#[derive(Debug)]
struct StagingFolder {
    folder: File,
    /// The folder it lies in, unless it is the target's own folder.
    reserved: Option<File>,
}

impl StagingFolder {
    fn open(location: &Location, target: &File) -> Result<Self, Lookup> {
        let reserved = folders::ensure(location, RESERVED_DIRECTORY)?;
        if FileStatus::of(&reserved)?.device != FileStatus::of(target)?.device {
            // Another file system is mounted below the root, and a file cannot be renamed into it from here.
            let folder = target.try_clone().map_err(Lookup::Failed)?;
            return Ok(Self { folder, reserved: None });
        }
        let folder = folders::ensure(location, &format!("{RESERVED_DIRECTORY}/{FOLDER}"))?;
        remove_leftovers(&folder)?;
        Ok(Self { folder, reserved: Some(reserved) })
    }
}

impl Drop for StagingFolder {
    fn drop(&mut self) {
        if let Some(reserved) = &self.reserved {
            // It stays while others use it.
            let _ = rustix::fs::unlinkat(reserved, FOLDER, AtFlags::REMOVEDIR);
        }
    }
}

/// Removes what killed processes left in the staging folder below `reserved`, and the folder if it is empty then.
pub(super) fn clean(reserved: &File) -> Result<(), Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    match rustix::fs::openat(reserved, FOLDER, flags, Mode::empty()) {
        Ok(folder) => remove_leftovers(&folder.into())?,
        Err(Errno::NOENT) => return Ok(()),
        Err(errno) => return Err(errno),
    }
    let _ = rustix::fs::unlinkat(reserved, FOLDER, AtFlags::REMOVEDIR);
    Ok(())
}

/// Removes the files that no process holds a lock on.
fn remove_leftovers(folder: &File) -> Result<(), Errno> {
    for entry in Dir::read_from(folder)? {
        let entry = entry?;
        if !entry.file_name().to_bytes().starts_with(FOLDER.as_bytes()) {
            continue;
        }
        let flags = OFlags::RDWR | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let Ok(file) = rustix::fs::openat(folder, entry.file_name(), flags, Mode::empty()) else { continue };
        // The lock is held until the name is gone: its owner, if it is only just made, waits and then finds that out.
        let file = File::from(file);
        if file.try_lock().is_ok() {
            let _ = rustix::fs::unlinkat(folder, entry.file_name(), AtFlags::empty());
        }
    }
    Ok(())
}
