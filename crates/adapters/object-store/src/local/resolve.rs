//! The one spelling of a local root.

use std::ffi::OsString;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Component, Path, PathBuf};

use freehold_domain::StorageRoot;
use freehold_ports::blobs::BlobError;
use rustix::io::Errno;

use super::place::Place;
use super::{blocking, entry_names};

/// How many symbolic links that lead nowhere as yet are followed, as Linux has it.
const MOST_LINKS: usize = 40;

/// Gives the one spelling of a root: symbolic links are resolved as far as the path exists. Changes nothing.
pub(crate) async fn resolve(place: Place) -> Result<StorageRoot, BlobError> {
    let job_place = place.clone();
    blocking::run(&place, move || resolve_now(&job_place)).await
}

fn resolve_now(place: &Place) -> Result<StorageRoot, BlobError> {
    let path = spelling(place.path()).map_err(|error| refusal(place, error))?;
    match fs::symlink_metadata(&path) {
        Ok(found) if !found.is_dir() => return Err(place.not_a_location("it is not a folder")),
        Err(error) if error.kind() == ErrorKind::NotADirectory => {
            return Err(place.not_a_location("a part of its path is a file"));
        }
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(refusal(place, error)),
    }
    let Some(text) = path.to_str() else {
        return Err(
            place.not_a_location(format!("it leads to {}, and names must be UTF-8", path.to_string_lossy()))
        );
    };
    StorageRoot::from_canonical(text).map_err(|error| place.not_a_location(error.to_string()))
}

fn refusal(place: &Place, error: io::Error) -> BlobError {
    match error.kind() {
        ErrorKind::InvalidFilename => {
            place.not_a_location("its path, or a name in it, is too long for the file system")
        }
        _ if error.raw_os_error() == Some(Errno::LOOP.raw_os_error()) => {
            place.not_a_location("its symbolic links form a loop")
        }
        _ => place.error(error),
    }
}

/// The path without symbolic links and with names as their folders have them, as far as it exists. A link that leads to nothing yet counts as what it leads to: the
/// place is the same one before and after it is made.
fn spelling(path: &Path) -> io::Result<PathBuf> {
    let mut existing = path.to_path_buf();
    let mut absent: Vec<OsString> = Vec::new();
    let mut followed = 0;
    loop {
        match existing.canonicalize() {
            Ok(resolved) => {
                let mut resolved = entry_names::as_listed(&resolved);
                resolved.extend(absent.iter().rev());
                return Ok(resolved);
            }
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
            Err(error) => return Err(error),
        }
        let parent = existing.parent().unwrap_or(Path::new("/")).to_path_buf();
        if let Ok(target) = existing.read_link() {
            followed += 1;
            if followed > MOST_LINKS {
                return Err(Errno::LOOP.into());
            }
            existing = parent.join(target);
            continue;
        }
        match existing.components().next_back() {
            Some(Component::Normal(name)) => absent.push(name.to_os_string()),
            // In the target of a link, behind what does not exist: taken by the text.
            Some(Component::ParentDir) => {
                existing = parent.parent().unwrap_or(Path::new("/")).to_path_buf();
                continue;
            }
            _ => return Ok(existing),
        }
        existing = parent;
    }
}
