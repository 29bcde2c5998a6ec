//! Removing what is left of an emptied location.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::os::fd::AsFd;

use freehold_domain::RESERVED_DIRECTORY;
use freehold_ports::blobs::BlobError;
use rustix::fs::AtFlags;
use rustix::io::Errno;

use super::location::{Location, Lookup, open_folder_in};
use super::place::Place;
use super::{blocking, durability, probe, staging_folder};

/// Removes the reserved folder if it is empty, and then the root if that is. What is absent, or not empty, stays.
///
/// A root stays as well whose parent folder this user may not change: it is somebody else's.
pub(crate) async fn remove_empty(place: Place) -> Result<(), BlobError> {
    let job_place = place.clone();
    blocking::run(&place, move || remove(&job_place)).await
}

fn remove(place: &Place) -> Result<(), BlobError> {
    match Location::open(place) {
        Ok(location) => match remove_reserved_folder(&location) {
            // Somebody is storing something there at this moment.
            Ok(()) | Err(Errno::BUSY) => {}
            Err(errno) => return Err(place.error(errno)),
        },
        Err(Lookup::Absent | Lookup::RootIsNoFolder) => return Ok(()),
        Err(lookup) => return Err(place.folder_error(lookup)),
    }
    match fs::remove_dir(place.path()) {
        Ok(()) => {
            let synced = place.path().parent().map_or(Ok(()), durability::sync_folder_at);
            synced.map_err(|error| place.error(error))
        }
        Err(error) if means_it_stays(&error) => Ok(()),
        Err(error) => Err(place.error(error)),
    }
}

/// A link, a file in its place, or something in it are no errors.
fn remove_reserved_folder(location: &Location) -> Result<(), Errno> {
    let reserved = match open_folder_in(location.as_fd(), RESERVED_DIRECTORY) {
        Ok(reserved) => File::from(reserved),
        Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => return Ok(()),
        Err(errno) => return Err(errno),
    };
    staging_folder::clean(&reserved)?;
    probe::clean(&reserved)?;
    match rustix::fs::unlinkat(location, RESERVED_DIRECTORY, AtFlags::REMOVEDIR) {
        Ok(()) | Err(Errno::NOTEMPTY | Errno::EXIST | Errno::NOENT | Errno::NOTDIR | Errno::BUSY) => Ok(()),
        Err(errno) => Err(errno),
    }
}

fn means_it_stays(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::DirectoryNotEmpty
            | ErrorKind::NotFound
            | ErrorKind::NotADirectory
            | ErrorKind::ResourceBusy
            | ErrorKind::PermissionDenied
            | ErrorKind::ReadOnlyFilesystem
            | ErrorKind::AlreadyExists
    )
}
