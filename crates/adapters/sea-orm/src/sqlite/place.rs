//! The file of a database, and what lies beside it.
//!
//! Nothing here opens the file. A process that closes a file of its own loses every lock that it has on that file, also
//! those of its database connections, and the registry with them.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use freehold_ports::persistence::PersistenceError;

use crate::persistence::error;

/// Where a database is, or may be.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    path: PathBuf,
    /// The URL, for people.
    database: String,
    /// How long to wait for others.
    patience: Duration,
}

/// What a file was like when it was looked at. Whoever writes to it changes this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Imprint {
    length: u64,
    modified: Option<SystemTime>,
    node: Node,
}

/// What tells a file from another one under the same name, where the platform says it.
type Node = [i64; 4];

impl Place {
    /// The place at `path`, which people know as `database`, where one waits for others as long as `patience` says.
    pub(crate) fn new(path: &Path, database: String, patience: Duration) -> Self {
        Self { path: path.to_owned(), database, patience }
    }

    /// How long to wait for others.
    pub(crate) fn patience(&self) -> Duration {
        self.patience
    }

    /// The database's file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The place of a new database in this folder, which is given without symbolic links.
    pub(crate) fn in_folder(&self, folder: &Path) -> Self {
        let path = self.path.file_name().map_or_else(|| self.path.clone(), |name| folder.join(name));
        Self { path, ..self.clone() }
    }

    /// Whether there is anything.
    pub(crate) fn exists(&self) -> Result<bool, PersistenceError> {
        Ok(self.metadata()?.is_some())
    }

    /// Whether there is an empty file.
    pub(crate) fn is_empty_file(&self) -> Result<bool, PersistenceError> {
        Ok(self.metadata()?.is_some_and(|metadata| metadata.is_file() && metadata.len() == 0))
    }

    /// The place of a file that is there and may be a database, without symbolic links: a database's companions lie
    /// beside the file itself.
    ///
    /// # Errors
    /// `DatabaseMissing`; `NotARegistry` when it cannot be a database; `Unavailable`.
    pub(crate) fn of_a_database(&self) -> Result<Self, PersistenceError> {
        let metadata = self.metadata()?.ok_or_else(|| self.missing())?;
        if metadata.is_dir() {
            return Err(self.not_a_registry("it is a directory"));
        }
        if !metadata.is_file() {
            return Err(self.not_a_registry("it is not a regular file"));
        }
        if metadata.len() == 0 {
            // One that is about to be made, or whose making was interrupted.
            return Err(self.missing());
        }
        let path = fs::canonicalize(&self.path).map_err(error::unavailable)?;
        Ok(Self { path, ..self.clone() })
    }

    /// What the file is like, if nobody is changing it: no connection that could is at work, and none has left anything.
    ///
    /// A connection makes its log, and then its shared memory, before it reads; a file changes only while there is a log or a
    /// journal with content. Shared memory without a log belongs to nobody.
    pub(crate) fn undisturbed(&self) -> Result<Option<Imprint>, PersistenceError> {
        let before = self.imprint()?;
        let is_disturbed = match length(&self.log())? {
            None => false,
            Some(0) => length(&self.shared_memory())?.is_some(),
            Some(_) => true,
        } || length(&self.companion("-journal"))?.is_some_and(|length| length > 0);
        Ok((!is_disturbed && self.imprint()? == before).then_some(before))
    }

    /// Changes that are not yet in the file.
    pub(crate) fn log(&self) -> PathBuf {
        self.companion("-wal")
    }

    /// What connections at work share.
    pub(crate) fn shared_memory(&self) -> PathBuf {
        self.companion("-shm")
    }

    pub(crate) fn missing(&self) -> PersistenceError {
        PersistenceError::DatabaseMissing { database: self.database.clone() }
    }

    pub(crate) fn not_a_registry(&self, reason: impl Into<String>) -> PersistenceError {
        PersistenceError::NotARegistry { database: self.database.clone(), reason: reason.into() }
    }

    pub(crate) fn schema_outdated(&self) -> PersistenceError {
        PersistenceError::SchemaOutdated { database: self.database.clone() }
    }

    /// Refuses to write to a file that has a second name: each name has a log of its own, and writers by both destroy the database.
    pub(crate) fn require_one_name(&self) -> Result<(), PersistenceError> {
        if self.metadata()?.is_some_and(|metadata| names(&metadata) > 1) {
            return Err(self.not_writable(
                "its file has a second name (a hard link), and writing under both would destroy it; copy it to a file of its own",
            ));
        }
        Ok(())
    }

    pub(crate) fn not_writable(&self, reason: impl Into<String>) -> PersistenceError {
        PersistenceError::NotWritable { database: self.database.clone(), reason: reason.into() }
    }

    pub(crate) fn needs_recovery(&self) -> PersistenceError {
        PersistenceError::NeedsRecovery { database: self.database.clone() }
    }

    pub(crate) fn schema_too_new(&self, found: String, supported: String) -> PersistenceError {
        PersistenceError::SchemaTooNew { database: self.database.clone(), found, supported }
    }

    /// What tells the file from every other on this machine, if there is one: its file system, its number there and, where the file system
    /// keeps that, when it was made. None of it changes with the name or the content.
    pub(crate) fn file_identity(&self) -> Result<Option<[String; 3]>, PersistenceError> {
        Ok(self.metadata()?.map(|metadata| {
            let [device, number, ..] = node(&metadata).map(|number| number.to_string());
            let made =
                metadata.created().ok().and_then(|made| made.duration_since(SystemTime::UNIX_EPOCH).ok());
            [device, number, made.map(|made| made.as_nanos().to_string()).unwrap_or_default()]
        }))
    }

    fn companion(&self, ending: &str) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(ending);
        name.into()
    }

    fn imprint(&self) -> Result<Imprint, PersistenceError> {
        let metadata = self.metadata()?.ok_or_else(|| self.missing())?;
        Ok(Imprint { length: metadata.len(), modified: metadata.modified().ok(), node: node(&metadata) })
    }

    fn metadata(&self) -> Result<Option<Metadata>, PersistenceError> {
        present(fs::metadata(&self.path))
    }
}

impl Imprint {
    /// Whether the file may just have been written: within one tick of the clock of its file system, two changes look the
    /// same.
    pub(crate) fn is_fresh(&self, tick: Duration) -> bool {
        self.modified.and_then(|modified| modified.elapsed().ok()).is_none_or(|age| age < tick)
    }
}

/// How many bytes a file has, if it is there.
fn length(file: &Path) -> Result<Option<u64>, PersistenceError> {
    Ok(present(fs::metadata(file))?.map(|metadata| metadata.len()))
}

/// What there is, if there is anything.
fn present(found: io::Result<Metadata>) -> Result<Option<Metadata>, PersistenceError> {
    match found {
        Ok(metadata) => Ok(Some(metadata)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => Err(error::unavailable(error)),
    }
}

#[cfg(unix)]
fn node(metadata: &Metadata) -> Node {
    use std::os::unix::fs::MetadataExt;
    let number = |number: u64| number.cast_signed();
    [number(metadata.dev()), number(metadata.ino()), metadata.ctime(), metadata.ctime_nsec()]
}

#[cfg(unix)]
fn names(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::nlink(metadata)
}

#[cfg(not(unix))]
fn names(_: &Metadata) -> u64 {
    1
}

#[cfg(not(unix))]
fn node(_: &Metadata) -> Node {
    Node::default()
}
