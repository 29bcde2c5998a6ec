//! Listing the blobs of a location, however many there are.

use std::os::fd::OwnedFd;
use std::sync::Arc;

use freehold_domain::BlobKey;
use freehold_ports::blobs::{BlobError, BlobMetadata, BoxStream};
use futures_util::stream::{self, StreamExt};
use rustix::fs::{AtFlags, Dir, DirEntry, FileType};
use rustix::io::Errno;

use super::folders;
use super::location::{Location, Lookup};
use super::place::Place;
use super::status::FileStatus;

/// How many blobs one job finds.
const BATCH: usize = 1_000;

/// How many folders are open at a time; deeper ones wait until these are read.
const MOST_OPEN: usize = 64;

/// What one job finds.
pub(super) type Found = Vec<Result<BlobMetadata, BlobError>>;

/// Lists the blobs below `prefix`, found by one job for each thousand.
pub(super) fn list(
    place: &Arc<Place>,
    prefix: Option<&BlobKey>,
) -> BoxStream<'static, Result<BlobMetadata, BlobError>> {
    let walk = Walk::new(Arc::clone(place), prefix);
    let batches = stream::unfold(Some(walk), async |walk: Option<Walk>| {
        let walk = walk?;
        let place = Arc::clone(&walk.place);
        let job = tokio::task::spawn_blocking(move || walk.next_batch());
        let (found, rest) = match job.await {
            Ok(finished) => finished,
            Err(lost) => (vec![Err(place.error(std::io::Error::other(lost)))], None),
        };
        Some((stream::iter(found), rest))
    });
    Box::pin(batches.flatten())
}

/// Lists the first blobs below `prefix` at once.
pub(super) fn list_now(place: &Arc<Place>, prefix: &BlobKey) -> Found {
    Walk::new(Arc::clone(place), Some(prefix)).next_batch().0
}

/// A walk through a location that goes on where it stopped.
#[derive(Debug)]
struct Walk {
    place: Arc<Place>,
    /// Absent until the first batch.
    location: Option<Location>,
    /// Folders to be opened yet, as keys; the root is the empty text.
    waiting: Vec<String>,
    open: Vec<OpenFolder>,
}

struct OpenFolder {
    entries: Dir,
    /// What the keys of its blobs begin with: empty, or ending in a slash.
    prefix: String,
}

impl std::fmt::Debug for OpenFolder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("OpenFolder").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

impl Walk {
    fn new(place: Arc<Place>, prefix: Option<&BlobKey>) -> Self {
        let start = prefix.map_or_else(String::new, ToString::to_string);
        Self { place, location: None, waiting: vec![start], open: Vec::new() }
    }

    /// Gives some more blobs, and the rest of the walk unless it has ended.
    fn next_batch(mut self) -> (Found, Option<Self>) {
        let mut found = Vec::with_capacity(BATCH);
        while found.len() < BATCH {
            match self.step() {
                Ok(Step::Blob(blob)) => found.push(Ok(blob)),
                Ok(Step::Nothing) => {}
                Ok(Step::End) => return (found, None),
                Err(error) => {
                    found.push(Err(error));
                    return (found, None);
                }
            }
        }
        (found, Some(self))
    }

    fn step(&mut self) -> Result<Step, BlobError> {
        let Some(folder) = self.open.last_mut() else {
            return match self.waiting.pop() {
                Some(path) => self.enter(path),
                None => Ok(Step::End),
            };
        };
        match folder.entries.read() {
            Some(Ok(entry)) => self.visit(&entry),
            Some(Err(errno)) => Err(self.place.error(errno)),
            None => {
                self.open.pop();
                Ok(Step::Nothing)
            }
        }
    }

    /// Opens a folder from the root downwards. It may be gone, or have become a link: then nothing is in it.
    fn enter(&mut self, path: String) -> Result<Step, BlobError> {
        let location = match self.location.take().map_or_else(|| Location::open(&self.place), Ok) {
            Ok(location) => self.location.insert(location),
            Err(Lookup::Absent) => return Ok(Step::End),
            Err(lookup) => return Err(self.place.folder_error(lookup)),
        };
        let below = if path.is_empty() { "." } else { &path };
        match location.open_folder_without_links(below) {
            Ok(Some(folder)) => self.read_folder(folder, path),
            Ok(None) | Err(Lookup::Absent | Lookup::NotPlain) => Ok(Step::Nothing),
            Err(lookup) => Err(match BlobKey::parse(&path) {
                Ok(key) => self.place.lookup_error(&key, lookup),
                Err(_) => self.place.folder_error(lookup),
            }),
        }
    }

    fn read_folder(&mut self, folder: OwnedFd, path: String) -> Result<Step, BlobError> {
        let entries = Dir::new(folder).map_err(|errno| self.place.error(errno))?;
        let prefix = if path.is_empty() { path } else { path + "/" };
        self.open.push(OpenFolder { entries, prefix });
        Ok(Step::Nothing)
    }

    fn visit(&mut self, entry: &DirEntry) -> Result<Step, BlobError> {
        let name = entry.file_name();
        if matches!(name.to_bytes(), b"." | b"..") {
            return Ok(Step::Nothing);
        }
        let Some(folder) = self.open.last() else { return Ok(Step::Nothing) };
        let of_folder = folder.entries.fd().map_err(|errno| self.place.error(errno))?;
        let mut file_type = entry.file_type();
        let mut status = None;
        if matches!(file_type, FileType::RegularFile | FileType::Unknown) {
            match rustix::fs::statat(of_folder, name, AtFlags::SYMLINK_NOFOLLOW) {
                Ok(stat) => {
                    let found = FileStatus::from(&stat);
                    file_type = found.file_type;
                    status = Some(found);
                }
                // Somebody removed it meanwhile.
                Err(Errno::NOENT) => return Ok(Step::Nothing),
                Err(errno) => return Err(self.place.error(errno)),
            }
        }
        if !matches!(file_type, FileType::RegularFile | FileType::Directory) {
            return Ok(Step::Nothing);
        }
        let Ok(name) = name.to_str() else {
            let name = format!("{}{}", folder.prefix, name.to_string_lossy());
            return Err(self.place.unusable_name(name));
        };
        if folders::is_own_name(name) {
            return Ok(Step::Nothing);
        }
        let path = format!("{}{name}", folder.prefix);
        match status.filter(FileStatus::is_file) {
            Some(status) => match BlobKey::parse(&path) {
                Ok(key) => Ok(Step::Blob(status.metadata(&key))),
                Err(_) => Err(self.place.unusable_name(path)),
            },
            None => self.descend(name, path),
        }
    }

    fn descend(&mut self, name: &str, path: String) -> Result<Step, BlobError> {
        let folder = self.open.last().filter(|_| self.open.len() < MOST_OPEN);
        let Some(folder) = folder else {
            self.waiting.push(path);
            return Ok(Step::Nothing);
        };
        let of_folder = folder.entries.fd().map_err(|errno| self.place.error(errno))?;
        match super::location::open_folder_in(of_folder, name) {
            Ok(inner) => self.read_folder(inner, path),
            // It became something else meanwhile.
            Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => Ok(Step::Nothing),
            Err(errno) => match BlobKey::parse(&path) {
                Ok(key) => Err(self.place.error_at(&key, errno)),
                Err(_) => Err(self.place.error(errno)),
            },
        }
    }
}

/// What one look at a folder gave.
enum Step {
    Blob(BlobMetadata),
    Nothing,
    End,
}
