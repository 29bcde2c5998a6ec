//! The machine's files, on the same disk as its storage locations.

mod links;
mod walk;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use freehold_domain::Surroundings;
use freehold_ports::blobs::{BoxStream, ByteStream, Readership};
use freehold_ports::system::{FileEntry, FileError, FileState, LocalFiles, WalkEntry};
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::MemoryBlobStores;
use crate::volumes::{Address, Content, Oddity, State, Volumes};

/// Where the user's home is until told otherwise.
const HOME: &str = "/home/ada";

/// The machine's files, on a disk of their own or on that of the storage locations.
///
/// Clones share their files. Paths are absolute, or relative to the current directory, which is `/home/ada` until told
/// otherwise.
///
/// ```
/// use std::path::Path;
///
/// use freehold_domain::StorageRoot;
/// use freehold_memory::{MemoryBlobStores, MemoryFiles};
///
/// let stores = MemoryBlobStores::new();
/// let files = MemoryFiles::beside(&stores);
/// files.put(Path::new("/data/raw/plate1.csv"), "1,2\n");
/// let keys = stores.keys(&StorageRoot::from_canonical("/data")?);
/// assert_eq!(keys, ["raw/plate1.csv".parse()?]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct MemoryFiles {
    volumes: Volumes,
    surroundings: Arc<Mutex<Surroundings>>,
}

impl Default for MemoryFiles {
    fn default() -> Self {
        Self::beside(&MemoryBlobStores::new())
    }
}

impl fmt::Debug for MemoryFiles {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("MemoryFiles")
            .field("surroundings", &self.surroundings)
            .finish_non_exhaustive()
    }
}

impl MemoryFiles {
    /// Files on a disk of their own.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Files on the disk of these storage locations: what is put into a local location is a file, and the other way round.
    #[must_use]
    pub fn beside(stores: &MemoryBlobStores) -> Self {
        let home = Surroundings { current_directory: HOME.to_owned(), home: Some(HOME.to_owned()) };
        let files = Self { volumes: stores.volumes().clone(), surroundings: Arc::new(Mutex::new(home)) };
        files.make_folder(Path::new(HOME));
        files
    }

    /// Changes what relative paths and `~` are resolved against.
    pub fn set_surroundings(&self, surroundings: Surroundings) {
        *self.surroundings.lock().unwrap_or_else(PoisonError::into_inner) = surroundings;
    }

    /// Puts a file at `path`, in place of what is there, and makes the folders on the way. A name that is not UTF-8 is kept as
    /// one that cannot be used.
    pub fn put(&self, path: &Path, bytes: impl Into<Bytes>) {
        match path.to_str() {
            Some(text) => {
                self.volumes.lock().put(&self.address(text), bytes.into());
            }
            None => self.put_oddity(path, Oddity::UnusableName),
        }
    }

    /// Makes a folder at `path`, and those on the way.
    pub fn make_folder(&self, path: &Path) {
        let address = self.address(&path.to_string_lossy());
        self.volumes.lock().volume_mut(&address).make_folder(address.path());
    }

    /// Puts a symbolic link at `path`. Its target is absolute or relative to the link's folder, and need not exist.
    pub fn link(&self, path: &Path, target: &Path) {
        self.put_oddity(path, Oddity::Link(target.to_string_lossy().into_owned()));
    }

    /// Puts a pipe, socket or device at `path`.
    pub fn put_special(&self, path: &Path) {
        self.put_oddity(path, Oddity::Special);
    }

    /// Takes the right to read a file, or to look into a folder, away, or gives it back. It concerns these files and not the
    /// storage locations on the same disk.
    pub fn set_unreadable(&self, path: &Path, is_unreadable: bool) {
        let address = self.address(&path.to_string_lossy());
        self.volumes.lock().volume_mut(&address).set_unreadable(address.path(), is_unreadable);
    }

    /// Removes the file, link or special at `path` and says whether there was one.
    #[must_use = "a path that nothing was at is likely a mistake"]
    pub fn remove(&self, path: &Path) -> bool {
        let address = self.address(&path.to_string_lossy());
        self.volumes.lock().volume_mut(&address).remove(address.path())
    }

    /// The bytes of the file at exactly `path`; symbolic links are not followed.
    #[must_use]
    pub fn content(&self, path: &Path) -> Option<Bytes> {
        let address = self.address(&path.to_string_lossy());
        self.volumes.lock().content(&address).map(Content::bytes).cloned()
    }

    fn put_oddity(&self, path: &Path, oddity: Oddity) {
        let address = self.address(&path.to_string_lossy());
        self.volumes.lock().volume_mut(&address).put_oddity(address.path(), oddity);
    }

    /// The absolute form of a path.
    fn absolute(&self, path: &str) -> String {
        if path.starts_with('/') {
            return path.to_owned();
        }
        let surroundings = self.surroundings.lock().unwrap_or_else(PoisonError::into_inner);
        format!("{}/{path}", surroundings.current_directory)
    }

    /// Where a path leads by its text alone.
    fn address(&self, path: &str) -> Address {
        Address::on_disk(links::normalize(&self.absolute(path)))
    }

    /// Where a path leads after all symbolic links.
    fn follow(&self, state: &State, path: &Path) -> Result<Address, FileError> {
        let text = path.to_str().ok_or_else(|| FileError::NotUtf8 { path: shown(path) })?;
        match links::follow(state, &self.absolute(text)) {
            Some(address) => Ok(address),
            None => Err(FileError::LinkLoop { path: shown(path) }),
        }
    }

