//! An artifact in full as JSON.

use std::borrow::Cow;

use freehold::{ArtifactDetails, Presence};
use freehold_domain::{RunUid, StorageUid};
use serde::Serialize;

use super::artifact_view::{ArtifactView, LocationView};

/// The place where a copied artifact was copied from.
#[derive(Debug, Serialize)]
struct CopiedFromView {
    storage: StorageUid,
    location: LocationView,
}

/// An artifact in full.
#[derive(Debug, Serialize)]
pub(crate) struct ArtifactDetailsView<'details> {
    #[serde(flatten)]
    artifact: ArtifactView<'details>,
    copied_from: Option<CopiedFromView>,
    storage_root: &'details str,
    access: String,
    presence: &'static str,
    presence_detail: Option<Cow<'details, str>>,
    made_by: &'details [RunUid],
    read_by: &'details [RunUid],
}

impl<'details> From<&'details ArtifactDetails> for ArtifactDetailsView<'details> {
    fn from(details: &'details ArtifactDetails) -> Self {
        let ArtifactDetails { artifact, storage, access, runs, presence } = details;
        Self {
            artifact: artifact.into(),
            copied_from: artifact.copied_from.as_ref().map(|placement| CopiedFromView {
                storage: placement.storage,
                location: LocationView::of(artifact, placement),
            }),
            storage_root: storage.root().as_str(),
            access: access.to_string(),
            presence: presence_name(presence),
            presence_detail: match presence {
                Presence::Present | Presence::Missing | Presence::Purged => None,
                Presence::SizeDiffers { found } => Some(format!("{found} bytes are there").into()),
                Presence::Replaced { found } => {
                    Some(format!("an object with entity tag {found} is there").into())
                }
                Presence::Unknown { reason } => Some(reason.as_str().into()),
            },
            made_by: &runs.made_by,
            read_by: &runs.read_by,
        }
    }
}

/// Whether an artifact's bytes are there, in a word.
pub(crate) fn presence_name(presence: &Presence) -> &'static str {
    match presence {
        Presence::Present => "present",
        Presence::Missing => "missing",
        Presence::SizeDiffers { .. } => "size_differs",
        Presence::Replaced { .. } => "replaced",
        Presence::Purged => "purged",
        Presence::Unknown { .. } => "unknown",
    }
}
