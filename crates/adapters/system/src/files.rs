//! The files of this machine.

pub(crate) mod blocks;
mod errors;
mod reading;
mod resolve;
mod state;
mod walk;
mod writing;

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use freehold_domain::Surroundings;
use freehold_ports::blobs::{BoxStream, ByteStream};
use freehold_ports::system::{FileEntry, FileError, FileState, LocalFiles, WalkEntry};

use crate::blocking;

/// The files of this machine, as the user who runs the program may use them.
#[derive(Debug, Clone, Copy, Default)]
pub struct MachineFiles;

#[async_trait]
impl LocalFiles for MachineFiles {
    fn surroundings(&self) -> Result<Surroundings, FileError> {
        let current = std::env::current_dir().map_err(|error| errors::at(Path::new("."), error))?;
        let home = directories::BaseDirs::new().map(|base| base.home_dir().to_path_buf());
        Ok(Surroundings {
            current_directory: errors::utf8(&current)?.to_owned(),
            home: home.as_deref().map(errors::utf8).transpose()?.map(ToOwned::to_owned),
        })
    }

    async fn resolve(&self, path: &Path) -> Result<PathBuf, FileError> {
        on(path, resolve::resolve).await
    }

    async fn inspect(&self, path: &Path) -> Result<FileEntry, FileError> {
        on(path, state::inspect).await
    }

    fn walk(&self, directory: &Path) -> BoxStream<'static, Result<WalkEntry, FileError>> {
        walk::walk(directory.to_path_buf())
    }

    async fn read(&self, path: &Path, expected: &FileState) -> Result<ByteStream, FileError> {
        let expected = expected.clone();
        on(path, move |path| reading::open(path, &expected)).await
    }

    async fn write(&self, path: &Path, body: ByteStream, overwrite: bool) -> Result<u64, FileError> {
        writing::write(path, body, overwrite).await
    }
}

/// Runs a job on the path on a blocking thread.
async fn on<T: Send + 'static>(
    path: &Path,
    job: impl FnOnce(&Path) -> Result<T, FileError> + Send + 'static,
) -> Result<T, FileError> {
    let (path, lost) = (path.to_path_buf(), path.to_path_buf());
    blocking::run(move || job(&path), |error| errors::at(&lost, error)).await
}

#[cfg(all(test, unix))]
mod tests;
