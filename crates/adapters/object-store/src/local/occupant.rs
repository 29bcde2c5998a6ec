//! The file that has a name now, locked against everybody else who would change what has that name.
//!
//! The lock lies on the file itself: who waits for it finds, once it is free, that the name has passed to another file,
//! and begins again with that one. So there is no lock file, and nothing to clean up.

use std::fs::File;
use std::io::{self, ErrorKind};

use rustix::fs::{AtFlags, FileType, Mode, OFlags};
use rustix::io::Errno;

use super::location::Lookup;
use super::status::FileStatus;

/// The file that has a name, and keeps it until this value is dropped, as far as others ask for the lock.
#[derive(Debug)]
pub(super) struct Occupant {
    pub(super) status: FileStatus,
    /// The lock, or why there is none.
    pub(super) lock: io::Result<File>,
}

/// Locks the plain file `name` in `parent`, if there is one; waits for others who have it locked.
pub(super) fn lock(parent: &File, name: &str) -> Result<Option<Occupant>, Lookup> {
    loop {
        let Some(before) = status(parent, name)? else { return Ok(None) };
        if !before.is_file() {
            return Err(Lookup::NotPlain);
        }
        let file = match open(parent, name) {
            Ok(file) => file,
            Err(Errno::NOENT | Errno::LOOP) => continue,
            Err(errno) => return Ok(Some(Occupant { status: before, lock: Err(errno.into()) })),
        };
        if let Err(error) = wait_for_lock(&file) {
            return Ok(Some(Occupant { status: before, lock: Err(error) }));
        }
        let of_file = FileStatus::of(&file)?;
        if status(parent, name)?.is_some_and(|after| after.is_same_file(&of_file)) {
            return Ok(Some(Occupant { status: of_file, lock: Ok(file) }));
        }
    }
}

fn status(parent: &File, name: &str) -> Result<Option<FileStatus>, Lookup> {
    match rustix::fs::statat(parent, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) => Ok(Some(FileStatus::from(&stat))),
        Err(Errno::NOENT | Errno::NAMETOOLONG) => Ok(None),
        Err(errno) => Err(Lookup::Failed(errno.into())),
    }
}

/// Opens for writing where it may, because some network file systems lock no others.
fn open(parent: &File, name: &str) -> Result<File, Errno> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    match rustix::fs::openat(parent, name, OFlags::RDWR | flags, Mode::empty()) {
        Err(Errno::ACCESS | Errno::PERM | Errno::ROFS | Errno::TXTBSY) => {
            Ok(rustix::fs::openat(parent, name, OFlags::RDONLY | flags, Mode::empty())?.into())
        }
        opened => Ok(opened?.into()),
    }
}

fn wait_for_lock(file: &File) -> io::Result<()> {
    loop {
        match file.lock() {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// Whether `name` is a symbolic link, which is never gone through to change what it leads to.
pub(super) fn is_link(parent: &File, name: &str) -> bool {
    status(parent, name)
        .is_ok_and(|status| status.is_some_and(|status| status.file_type == FileType::Symlink))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::fs;

    #[test]
    fn who_waited_for_a_file_that_lost_its_name_locks_the_one_that_has_it() {
        let ground = tempfile::tempdir().unwrap();
        let parent = File::open(ground.path()).unwrap();
        let (path, next) = (ground.path().join("blob"), ground.path().join("next"));
        fs::write(&path, "former").unwrap();
        fs::write(&next, "latter").unwrap();
        let former = File::open(&path).unwrap();
        former.lock().unwrap();
        let waiting = std::thread::spawn(move || lock(&parent, "blob").unwrap().unwrap());
        let inode = FileStatus::of(&former).unwrap().inode;
        while !somebody_waits_for(inode) {
            std::thread::yield_now();
        }
        fs::rename(&next, &path).unwrap();
        former.unlock().unwrap();
        let found = waiting.join().unwrap();
        let named = FileStatus::of(File::open(&path).unwrap()).unwrap();
        assert!(found.status.is_same_file(&named));
        assert!(File::open(&path).unwrap().try_lock().is_err());
    }

    /// The system lists who waits with an arrow, and the file as device and number.
    fn somebody_waits_for(inode: u64) -> bool {
        let locks = fs::read_to_string("/proc/locks").unwrap();
        locks.lines().any(|line| line.contains("->") && line.contains(&format!(":{inode} ")))
    }
}
