//! An opened root, and looking things up below it without ever leaving it.

mod beneath;
mod components;

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags};
use rustix::io::Errno;

use super::place::Place;
use super::status::FileStatus;

/// Opens a name only to say what is there, where the system can do that without opening the thing itself.
#[cfg(target_os = "linux")]
const LOOK: OFlags = OFlags::PATH;
#[cfg(not(target_os = "linux"))]
const LOOK: OFlags = OFlags::RDONLY.union(OFlags::NONBLOCK).union(OFlags::NOCTTY);

/// Why a name could not be looked up.
#[derive(Debug)]
pub(super) enum Lookup {
    /// Nothing is there, or the location itself is absent.
    Absent,
    /// A symbolic link leads out of the location.
    Outside,
    /// There is something, but no plain file.
    NotPlain,
    /// The location's root is something else than a folder.
    RootIsNoFolder,
    /// The system reports something else.
    Failed(io::Error),
}

impl From<Errno> for Lookup {
    fn from(errno: Errno) -> Self {
        match errno {
            // A name that is too long cannot be anybody's.
            Errno::NOENT | Errno::NOTDIR | Errno::NAMETOOLONG => Self::Absent,
            Errno::XDEV => Self::Outside,
            // Links in a circle, a socket, a pipe that nobody reads.
            Errno::LOOP | Errno::NXIO | Errno::NODEV => Self::NotPlain,
            other => Self::Failed(other.into()),
        }
    }
}

/// The opened root of a location.
#[derive(Debug)]
pub(super) struct Location(OwnedFd);

impl Location {
    pub(super) fn open(place: &Place) -> Result<Self, Lookup> {
        let flags = LOOK | OFlags::DIRECTORY | OFlags::CLOEXEC;
        match rustix::fs::openat(CWD, place.path(), flags, Mode::empty()) {
            Ok(root) => Ok(Self(root)),
            Err(Errno::NOTDIR) => Err(Self::why_not_a_folder(place)),
            Err(errno) => Err(errno.into()),
        }
    }

    /// A file above the root makes the location absent; a file in its place makes it no location.
    fn why_not_a_folder(place: &Place) -> Lookup {
        if place.path().symlink_metadata().is_ok() { Lookup::RootIsNoFolder } else { Lookup::Absent }
    }

    /// What is at `path`, after symbolic links that stay in the location.
    pub(super) fn status(&self, path: &str) -> Result<FileStatus, Lookup> {
        let found = beneath::open(self.0.as_fd(), path, LOOK)?;
        Ok(FileStatus::of(found)?)
    }

    /// Opens the plain file at `path` for reading. Anything else is not opened.
    pub(super) fn open_file(&self, path: &str) -> Result<(File, FileStatus), Lookup> {
        if !self.status(path)?.is_file() {
            return Err(Lookup::NotPlain);
        }
        // Should it have become a pipe since: without waiting for a writer.
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY;
        let file = File::from(beneath::open(self.0.as_fd(), path, flags)?);
        let status = FileStatus::of(&file)?;
        if status.is_file() { Ok((file, status)) } else { Err(Lookup::NotPlain) }
    }

    /// Whether a symbolic link on the way to `path`, or at it, leads to nothing.
    pub(super) fn has_dangling_link(&self, path: &str) -> bool {
        let is_link = |path: &str| {
            rustix::fs::statat(&self.0, path, AtFlags::SYMLINK_NOFOLLOW)
                .is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::Symlink)
        };
        let ends = path.match_indices('/').map(|(end, _)| end).chain([path.len()]);
        let mut prefixes = ends.filter_map(|end| path.get(..end));
        prefixes.any(|prefix| is_link(prefix) && matches!(self.status(prefix), Err(Lookup::Absent)))
    }

    /// Opens the folder at `path`, after symbolic links that stay in the location.
    pub(super) fn open_folder(&self, path: &str) -> Result<File, Lookup> {
        Ok(beneath::open(self.0.as_fd(), path, OFlags::RDONLY | OFlags::DIRECTORY)?.into())
    }

    /// Opens the folder at `path` unless it, or one on the way to it, is a symbolic link: that gives none.
    pub(super) fn open_folder_without_links(&self, path: &str) -> Result<Option<OwnedFd>, Lookup> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY;
        match beneath::open_without_links(self.0.as_fd(), path, flags) {
            Err(Errno::LOOP) => {
                self.status(path)?;
                Ok(None)
            }
            found => Ok(Some(found?)),
        }
    }
}

/// Opens the folder `name` in `folder` unless it is a symbolic link.
pub(super) fn open_folder_in(folder: BorrowedFd<'_>, name: impl rustix::path::Arg) -> Result<OwnedFd, Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    rustix::fs::openat(folder, name, flags, Mode::empty())
}

impl AsFd for Location {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
