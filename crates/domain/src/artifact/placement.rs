//! Where an artifact's bytes are.

use crate::{ArtifactUid, BlobKey, StorageUid, Suffix};

/// Where in its storage location an artifact's bytes are.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ArtifactLocation {
    /// Copied into a managed location, under `.lamindb/{uid}{suffix}`: Freehold's to keep and to delete.
    Ingested,
    /// Recorded where it lies, at this key below the root: never Freehold's to delete unless told so.
    InPlace(BlobKey),
}

impl ArtifactLocation {
    /// The key of the blob of the artifact `uid` with `suffix`.
    #[must_use]
    pub fn blob_key(&self, uid: &ArtifactUid, suffix: &Suffix) -> BlobKey {
        match self {
            Self::Ingested => BlobKey::ingested(uid, suffix),
            Self::InPlace(key) => key.clone(),
        }
    }

    /// Whether Freehold put the bytes there.
    #[must_use]
    pub fn is_ingested(&self) -> bool {
        match self {
            Self::Ingested => true,
            Self::InPlace(_) => false,
        }
    }
}

/// A place in a storage location.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Placement {
    /// The storage location.
    pub storage: StorageUid,
    /// Where in it.
    pub location: ArtifactLocation,
}
