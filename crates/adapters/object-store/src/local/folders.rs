//! Folders that are made on the way to a blob.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use freehold_domain::BlobKey;
use freehold_ports::blobs::BlobError;
use rustix::fs::{AtFlags, Mode};
use rustix::io::Errno;

use super::durability;
use super::location::{Location, Lookup};
use super::place::Place;
use super::{OWN_NAMES, split};

/// How often a folder that somebody else removes at the same time is made again.
const ATTEMPTS: usize = 100;

/// Opens the location and the folder at `path` in it, and makes what is absent of them. A new root survives a power cut.
pub(super) fn open_made(place: &Place, path: &str) -> Result<(Location, fs::File), Lookup> {
    for _ in 0..ATTEMPTS {
        let location = match Location::open(place) {
            Err(Lookup::Absent) => {
                make_with_ancestors(place.path()).map_err(Lookup::Failed)?;
                continue;
            }
            opened => opened?,
        };
        match ensure(&location, path) {
            // Somebody removed the emptied location at the same time.
            Err(Lookup::Absent) => {}
            ensured => return ensured.map(|folder| (location, folder)),
        }
    }
    Err(Lookup::Failed(Errno::BUSY.into()))
}

fn make_with_ancestors(root: &Path) -> io::Result<()> {
    let absent: Vec<&Path> = root.ancestors().take_while(|path| path.symlink_metadata().is_err()).collect();
    for folder in absent.iter().rev() {
        match fs::create_dir(folder) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            // Somebody removed an ancestor at the same time: the caller begins again.
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        }
        if let Some(parent) = folder.parent() {
            durability::sync_folder_at(parent)?;
        }
    }
    if absent.is_empty() && !root.is_dir() {
        return Err(io::Error::new(
            ErrorKind::NotADirectory,
            "the root is a symbolic link that leads nowhere",
        ));
    }
    Ok(())
}

/// Opens the folder at `path` below the location's root, and makes what is absent of it. It is absent only when the root, or a
/// folder just made, was removed meanwhile.
pub(super) fn ensure(location: &Location, path: &str) -> Result<fs::File, Lookup> {
    match location.open_folder(path) {
        Err(Lookup::Absent) => {}
        found => return found,
    }
    let ends = path.match_indices('/').map(|(end, _)| end).chain([path.len()]);
    let mut folder = location.open_folder(".")?;
    for end in ends {
        folder = ensure_inside(location, &folder, &path[..end])?;
    }
    Ok(folder)
}

fn ensure_inside(location: &Location, parent: &fs::File, path: &str) -> Result<fs::File, Lookup> {
    let (_, name) = split(path);
    for _ in 0..ATTEMPTS {
        match location.open_folder(path) {
            Err(Lookup::Absent) => {}
            found => return found,
        }
        match rustix::fs::mkdirat(parent, name, Mode::from_raw_mode(0o777)) {
            Err(Errno::EXIST) if is_no_folder(parent, name) => {
                return Err(Lookup::Failed(Errno::NOTDIR.into()));
            }
            Ok(()) | Err(Errno::EXIST) => {}
            Err(Errno::NOENT) => return Err(Lookup::Absent),
            Err(errno) => return Err(Lookup::Failed(errno.into())),
        }
    }
    Err(Lookup::Failed(io::Error::new(ErrorKind::ResourceBusy, format!("the folder {path} does not stay"))))
}

fn is_no_folder(parent: &fs::File, name: &str) -> bool {
    let status = rustix::fs::statat(parent, name, AtFlags::SYMLINK_NOFOLLOW);
    status.is_ok_and(|status| !rustix::fs::FileType::from_raw_mode(status.st_mode).is_dir())
}

/// Refuses a key that would lie among this crate's work in progress, where no listing finds it.
pub(super) fn refuse_own_names(place: &Place, key: &BlobKey) -> Result<(), BlobError> {
    if key.segments().any(is_own_name) {
        return Err(place.unsupported("names that begin with .freehold-; choose another name"));
    }
    Ok(())
}

/// Whether a file or folder of this name is this crate's work in progress.
pub(super) fn is_own_name(name: &str) -> bool {
    name.starts_with(OWN_NAMES)
}
