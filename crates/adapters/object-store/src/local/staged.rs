//! A file that is being written, and has no name that anybody sees.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::time::{Duration, SystemTime};

use rustix::fs::{AtFlags, CWD, Mode, OFlags};
use rustix::io::Errno;

use super::location::{Location, Lookup};
use super::staging_folder::StagingName;
use super::status::{FileStatus, FileTime, system_time};

const MODE: Mode = Mode::from_raw_mode(0o666);

/// A file that is being written. Dropped before it is published, it leaves nothing.
///
/// Where the system can, it has no name at all until it is published: then a killed process leaves nothing either.
#[derive(Debug)]
pub(super) struct Staged {
    file: File,
    name: Option<StagingName>,
}

impl Staged {
    /// Begins a file on the file system of the folder `parent`.
    pub(super) fn begin(location: &Location, parent: &File) -> Result<Self, Lookup> {
        match without_a_name(parent)? {
            Some(file) => Ok(Self { file, name: None }),
            None => Self::with_a_name(location, parent),
        }
    }

    fn with_a_name(location: &Location, parent: &File) -> Result<Self, Lookup> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let (name, file) = StagingName::take(location, parent, |folder, name| {
            let file = File::from(rustix::fs::openat(folder, name, flags, MODE)?);
            hold(&file);
            // Whoever cleans up may have been faster than the lock.
            if rustix::fs::fstat(&file)?.st_nlink == 0 { Err(Errno::NOENT) } else { Ok(file) }
        })?;
        Ok(Self { file, name: Some(name) })
    }

    /// Lets nobody but the owner read the file.
    pub(super) fn restrict_to_owner(&self) -> io::Result<()> {
        use std::os::unix::fs::PermissionsExt;
        self.file.set_permissions(std::fs::Permissions::from_mode(0o600))
    }

    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// Gives the file a time of its own, later than that of the file it replaces, if it replaces one.
    ///
    /// The system's own times are coarse, and numbers of deleted files are given out again: without this, two contents
    /// that follow one another quickly could look like one version.
    pub(super) fn stamp_after(&self, former: Option<FileTime>) -> io::Result<()> {
        let Some(former) = former.map(system_time) else { return self.file.set_modified(SystemTime::now()) };
        let steps = [1, 1_000, 1_000_000, 1_000_000_000, 2_000_000_000].map(Duration::from_nanos);
        for step in steps {
            self.file.set_modified(SystemTime::now().max(former + step))?;
            // Some file systems keep whole seconds only.
            if self.file.metadata()?.modified()? > former {
                break;
            }
        }
        Ok(())
    }

    /// Publishes the file as `name` in `parent`, or fails with [`Errno::EXIST`] when the name is taken.
    pub(super) fn create(&mut self, parent: &File, name: &str) -> Result<(), Errno> {
        match self.name.take() {
            None => link_descriptor(&self.file, parent, name),
            Some(staging) => match rename_new(&staging, parent, name) {
                Ok(()) => {
                    self.release();
                    Ok(())
                }
                Err(errno) => {
                    self.name = Some(staging);
                    Err(errno)
                }
            },
        }
    }

    /// Publishes the file as `name` in `parent`, in place of what has that name.
    pub(super) fn replace(&mut self, location: &Location, parent: &File, name: &str) -> Result<(), Lookup> {
        let staging = if let Some(staging) = self.name.take() {
            staging
        } else {
            hold(&self.file);
            let link = |folder: &File, name: &str| link_descriptor(&self.file, folder, name);
            StagingName::take(location, parent, link)?.0
        };
        rustix::fs::renameat(staging.folder(), staging.name(), parent, name)
            .map_err(|errno| Lookup::Failed(errno.into()))?;
        self.release();
        Ok(())
    }

    /// Lets go of the lock that guards a staging name: on a published file it would hold up others.
    fn release(&self) {
        drop(self.file.unlock());
    }

    pub(super) fn status(&self) -> Result<FileStatus, Errno> {
        FileStatus::of(&self.file)
    }

    pub(super) fn into_file(self) -> File {
        self.file
    }
}

/// Marks the file as in use. Where the file system knows no locks, nobody takes it for a leftover either.
fn hold(file: &File) {
    drop(file.lock());
}

/// Begins a file that has no name, where the file system and the system can give it one later.
#[cfg(target_os = "linux")]
fn without_a_name(parent: &File) -> Result<Option<File>, Errno> {
    static DESCRIPTORS_HAVE_PATHS: std::sync::LazyLock<bool> =
        std::sync::LazyLock::new(|| std::path::Path::new("/proc/self/fd").is_dir());
    if !*DESCRIPTORS_HAVE_PATHS {
        return Ok(None);
    }
    match rustix::fs::openat(parent, c".", OFlags::RDWR | OFlags::TMPFILE | OFlags::CLOEXEC, MODE) {
        Ok(file) => Ok(Some(file.into())),
        Err(Errno::OPNOTSUPP | Errno::ISDIR | Errno::INVAL) => Ok(None),
        // What ext4 says of a folder that was removed meanwhile.
        Err(Errno::PERM) if rustix::fs::fstat(parent)?.st_nlink == 0 => Err(Errno::NOENT),
        Err(errno) => Err(errno),
    }
}

