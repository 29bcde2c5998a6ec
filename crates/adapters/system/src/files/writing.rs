//! Writing a file whole or not at all.

use std::fs::{self, File, Permissions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use freehold_ports::blobs::ByteStream;
use freehold_ports::system::{FileEntry, FileError};
use tempfile::NamedTempFile;

use super::blocks::next_block;
use super::{errors, on, resolve, state};

/// Writes a file: to a temporary name beside it, synced, then renamed. Gives its size in bytes.
pub(super) async fn write(path: &Path, mut body: ByteStream, overwrite: bool) -> Result<u64, FileError> {
    let mut writing = on(path, move |path| Writing::begin(path, overwrite)).await?;
    while let Some(block) = next_block(&mut body).await.map_err(|source| of_body(path, source))? {
        writing = on(path, move |_| {
            writing.write(&block)?;
            Ok(writing)
        })
        .await?;
    }
    on(path, move |_| writing.finish()).await
}

fn of_body(path: &Path, source: io::Error) -> FileError {
    FileError::Io { path: errors::shown(path), source }
}

/// A file that is being written. Dropped before it is finished, it leaves nothing.
#[derive(Debug)]
struct Writing {
    target: PathBuf,
    overwrite: bool,
    /// Those of the file that is replaced.
    permissions: Option<Permissions>,
    file: NamedTempFile,
    written: u64,
}

impl Writing {
    fn begin(path: &Path, overwrite: bool) -> Result<Self, FileError> {
        let (target, permissions) = target(path, overwrite)?;
        let folder = match target.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let mut builder = tempfile::Builder::new();
        builder.prefix(".freehold-").suffix(".partial");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // As any new file: the user's mask still applies.
            builder.permissions(Permissions::from_mode(0o666));
        }
        let file = builder.tempfile_in(folder).map_err(|error| errors::at(folder, error))?;
        Ok(Self { target, overwrite, permissions, file, written: 0 })
    }

    fn write(&mut self, block: &[u8]) -> Result<(), FileError> {
        self.file.write_all(block).map_err(|error| errors::at(&self.target, error))?;
        self.written += block.len() as u64;
        Ok(())
    }

    fn finish(self) -> Result<u64, FileError> {
        let Self { target, overwrite, permissions, file, written } = self;
        publish(file, &target, overwrite, permissions).map_err(|error| errors::at(&target, error))?;
        Ok(written)
    }
}

fn publish(
    file: NamedTempFile,
    target: &Path,
    overwrite: bool,
    permissions: Option<Permissions>,
) -> io::Result<()> {
    if let Some(permissions) = permissions {
        file.as_file().set_permissions(permissions)?;
    }
    file.as_file().sync_all()?;
    if overwrite {
        file.persist(target)?
    } else {
        file.persist_noclobber(target)?
    };
    sync_folder_of(target)
}

/// Where to write: what a link leads to, so that the link stays one. And the permissions to keep.
fn target(path: &Path, overwrite: bool) -> Result<(PathBuf, Option<Permissions>), FileError> {
    if path.file_name().is_none() {
        return Err(FileError::IsDirectory { path: errors::shown(path) });
    }
    let link = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata.is_symlink(),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok((path.to_path_buf(), None)),
        Err(error) => return Err(errors::at(path, error)),
    };
    let inspected = state::inspect(path);
    if matches!(inspected, Ok(FileEntry::Directory)) {
        return Err(FileError::IsDirectory { path: errors::shown(path) });
    }
    if !overwrite {
        return Err(FileError::AlreadyExists { path: errors::shown(path) });
    }
    match inspected {
        Ok(_) => {
            let permissions = fs::metadata(path).map_err(|error| errors::at(path, error))?.permissions();
            Ok((resolve::resolve(path)?, Some(permissions)))
        }
        // A link to what is not made yet.
        Err(FileError::NotFound { .. }) if link => Ok((resolve::resolve(path)?, None)),
        Err(error) => Err(error),
    }
}

#[cfg(unix)]
fn sync_folder_of(target: &Path) -> io::Result<()> {
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match File::open(folder) {
        Ok(folder) => folder.sync_all(),
        // A folder that may be written and not read cannot be synced.
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(not(unix))]
fn sync_folder_of(_: &Path) -> io::Result<()> {
    Ok(())
}
