//! Making files and folders survive a power cut.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::Path;

use rustix::io::Errno;

use super::location::{Location, Lookup};
use super::split;

/// Makes the names in a folder survive a power cut.
pub(super) fn sync_folder(folder: &File) -> io::Result<()> {
    match folder.sync_all() {
        // Some network file systems cannot sync a folder: their names are durable, or nothing can be done.
        Err(error) if is_one_of(&error, &[Errno::INVAL, Errno::NOTSUP, Errno::BADF]) => Ok(()),
        result => result,
    }
}

/// Makes the names in the folder at `path`, which may lie above the location, survive a power cut.
pub(super) fn sync_folder_at(path: &Path) -> io::Result<()> {
    match File::open(path) {
        Ok(folder) => sync_folder(&folder),
        // A folder that may be gone through and not be read cannot be synced. And one that is gone needs not be.
        Err(error) if matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::NotFound) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Makes the names in the folder at `path`, and those of the folders on the way to it, survive a power cut.
pub(super) fn sync_folders_up(location: &Location, path: &str) -> Result<(), Lookup> {
    let mut path = path;
    loop {
        match location.open_folder(path) {
            Ok(folder) => sync_folder(&folder).map_err(Lookup::Failed)?,
            // Somebody removed it; what was in it is gone.
            Err(Lookup::Absent) => {}
            Err(lookup) => return Err(lookup),
        }
        if path == "." {
            return Ok(());
        }
        (path, _) = split(path);
    }
}

fn is_one_of(error: &io::Error, errnos: &[Errno]) -> bool {
    error.raw_os_error().is_some_and(|code| errnos.iter().any(|errno| errno.raw_os_error() == code))
}