    /// Where a file is to be written: under its own name in the folder that the rest of the path leads to.
    fn place_to_write(&self, state: &State, path: &Path, overwrite: bool) -> Result<Address, FileError> {
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(FileError::IsDirectory { path: shown(path) });
        };
        let name = name.to_str().ok_or_else(|| FileError::NotUtf8 { path: shown(path) })?;
        let folder = self.follow(state, folder)?;
        let address = Address::on_disk(links::normalize(&format!("{}/{name}", folder.path())));
        let volume = state.volume(&address).filter(|volume| volume.is_folder(folder.path()));
        let volume = volume.ok_or_else(|| FileError::NotFound { path: shown(path) })?;
        if state.is_read_only(&address) || volume.is_out_of_reach(address.path()) {
            return Err(FileError::PermissionDenied { path: shown(path) });
        }
        let is_taken = volume.content(address.path()).is_some() || volume.is_no_file(address.path());
        match (is_taken, overwrite) {
            (true, false) => Err(FileError::AlreadyExists { path: shown(path) }),
            (true, true) if volume.is_folder(address.path()) => {
                Err(FileError::IsDirectory { path: shown(path) })
            }
            (true | false, true) | (false, false) => Ok(address),
        }
    }
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn file_state(content: &Content) -> FileState {
    FileState {
        size: content.size(),
        modified: content.modified(),
        inode: Some(content.version()),
        readership: Readership::Usual,
    }
}

/// What is at an address; the path is for messages.
fn entry(state: &State, address: &Address, path: &Path) -> Result<FileEntry, FileError> {
    let not_found = || FileError::NotFound { path: shown(path) };
    let at = address.path();
    let volume = state.volume(address).ok_or_else(not_found)?;
    if volume.is_out_of_reach(at) {
        return Err(FileError::PermissionDenied { path: shown(path) });
    }
    match (volume.content(at), volume.oddity(at)) {
        (Some(content), _) => Ok(FileEntry::File(file_state(content))),
        (None, Some(Oddity::Special)) => Err(FileError::Special { path: shown(path) }),
        (None, Some(Oddity::UnusableName)) => Err(FileError::NotUtf8 { path: shown(path) }),
        (None, Some(Oddity::Link(_)) | None) if volume.is_folder(at) => Ok(FileEntry::Directory),
        (None, Some(Oddity::Link(_)) | None) => Err(not_found()),
    }
}

/// The content of the file at an address, if it is in `expected` state.
fn load(state: &State, address: &Address, path: &Path, expected: &FileState) -> Result<Content, FileError> {
    match entry(state, address, path)? {
        FileEntry::Directory => Err(FileError::IsDirectory { path: shown(path) }),
        FileEntry::File(found) if found == *expected => {
            let is_unreadable =
                state.volume(address).is_some_and(|volume| volume.is_unreadable(address.path()));
            match state.content(address) {
                Some(content) if !is_unreadable => Ok(content.clone()),
                Some(_) => Err(FileError::PermissionDenied { path: shown(path) }),
                None => Err(FileError::NotFound { path: shown(path) }),
            }
        }
        FileEntry::File(_) => Err(FileError::Changed { path: shown(path) }),
    }
}

#[async_trait]
impl LocalFiles for MemoryFiles {
    fn surroundings(&self) -> Result<Surroundings, FileError> {
        Ok(self.surroundings.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    async fn resolve(&self, path: &Path) -> Result<PathBuf, FileError> {
        let address = self.follow(&self.volumes.lock(), path)?;
        Ok(PathBuf::from(format!("/{}", address.path())))
    }

    async fn inspect(&self, path: &Path) -> Result<FileEntry, FileError> {
        let state = self.volumes.lock();
        entry(&state, &self.follow(&state, path)?, path)
    }

    fn walk(&self, directory: &Path) -> BoxStream<'static, Result<WalkEntry, FileError>> {
        let state = self.volumes.lock();
        let entries = match self.follow(&state, directory) {
            Ok(address) => walk::entries(&state, &address, directory),
            Err(error) => vec![Err(error)],
        };
        stream::iter(entries).boxed()
    }

    async fn read(&self, path: &Path, expected: &FileState) -> Result<ByteStream, FileError> {
        let (address, content) = {
            let state = self.volumes.lock();
            let address = self.follow(&state, path)?;
            let content = load(&state, &address, path, expected)?;
            (address, content)
        };
        let (volumes, path, expected) = (self.volumes.clone(), path.to_owned(), expected.clone());
        let change = stream::once(async move {
            let found = volumes.lock().content(&address).map(file_state);
            (found != Some(expected))
                .then(|| Err(io::Error::other(FileError::Changed { path: shown(&path) })))
        });
        let body = stream::iter(content.pieces(0, u64::MAX).map(Ok));
        Ok(body.chain(change.filter_map(async |change| change)).boxed())
    }

    async fn write(&self, path: &Path, body: ByteStream, overwrite: bool) -> Result<u64, FileError> {
        self.place_to_write(&self.volumes.lock(), path, overwrite)?;
        let collected: Result<BytesMut, io::Error> = body.try_collect().await;
        let bytes = collected.map_err(|source| FileError::Io { path: shown(path), source })?;
        let mut state = self.volumes.lock();
        let address = self.place_to_write(&state, path, overwrite)?;
        Ok(state.put(&address, bytes.freeze()).size())
    }
}

#[cfg(test)]
mod tests;
