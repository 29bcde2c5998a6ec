//! Looking for claims below a location: only folders are looked at, whatever their names are made of.

use std::ffi::CStr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::sync::Arc;

use freehold_domain::{BlobKey, RESERVED_DIRECTORY, StoragePath};
use freehold_ports::blobs::{BlobError, BoxStream, Sighting};
use futures_util::stream::{self, StreamExt};
use rustix::fs::{AtFlags, Dir, DirEntry, FileType};
use rustix::io::Errno;

use super::location::{Location, Lookup, open_folder_in};
use super::place::Place;

/// How many entries one job looks at.
const BATCH: u64 = 10_000;

/// How many folders are open at a time; deeper ones wait until these are read.
const MOST_OPEN: usize = 64;

/// The names that a claim may have in its reserved folder.
const CLAIMS: [&CStr; 2] = [c"storage_uid.txt", c"_is_initialized"];

type Found = Vec<Result<Sighting, BlobError>>;

/// Finds the claims below a location, by one job for some thousand entries.
pub(super) fn find(place: &Arc<Place>) -> BoxStream<'static, Result<Sighting, BlobError>> {
    let search =
        Search { place: Arc::clone(place), location: None, waiting: vec![Vec::new()], open: Vec::new() };
    let batches = stream::unfold(Some(search), async |search: Option<Search>| {
        let search = search?;
        let place = Arc::clone(&search.place);
        let job = tokio::task::spawn_blocking(move || search.next_batch());
        let (found, rest) = match job.await {
            Ok(finished) => finished,
            Err(lost) => (vec![Err(place.error(std::io::Error::other(lost)))], None),
        };
        Some((stream::iter(found), rest))
    });
    Box::pin(batches.flatten())
}

/// A search that goes on where it stopped.
struct Search {
    place: Arc<Place>,
    /// Absent until the first batch.
    location: Option<Location>,
    /// Folders to be opened yet, by their paths below the root.
    waiting: Vec<Vec<u8>>,
    open: Vec<OpenFolder>,
}

struct OpenFolder {
    entries: Dir,
    /// Its path below the root; empty for the root itself.
    path: Vec<u8>,
}

