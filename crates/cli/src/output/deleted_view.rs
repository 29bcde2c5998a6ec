//! Artifacts that were deleted as JSON.

use freehold::{DeletedArtifacts, Deletion};
use serde::Serialize;

use super::ArtifactView;

/// Artifacts that were deleted.
#[derive(Debug, Serialize)]
pub(crate) struct DeletedView<'deleted> {
    artifacts: Vec<ArtifactView<'deleted>>,
    unchanged: Vec<String>,
    purged: bool,
    deleted_blobs: u64,
    deleted_bytes: u64,
}

impl<'deleted> DeletedView<'deleted> {
    pub(crate) fn new(deleted: &'deleted DeletedArtifacts, deletion: Deletion) -> Self {
        Self {
            artifacts: deleted.artifacts.iter().map(ArtifactView::from).collect(),
            unchanged: deleted.unchanged.iter().map(ToString::to_string).collect(),
            purged: match deletion {
                Deletion::Trash => false,
                Deletion::Purge { .. } => true,
            },
            deleted_blobs: deleted.blobs,
            deleted_bytes: deleted.bytes,
        }
    }
}
