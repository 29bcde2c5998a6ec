//! Download an artifact to a file, verified as it is written.

use std::io;
use std::path::{Path, PathBuf};

use freehold_domain::{
    Access, Artifact, RESERVED_DIRECTORY, StoragePath, StoragePathError, StorageRoot, owning_root,
};
use freehold_ports::blobs::BlobError;
use freehold_ports::persistence::PersistenceError;
use freehold_ports::system::FileError;
use freehold_services::list_storages::list_storages;
use freehold_services::read_artifact::{ContentMismatch, ReadArtifactError, read_artifact};
use freehold_services::{Category, Registry, UseCaseError};

/// An artifact that was written to a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Downloaded {
    /// The artifact.
    pub artifact: Artifact,
    /// The file.
    pub path: PathBuf,
    /// Its size in bytes.
    pub bytes: u64,
}

/// Why an artifact was not downloaded. There is no file then, or the one that was there is as it was.
#[derive(Debug, thiserror::Error)]
pub enum DownloadError {
    /// The file would lie among Freehold's own files.
    #[error("{path} would lie among Freehold's or LaminDB's own files, where nothing is written by hand")]
    Reserved {
        /// The file.
        path: PathBuf,
    },
    /// The file would lie in a location that is only linked.
    #[error("{path} would lie in the linked storage location {root}, and a linked location is read only")]
    InLinkedLocation {
        /// The file.
        path: PathBuf,
        /// The location.
        root: StorageRoot,
    },
    /// The file's path is not valid.
    #[error(transparent)]
    Path(#[from] StoragePathError),
    /// The registry failed.
    #[error(transparent)]
    Persistence(#[from] PersistenceError),
    /// The bytes are not the recorded ones.
    #[error(transparent)]
    Mismatch(#[from] ContentMismatch),
    /// The artifact cannot be read.
    #[error(transparent)]
    Read(#[from] ReadArtifactError),
    /// The file cannot be written.
    #[error(transparent)]
    File(#[from] FileError),
}

impl UseCaseError for DownloadError {
    fn category(&self) -> Category {
        match self {
            Self::Reserved { .. } | Self::InLinkedLocation { .. } => Category::Refused,
            Self::Path(_) => Category::Invalid,
            Self::Persistence(error) => error.category(),
            Self::Mismatch(_) => Category::Integrity,
            Self::Read(error) => error.category(),
            Self::File(error) => error.category(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Reserved { .. } | Self::InLinkedLocation { .. } => {
                Some("choose a file outside, for example with --output".to_owned())
            }
            Self::Path(_) => None,
            Self::Persistence(error) => error.hint(),
            Self::Mismatch(mismatch) => Some(format!(
                "the stored bytes were changed; `freehold show {}` tells where they lie and who manages them",
                mismatch.artifact
            )),
            Self::Read(error) => error.hint(),
            Self::File(error) => error.hint(),
        }
    }
}

pub(crate) async fn download(
    registry: &Registry,
    artifact: &str,
    output: &Path,
    overwrite: bool,
) -> Result<Downloaded, DownloadError> {
    refuse_protected_place(registry, output).await?;
    let read = read_artifact(registry, artifact).await.map_err(|error| match error {
        ReadArtifactError::Mismatch(mismatch) => mismatch.into(),
        error => DownloadError::from(error),
    })?;
    match registry.host().files.write(output, read.body, overwrite).await {
        Ok(bytes) => Ok(Downloaded { artifact: read.artifact, path: output.to_owned(), bytes }),
        Err(FileError::Io { path, source }) => Err(unwrap(path, source)),
        Err(error) => Err(error.into()),
    }
}

/// A file among the books, or in a location that others manage, is nobody's to write here, whatever the spelling of its path.
async fn refuse_protected_place(registry: &Registry, output: &Path) -> Result<(), DownloadError> {
    let files = &registry.host().files;
    let surroundings = files.surroundings()?;
    let resolved = files.resolve(&Path::new(&surroundings.current_directory).join(output)).await?;
    if resolved.components().any(|component| component.as_os_str() == RESERVED_DIRECTORY) {
        return Err(DownloadError::Reserved { path: output.to_owned() });
    }
    let place = StoragePath::parse(&resolved.to_string_lossy(), &surroundings)?;
    let storages = list_storages(registry).await?;
    let owner = owning_root(storages.iter().map(|listed| listed.storage.root()), &place);
    let linked = storages
        .iter()
        .find(|listed| Some(listed.storage.root()) == owner && listed.access == Access::Linked);
    match linked {
        Some(listed) => Err(DownloadError::InLinkedLocation {
            path: output.to_owned(),
            root: listed.storage.root().clone(),
        }),
        None => Ok(()),
    }
}

/// The error of the artifact's bytes, when it is inside the file's.
fn unwrap(path: String, source: io::Error) -> DownloadError {
    let source = match source.downcast::<ContentMismatch>() {
        Ok(mismatch) => return mismatch.into(),
        Err(source) => source,
    };
    match source.downcast::<BlobError>() {
        Ok(blob) => ReadArtifactError::from(blob).into(),
        Err(source) => FileError::Io { path, source }.into(),
    }
}
