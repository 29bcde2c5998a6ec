//! A TOML file that is replaced whole, and whose changes by several processes are all kept.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use freehold_ports::system::DirectoryError;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Who changes anything holds the lock of this file meanwhile. It stays.
const LOCK_FILE: &str = "settings.lock";

/// Larger files are no settings of ours.
const LARGEST_BYTES: u64 = 64 * 1024 * 1024;

/// One settings file.
#[derive(Debug, Clone)]
pub(super) struct SettingsFile {
    folder: PathBuf,
    path: PathBuf,
}

impl SettingsFile {
    pub(super) fn new(folder: PathBuf, name: &str) -> Self {
        Self { path: folder.join(name), folder }
    }

    /// What the file says; nothing when there is none.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<Option<T>, DirectoryError> {
        let Some(text) = self.text()? else { return Ok(None) };
        match toml::from_str(&text) {
            Ok(document) => Ok(Some(document)),
            // The text around the error is left out: it may hold a password.
            Err(error) => Err(self.damaged(match error.span() {
                Some(span) => {
                    let line = 1 + text.bytes().take(span.start).filter(|byte| *byte == b'\n').count();
                    format!("line {line}: {}", error.message())
                }
                None => error.message().to_owned(),
            })),
        }
    }

    /// Reads, changes and replaces the file while nobody else does. A damaged file is not changed.
    pub(super) fn change<T, R>(
        &self,
        change: impl FnOnce(&mut T) -> Result<R, DirectoryError>,
    ) -> Result<R, DirectoryError>
    where
        T: Default + DeserializeOwned + Serialize,
    {
        let _lock = self.lock().map_err(|error| self.error(error))?;
        let mut document = self.read()?.unwrap_or_default();
        let result = change(&mut document)?;
        let text = toml::to_string(&document).map_err(|error| self.error(io::Error::other(error)))?;
        self.replace(text.as_bytes()).map_err(|error| self.error(error))?;
        Ok(result)
    }

    /// Something in the file cannot be what it says.
    pub(super) fn damaged(&self, reason: impl Into<String>) -> DirectoryError {
        DirectoryError::Damaged { path: self.path.display().to_string(), reason: reason.into() }
    }

    pub(super) fn error(&self, source: io::Error) -> DirectoryError {
        DirectoryError::Io { path: self.path.display().to_string(), source }
    }

    fn text(&self) -> Result<Option<String>, DirectoryError> {
        let file = match fs::metadata(&self.path) {
            Ok(metadata) if !metadata.is_file() => return Err(self.damaged("it is not a plain file")),
            Ok(_) => File::open(&self.path).map_err(|error| self.error(error))?,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.error(error)),
        };
        let mut bytes = Vec::new();
        file.take(LARGEST_BYTES).read_to_end(&mut bytes).map_err(|error| self.error(error))?;
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Some(text)),
            Err(_) => Err(self.damaged("it is not UTF-8")),
        }
    }

    fn lock(&self) -> io::Result<File> {
        make_private_folder(&self.folder)?;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(self.folder.join(LOCK_FILE))?;
        match file.lock() {
            // A home folder on a network file system without locks: there, changes at once may lose one another.
            Err(error) if means_no_locks(&error) => Ok(file),
            locked => locked.map(|()| file),
        }
    }

    /// Puts a new file, which only the user may read, in place of the present one.
    fn replace(&self, content: &[u8]) -> io::Result<()> {
        // The file may be a link into a folder that is kept under version control, for example.
        let target = fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone());
        let folder = target.parent().unwrap_or(&self.folder);
        let mut staged = tempfile::Builder::new().prefix(".settings-").tempfile_in(folder)?;
        staged.write_all(content)?;
        staged.as_file().sync_all()?;
        staged.persist(&target)?;
        sync_folder(folder)
    }
}

#[cfg(unix)]
fn means_no_locks(error: &io::Error) -> bool {
    let no_locks = rustix::io::Errno::NOLCK.raw_os_error();
    error.kind() == ErrorKind::Unsupported || error.raw_os_error() == Some(no_locks)
}

#[cfg(not(unix))]
fn means_no_locks(error: &io::Error) -> bool {
    error.kind() == ErrorKind::Unsupported
}

fn make_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
