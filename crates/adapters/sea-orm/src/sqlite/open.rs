//! Registries are made and opened.

use std::fs;
use std::io;
use std::path::Path;

use freehold_ports::persistence::PersistenceError;

use super::identity::{self, Identity};
use super::place::Place;
use super::pool::Purpose;
use super::read_only::ReadOnlyFile;
use super::writable::WritableFile;
use crate::persistence::error::unavailable;

/// Opens the registry at `place` for writing, and makes it if there is none.
pub(crate) async fn create(place: &Place) -> Result<WritableFile, PersistenceError> {
    if place.exists()? && !place.is_empty_file()? {
        let place = place.of_a_database()?;
        place.require_one_name()?;
        identity::inspect(&place).await?;
        return writable(&place, Purpose::Create).await;
    }
    let folder = place.path().parent().unwrap_or(Path::new("/")).to_owned();
    let made = make_folder(&folder).map_err(|error| {
        place.not_writable(format!("the folder {} cannot be made: {error}", folder.display()))
    })?;
    let folder = fs::canonicalize(folder).map_err(unavailable)?;
    let place = place.in_folder(&folder);
    let file = WritableFile::open(&place, Purpose::Create).await.map_err(|error| match error {
        // The folder is there, so it is the place that cannot be written.
        PersistenceError::Unavailable { source } => {
            tracing::debug!(%source, "the database cannot be made");
            PersistenceError::ReadOnly
        }
        other => other,
    })?;
    tokio::task::spawn_blocking(move || sync_folders(&folder, made)).await.map_err(unavailable)?;
    Ok(file)
}

/// Opens the registry that is at `place` for writing.
pub(crate) async fn for_writing(place: &Place) -> Result<WritableFile, PersistenceError> {
    let place = place.of_a_database()?;
    place.require_one_name()?;
    if let Some(Identity::Empty) = identity::inspect(&place).await? {
        return Err(place.not_a_registry("the database is empty"));
    }
    writable(&place, Purpose::Write).await
}

/// Opens the registry that is at `place` for reading.
pub(crate) async fn for_reading(place: &Place) -> Result<ReadOnlyFile, PersistenceError> {
    ReadOnlyFile::open(place.of_a_database()?).await
}

async fn writable(place: &Place, purpose: Purpose) -> Result<WritableFile, PersistenceError> {
    match WritableFile::open(place, purpose).await {
        Err(PersistenceError::Unavailable { source }) => match identity::inspect(place).await {
            // It can be read, so it is its folder that cannot be written.
            Ok(Some(_)) => {
                tracing::debug!(%source, "the database cannot be written");
                Err(PersistenceError::ReadOnly)
            }
            Ok(None) | Err(_) => Err(PersistenceError::Unavailable { source }),
        },
        opened => opened,
    }
}

/// Makes a folder and those above it, and says how many there were to make.
fn make_folder(folder: &Path) -> io::Result<usize> {
    let missing = folder.ancestors().take_while(|folder| !folder.exists()).count();
    fs::create_dir_all(folder)?;
    Ok(missing)
}

/// Makes the names of a new file, and of the folders that were made for it, survive a power cut, where folders can be synced.
fn sync_folders(folder: &Path, made: usize) {
    for folder in folder.ancestors().take(made + 1) {
        if let Err(error) = fs::File::open(folder).and_then(|folder| folder.sync_all()) {
            tracing::debug!(%error, folder = %folder.display(), "the folder was not synced");
        }
    }
}
