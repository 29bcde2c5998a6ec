//! Download an artifact to a file, verified as it is written.

use std::io;
use std::path::{Path, PathBuf};

use freehold_domain::Artifact;
use freehold_ports::blobs::BlobError;
use freehold_ports::system::FileError;
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
            Self::Mismatch(_) => Category::Integrity,
            Self::Read(error) => error.category(),
            Self::File(error) => error.category(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
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
    let read = read_artifact(registry, artifact).await?;
    match registry.host().files.write(output, read.body, overwrite).await {
        Ok(bytes) => Ok(Downloaded { artifact: read.artifact, path: output.to_owned(), bytes }),
        Err(FileError::Io { path, source }) => Err(unwrap(path, source)),
        Err(error) => Err(error.into()),
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
