//! Walking through a folder, however much is in it.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use freehold_domain::RESERVED_DIRECTORY;
use freehold_ports::blobs::BoxStream;
use freehold_ports::system::{FileEntry, FileError, FileState, WalkEntry};
use futures_util::stream::{self, StreamExt};
use walkdir::{DirEntry, WalkDir};

use super::{errors, state};

/// How many entries one job finds.
const BATCH: usize = 512;

type Found = Vec<Result<WalkEntry, FileError>>;

/// Walks through a folder in the order of names.
pub(super) fn walk(directory: PathBuf) -> BoxStream<'static, Result<WalkEntry, FileError>> {
    let batches = stream::unfold(Some(Walk::Waiting(directory)), async |walk| {
        let walk: Walk = walk?;
        let (found, rest) = match tokio::task::spawn_blocking(move || walk.next_batch()).await {
            Ok(finished) => finished,
            Err(lost) => (vec![Err(errors::at(Path::new(""), io::Error::other(lost)))], None),
        };
        Some((stream::iter(found), rest))
    });
    Box::pin(batches.flatten())
}

/// A walk that goes on where it stopped.
enum Walk {
    Waiting(PathBuf),
    Begun(Box<Begun>),
}

struct Begun {
    directory: PathBuf,
    /// The directory without symbolic links: what links may lead to must lie below it.
    canonical: PathBuf,
    entries: walkdir::IntoIter,
}

impl Walk {
    /// Gives some more entries, and the rest of the walk unless it has ended.
    fn next_batch(self) -> (Found, Option<Self>) {
        let mut begun = match self {
            Self::Begun(begun) => begun,
            Self::Waiting(directory) => match Begun::new(directory) {
                Ok(begun) => Box::new(begun),
                Err(error) => return (vec![Err(error)], None),
            },
        };
        let mut found = Vec::new();
        while found.len() < BATCH {
            let Some(entry) = begun.entries.next() else { return (found, None) };
            match begun.visit(entry) {
                Ok(None) => {}
                Ok(Some(entry)) => found.push(Ok(entry)),
                Err(error) => {
                    found.push(Err(error));
                    return (found, None);
                }
            }
        }
        (found, Some(Self::Begun(begun)))
    }
}

impl Begun {
    fn new(directory: PathBuf) -> Result<Self, FileError> {
        match state::inspect(&directory)? {
            FileEntry::Directory => {}
            FileEntry::File(_) => {
                let source = io::Error::new(ErrorKind::NotADirectory, "it is a file, and a folder is needed");
                return Err(FileError::Io { path: errors::shown(&directory), source });
            }
        }
        let canonical = fs::canonicalize(&directory).map_err(|error| errors::at(&directory, error))?;
        let entries = WalkDir::new(&directory).min_depth(1).sort_by_file_name().into_iter();
        Ok(Self { directory, canonical, entries })
    }

    fn visit(&mut self, entry: walkdir::Result<DirEntry>) -> Result<Option<WalkEntry>, FileError> {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => return self.refusal(error).map_or(Ok(None), Err),
        };
        let path = entry.path();
        let file_type = entry.file_type();
        if file_type.is_dir() {
            if entry.file_name() == RESERVED_DIRECTORY {
                self.entries.skip_current_dir();
            } else {
                errors::utf8(Path::new(entry.file_name()))
                    .map_err(|_| FileError::NotUtf8 { path: errors::shown(path) })?;
            }
            return Ok(None);
        }
        if file_type.is_symlink() {
            return match self.state_behind_link(path) {
                Some(state) => self.file(path, state).map(Some),
                None => Ok(Some(WalkEntry::SkippedLink { path: path.to_path_buf() })),
            };
        }
        if !file_type.is_file() {
            return Ok(Some(WalkEntry::SkippedSpecial { path: path.to_path_buf() }));
        }
        let metadata = match fs::symlink_metadata(path) {
            // Somebody removed it meanwhile.
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            found => found.map_err(|error| errors::at(path, error))?,
        };
        self.file(path, state::file_state(path, &metadata)?).map(Some)
    }

    fn file(&self, path: &Path, state: FileState) -> Result<WalkEntry, FileError> {
        let below = path.strip_prefix(&self.directory).unwrap_or(path);
        let names: Option<Vec<&str>> = below.iter().map(OsStr::to_str).collect();
        let names = names.ok_or_else(|| FileError::NotUtf8 { path: errors::shown(path) })?;
        Ok(WalkEntry::File { path: path.to_path_buf(), relative: names.join("/"), state })
    }

    /// The state of the plain file below this directory that a link leads to. A link that leads anywhere else has none.
    fn state_behind_link(&self, link: &Path) -> Option<FileState> {
        let target = fs::canonicalize(link).ok()?;
        let below = target.strip_prefix(&self.canonical).ok()?;
        if below.iter().any(|name| name == RESERVED_DIRECTORY) {
            return None;
        }
        state::file_state(&target, &fs::symlink_metadata(&target).ok()?).ok()
    }

    /// Why an entry cannot be visited; nothing when somebody removed it meanwhile.
    fn refusal(&self, error: walkdir::Error) -> Option<FileError> {
        let path = error.path().unwrap_or(&self.directory).to_path_buf();
        let was_removed =
            error.depth() > 0 && error.io_error().is_some_and(|error| error.kind() == ErrorKind::NotFound);
        let source = error.into_io_error().unwrap_or_else(|| io::Error::other("the links form a loop"));
        (!was_removed).then(|| errors::at(&path, source))
    }
}
