//! An artifact: a file at a location, with hash, size, key, version and provenance.

mod placement;
mod state;

pub use placement::{ArtifactLocation, Placement};
pub use state::{ArtifactState, UnknownState};

use crate::{ArtifactKey, ArtifactUid, BlobKey, ContentHash, Provenance, Suffix, Version};

/// A file at a storage location, as a registry records it.
///
/// Its key, and whether it is the latest version, are facts of its [`Family`](crate::Family); an artifact carries them as
/// they were when it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// Universal identity: the stem names the family, the last four characters the version.
    pub uid: ArtifactUid,
    /// The human path inside the registry.
    pub key: ArtifactKey,
    /// What it is, in a person's words.
    pub description: Option<String>,
    /// The suffix of its file.
    pub suffix: Suffix,
    /// Size of the content in bytes.
    pub size: u64,
    /// Hash over the whole content, as it was stored.
    pub hash: ContentHash,
    /// Where its bytes are.
    pub placement: Placement,
    /// Where its bytes were copied from, if a transfer copied them.
    pub copied_from: Option<Placement>,
    /// Whether it can be read.
    pub state: ArtifactState,
    /// Whether it is the head of its family.
    pub is_latest: bool,
    /// Who made it, under which runs.
    pub provenance: Provenance,
}

impl Artifact {
    /// Which version of its family it is.
    #[must_use]
    pub fn version(&self) -> Version {
        self.uid.version()
    }

    /// The key of its blob inside its storage location.
    #[must_use]
    pub fn blob_key(&self) -> BlobKey {
        self.placement.location.blob_key(&self.uid, &self.suffix)
    }
}
