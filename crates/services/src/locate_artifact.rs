//! Locate an artifact: the path or URL of its bytes, for programs that read by themselves.

use freehold_domain::{Artifact, StoragePath};

use crate::Registry;
use crate::read_artifact::{ReadArtifactError, find_available, record_input, require_bytes};

/// An artifact and the place of its bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct LocatedArtifact {
    /// The artifact.
    pub artifact: Artifact,
    /// The path or URL of its bytes. They are to be read, never written.
    pub path: StoragePath,
}

/// Gives the place of the bytes of the artifact that `artifact` means. Under a run, it becomes an input of the run, since who asks
/// for the place is going to read it.
///
/// # Errors
/// See [`ReadArtifactError`]; bytes that are not there are one.
pub async fn locate_artifact(
    registry: &Registry,
    artifact: &str,
) -> Result<LocatedArtifact, ReadArtifactError> {
    let (artifact, storage) = find_available(registry, artifact).await?;
    require_bytes(registry, &artifact, &storage).await?;
    record_input(registry, artifact.uid).await?;
    Ok(LocatedArtifact { path: storage.root().join(&artifact.blob_key()), artifact })
}
