//! Deleting blobs.

use std::collections::BTreeSet;
use std::fs::File;

use freehold_domain::BlobKey;
use freehold_ports::blobs::{BlobError, BlobVersion};
use rustix::fs::AtFlags;
use rustix::io::Errno;

use super::location::{Location, Lookup};
use super::place::Place;
use super::{durability, occupant, split, upload};

/// Deletes blobs; absent ones are success. What was deleted is durable also when there is an error.
///
/// Folders are synced also for absent blobs: whoever deleted them may have been killed before doing so.
pub(super) fn delete(place: &Place, keys: &[BlobKey]) -> Result<(), BlobError> {
    let location = match Location::open(place) {
        Ok(location) => location,
        Err(Lookup::Absent) => return Ok(()),
        Err(lookup) => return Err(place.folder_error(lookup)),
    };
    let mut folders = BTreeSet::new();
    let mut parent: Option<(&str, File)> = None;
    let mut deleted = Ok(());
    for key in keys {
        let (folder, name) = split(key.as_str());
        if parent.as_ref().is_none_or(|(known, _)| *known != folder) {
            parent = match location.open_folder(folder) {
                Ok(opened) => Some((folder, opened)),
                Err(Lookup::Absent) => continue,
                Err(lookup) => {
                    deleted = Err(place.lookup_error(key, lookup));
                    break;
                }
            };
        }
        let Some((_, parent)) = &parent else { continue };
        folders.insert(folder);
        if let Err(error) = unlink(place, key, &location, parent, name) {
            deleted = Err(error);
            break;
        }
    }
    for folder in folders {
        let synced = location
            .open_folder(folder)
            .and_then(|folder| durability::sync_folder(&folder).map_err(Lookup::Failed));
        match synced {
            Ok(()) | Err(Lookup::Absent) => {}
            Err(lookup) => return deleted.and(Err(place.folder_error(lookup))),
        }
    }
    deleted
}

fn unlink(
    place: &Place,
    key: &BlobKey,
    location: &Location,
    parent: &File,
    name: &str,
) -> Result<(), BlobError> {
    // Held until the name is gone: nobody replaces the content meanwhile and sees the replacement deleted.
    let occupant = occupant::lock(parent, name)
        .map_err(|lookup| upload::refused(place, key, lookup, location, parent, name))?;
    match occupant.map(|_held| rustix::fs::unlinkat(parent, name, AtFlags::empty())) {
        None | Some(Ok(()) | Err(Errno::NOENT)) => Ok(()),
        Some(Err(errno)) => Err(place.error_at(key, errno)),
    }
}

/// Deletes a blob if it is still in version `expected`; an absent one is success.
pub(super) fn remove(place: &Place, key: &BlobKey, expected: &BlobVersion) -> Result<(), BlobError> {
    let (folder, name) = split(key.as_str());
    let opened = Location::open(place).and_then(|location| Ok((location.open_folder(folder)?, location)));
    let (parent, location) = match opened {
        Ok(opened) => opened,
        Err(Lookup::Absent) => return Ok(()),
        Err(lookup) => return Err(place.lookup_error(key, lookup)),
    };
    let occupant = occupant::lock(&parent, name)
        .map_err(|lookup| upload::refused(place, key, lookup, &location, &parent, name))?;
    if let Some(occupant) = occupant {
        let _lock = occupant.lock.map_err(|error| upload::cannot_lock(place, key, error))?;
        if occupant.status.version() != *expected {
            return Err(place.version_mismatch(key));
        }
        rustix::fs::unlinkat(&parent, name, AtFlags::empty()).map_err(|errno| place.error_at(key, errno))?;
    }
    durability::sync_folder(&parent).map_err(|error| place.error_at(key, error))
}