#[cfg(not(target_os = "linux"))]
fn without_a_name(_: &File) -> Result<Option<File>, Errno> {
    Ok(None)
}

fn link_descriptor(file: &File, parent: &File, name: &str) -> Result<(), Errno> {
    let path = format!("/proc/self/fd/{}", file.as_raw_fd());
    rustix::fs::linkat(CWD, path, parent, name, AtFlags::SYMLINK_FOLLOW)
}

/// Renames to a name that must be free.
fn rename_new(staging: &StagingName, parent: &File, name: &str) -> Result<(), Errno> {
    #[cfg(any(target_os = "linux", target_vendor = "apple"))]
    {
        let flags = rustix::fs::RenameFlags::NOREPLACE;
        match rustix::fs::renameat_with(staging.folder(), staging.name(), parent, name, flags) {
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {}
            result => return result,
        }
    }
    // The staging name goes when it is dropped.
    rustix::fs::linkat(staging.folder(), staging.name(), parent, name, AtFlags::empty())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::local::Place;
    use freehold_domain::StorageRoot;
    use std::fs;
    use std::io::Write;

    fn ground() -> (tempfile::TempDir, Location, File) {
        let ground = tempfile::tempdir().unwrap();
        let root = StorageRoot::from_canonical(ground.path().to_str().unwrap()).unwrap();
        let location = Location::open(&Place::of(&root).unwrap()).unwrap();
        let parent = File::open(ground.path()).unwrap();
        (ground, location, parent)
    }

    /// Both ways of staging, whatever this machine's file system would choose.
    fn both(location: &Location, parent: &File) -> Vec<Staged> {
        let named = Staged::with_a_name(location, parent).unwrap();
        let chosen = Staged::begin(location, parent).unwrap();
        vec![named, chosen]
    }

    #[test]
    fn a_dropped_file_leaves_nothing() {
        let (ground, location, parent) = ground();
        for mut staged in both(&location, &parent) {
            staged.file.write_all(b"partial").unwrap();
            drop(staged);
        }
        assert!(!ground.path().join(".lamindb/.freehold-staging").exists());
    }

    #[test]
    fn creation_is_exclusive_and_leaves_no_staging_name() {
        let (ground, location, parent) = ground();
        for (number, mut staged) in both(&location, &parent).into_iter().enumerate() {
            staged.file.write_all(b"whole").unwrap();
            let name = format!("blob{number}");
            staged.create(&parent, &name).unwrap();
            assert_eq!(fs::read(ground.path().join(&name)).unwrap(), b"whole");
            for mut other in both(&location, &parent) {
                assert_eq!(other.create(&parent, &name), Err(Errno::EXIST));
            }
            drop(staged);
        }
        assert!(!ground.path().join(".lamindb/.freehold-staging").exists());
    }

    #[test]
    fn replacing_leaves_no_staging_name_and_no_lock() {
        let (ground, location, parent) = ground();
        let blob = ground.path().join("blob");
        for mut staged in both(&location, &parent) {
            fs::write(&blob, "former").unwrap();
            staged.file.write_all(b"latter").unwrap();
            staged.replace(&location, &parent, "blob").unwrap();
            assert_eq!(fs::read(&blob).unwrap(), b"latter");
            assert!(File::open(&blob).unwrap().try_lock().is_ok());
        }
        assert!(!ground.path().join(".lamindb/.freehold-staging").exists());
    }

    #[test]
    fn what_a_killed_process_left_is_removed_and_what_is_in_use_is_not() {
        let (ground, location, parent) = ground();
        let in_use = Staged::with_a_name(&location, &parent).unwrap();
        let folder = ground.path().join(".lamindb/.freehold-staging");
        fs::write(folder.join(".freehold-staging-1-1"), "left").unwrap();
        drop(Staged::with_a_name(&location, &parent).unwrap());
        let names: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, [in_use.name.as_ref().unwrap().name()]);
    }

    #[test]
    fn a_stamp_is_later_than_that_of_the_file_it_replaces_also_when_that_is_in_the_future() {
        let (_ground, location, parent) = ground();
        let staged = Staged::begin(&location, &parent).unwrap();
        let future = (4_000_000_000, 999_999_999);
        staged.stamp_after(Some(future)).unwrap();
        assert!(staged.status().unwrap().modified > future);
    }
}
