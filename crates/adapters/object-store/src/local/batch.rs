//! Blobs of a batch, which survive a power cut when the store is flushed.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use freehold_ports::blobs::BlobError;

use super::location::Location;
use super::place::Place;
use super::{blocking, durability};

/// Up to so many blobs are synced one by one; more of them by one call for their whole file system.
const FEW: usize = 8;

/// The blobs of a store that are not durable yet.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pending: Mutex<Pending>,
    /// Held from the moment that a flush takes what is pending until that is durable, so that no other flush returns
    /// meanwhile.
    flushing: Arc<tokio::sync::Mutex<FlushHistory>>,
}

#[derive(Debug, Default)]
struct Pending {
    /// The files, while there are few.
    files: Vec<File>,
    /// The folders that they are in.
    folders: BTreeSet<String>,
    more_than_few: bool,
    /// A folder of each file system written to. It was opened before the first of its blobs was written: syncing it
    /// then reports what could not be written back since.
    file_systems: Vec<(u64, File)>,
}

#[derive(Debug, Default)]
struct FlushHistory {
    has_failed: bool,
}

impl Batch {
    /// Takes note of a blob that was published in `parent`, at `folder` on the file system `device`.
    pub(super) fn record(&self, file: File, parent: &File, folder: &str, device: u64) -> io::Result<()> {
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        if pending.file_systems.iter().all(|(known, _)| *known != device) {
            let parent = parent.try_clone()?;
            pending.file_systems.push((device, parent));
        }
        if pending.files.len() == FEW {
            if CAN_SYNC_FILE_SYSTEMS {
                pending.more_than_few = true;
                pending.files.clear();
                pending.folders.clear();
            } else {
                pending.folders.insert(folder.to_owned());
                drop(pending);
                return file.sync_all();
            }
        }
        if !pending.more_than_few {
            pending.files.push(file);
            if !pending.folders.contains(folder) {
                pending.folders.insert(folder.to_owned());
            }
        }
        Ok(())
    }

    /// Makes every recorded blob durable.
    ///
    /// A system that could not write something back reports that once. So one failure stands for every later flush of
    /// the same store: what was recorded before it may be lost.
    pub(super) async fn flush(&self, place: &Arc<Place>) -> Result<(), BlobError> {
        let mut history = Arc::clone(&self.flushing).lock_owned().await;
        if history.has_failed {
            return Err(place.error(io::Error::other(
                "an earlier flush failed, and what was stored before it may be lost; store it again",
            )));
        }
        let pending = std::mem::take(&mut *self.pending.lock().unwrap_or_else(PoisonError::into_inner));
        if pending.file_systems.is_empty() {
            return Ok(());
        }
        let job_place = Arc::clone(place);
        blocking::run(place, move || {
            // Until it is known better, also should this job not come to its end.
            history.has_failed = true;
            pending.sync(&job_place)?;
            history.has_failed = false;
            Ok(())
        })
        .await
    }
}

impl Pending {
    fn sync(self, place: &Place) -> Result<(), BlobError> {
        if self.more_than_few {
            let mut folders = self.file_systems.iter();
            return folders
                .try_for_each(|(_, folder)| sync_file_system(folder))
                .map_err(|error| place.error(error));
        }
        self.files.iter().try_for_each(File::sync_all).map_err(|error| place.error(error))?;
        let location = Location::open(place).map_err(|_| place.error(io::ErrorKind::NotFound))?;
        self.folders.iter().try_for_each(|folder| {
            durability::sync_folders_up(&location, folder).map_err(|lookup| place.folder_error(lookup))
        })
    }
}

#[cfg(target_os = "linux")]
const CAN_SYNC_FILE_SYSTEMS: bool = true;
#[cfg(not(target_os = "linux"))]
const CAN_SYNC_FILE_SYSTEMS: bool = false;

#[cfg(target_os = "linux")]
fn sync_file_system(folder: &File) -> io::Result<()> {
    Ok(rustix::fs::syncfs(folder)?)
}

#[cfg(not(target_os = "linux"))]
fn sync_file_system(folder: &File) -> io::Result<()> {
    durability::sync_folder(folder)
}