impl Search {
    /// Gives what some more entries are, and the rest of the search unless it has ended.
    fn next_batch(mut self) -> (Found, Option<Self>) {
        let (mut found, mut passed) = (Vec::new(), 0);
        let rest = loop {
            match self.step() {
                Ok(Step::Passed) => passed += 1,
                Ok(Step::Claims(claims)) => found.extend(claims.into_iter().map(Ok)),
                Ok(Step::End) => break None,
                Err(error) => {
                    found.push(Err(error));
                    return (found, None);
                }
            }
            if passed == BATCH {
                break Some(self);
            }
        };
        found.push(Ok(Sighting::Passed(passed)));
        (found, rest)
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
                Ok(Step::Passed)
            }
        }
    }

    /// Opens a folder from the root downwards. It may be gone, or have become a link: then nothing is in it.
    fn enter(&mut self, path: Vec<u8>) -> Result<Step, BlobError> {
        let location = match self.location.take().map_or_else(|| Location::open(&self.place), Ok) {
            Ok(location) => self.location.insert(location),
            Err(Lookup::Absent) => return Ok(Step::End),
            Err(lookup) => return Err(self.place.folder_error(lookup)),
        };
        match open_below(location.as_fd(), &path) {
            Ok(folder) => self.read_folder(folder, path),
            Err(errno) => self.closed(errno, &path),
        }
    }

    fn read_folder(&mut self, folder: OwnedFd, path: Vec<u8>) -> Result<Step, BlobError> {
        let entries = Dir::new(folder).map_err(|errno| self.place.error(errno))?;
        self.open.push(OpenFolder { entries, path });
        Ok(Step::Passed)
    }

    fn visit(&mut self, entry: &DirEntry) -> Result<Step, BlobError> {
        let name = entry.file_name();
        if matches!(name.to_bytes(), b"." | b"..") {
            return Ok(Step::Passed);
        }
        let Some(folder) = self.open.last() else { return Ok(Step::Passed) };
        let here = folder.entries.fd().map_err(|errno| self.place.error(errno))?;
        if name.to_bytes() == RESERVED_DIRECTORY.as_bytes() {
            return if folder.path.is_empty() {
                Ok(Step::Passed)
            } else {
                self.claims_in(here, &folder.path)
            };
        }
        let file_type = match entry.file_type() {
            FileType::Unknown => match rustix::fs::statat(here, name, AtFlags::SYMLINK_NOFOLLOW) {
                Ok(stat) => FileType::from_raw_mode(stat.st_mode),
                Err(Errno::NOENT) => return Ok(Step::Passed),
                Err(errno) => return Err(self.place.error(errno)),
            },
            known => known,
        };
        if file_type != FileType::Directory {
            return Ok(Step::Passed);
        }
        let path = joined(&folder.path, name.to_bytes());
        // A root is a path that can be opened by its name, so deeper than that there is none.
        if path.len() > StoragePath::MAXIMUM_LENGTH {
            return Ok(Step::Passed);
        }
        if self.open.len() >= MOST_OPEN {
            self.waiting.push(path);
            return Ok(Step::Passed);
        }
        match open_folder_in(here, name) {
            Ok(inner) => self.read_folder(inner, path),
            Err(errno) => self.closed(errno, &path),
        }
    }

    /// The claims in the reserved folder that lies in the folder at `path`. One that is itself a link, or no folder, is as good as a claim that
    /// cannot be read.
    fn claims_in(&self, folder: BorrowedFd<'_>, path: &[u8]) -> Result<Step, BlobError> {
        let reserved = match open_folder_in(folder, RESERVED_DIRECTORY) {
            Ok(reserved) => reserved,
            Err(Errno::NOENT) => return Ok(Step::Passed),
            Err(Errno::LOOP | Errno::NOTDIR) => return Ok(Step::Claims(vec![sighting(path, CLAIMS[0])])),
            Err(errno) => return self.closed(errno, &joined(path, RESERVED_DIRECTORY.as_bytes())),
        };
        let mut claims = Vec::new();
        for name in CLAIMS {
            match rustix::fs::statat(&reserved, name, AtFlags::SYMLINK_NOFOLLOW) {
                Ok(_) => claims.push(sighting(path, name)),
                Err(Errno::NOENT) => {}
                Err(errno) => return self.closed(errno, &joined(path, RESERVED_DIRECTORY.as_bytes())),
            }
        }
        Ok(if claims.is_empty() { Step::Passed } else { Step::Claims(claims) })
    }

    /// What follows from a folder that could not be opened: gone is gone, and what is closed to us may hold a claim.
    fn closed(&self, errno: Errno, path: &[u8]) -> Result<Step, BlobError> {
        match errno {
            Errno::NOENT | Errno::NOTDIR | Errno::LOOP => Ok(Step::Passed),
            errno => Err(match key(path) {
                Some(key) => self.place.error_at(&key, errno),
                None => self.place.error(errno),
            }),
        }
    }
}

/// What one look at an entry gave.
enum Step {
    Passed,
    Claims(Vec<Sighting>),
    End,
}

/// Opens a folder below another, no component of it through a link.
fn open_below(root: BorrowedFd<'_>, path: &[u8]) -> Result<OwnedFd, Errno> {
    let mut folder = open_folder_in(root, c".")?;
    for name in path.split(|byte| *byte == b'/').filter(|name| !name.is_empty()) {
        folder = open_folder_in(folder.as_fd(), name)?;
    }
    Ok(folder)
}

fn joined(folder: &[u8], name: &[u8]) -> Vec<u8> {
    if folder.is_empty() { name.to_vec() } else { [folder, b"/", name].concat() }
}

fn key(path: &[u8]) -> Option<BlobKey> {
    str::from_utf8(path).ok().and_then(|path| BlobKey::parse(path).ok())
}

fn sighting(folder: &[u8], claim: &CStr) -> Sighting {
    let path = joined(&joined(folder, RESERVED_DIRECTORY.as_bytes()), claim.to_bytes());
    match key(&path) {
        Some(key) => Sighting::Claim(key),
        None => Sighting::ClaimBelowUnusableName(
            std::ffi::OsStr::from_bytes(folder).to_string_lossy().into_owned(),
        ),
    }
}
