//! Unfinished uploads as JSON.

use freehold::{UnfinishedUploads, UploadOwner};
use freehold_domain::{BlobKey, StorageRoot, StorageUid};
use serde::Serialize;

use super::time::for_programs;

/// The unfinished uploads to a location.
#[derive(Debug, Serialize)]
pub(crate) struct UploadsView<'found> {
    storage: StorageUid,
    root: &'found StorageRoot,
    uploads: Vec<UploadView<'found>>,
}

#[derive(Debug, Serialize)]
struct UploadView<'found> {
    key: &'found BlobKey,
    id: &'found str,
    begun: String,
    owner: &'static str,
    aborted: bool,
}

impl<'found> UploadsView<'found> {
    /// The view of what was found, and aborted if `aborted` says so and nobody goes on with it.
    pub(crate) fn new(found: &'found UnfinishedUploads, aborted: bool) -> Self {
        let uploads = found.uploads.iter().map(|owned| UploadView {
            key: &owned.upload.key,
            id: &owned.upload.id,
            begun: for_programs(owned.upload.begun),
            owner: owner_name(owned.owner),
            aborted: aborted && owned.owner == UploadOwner::Nobody,
        });
        Self { storage: found.storage.uid(), root: found.storage.root(), uploads: uploads.collect() }
    }
}

/// Who goes on with an upload, in a word.
pub(crate) fn owner_name(owner: UploadOwner) -> &'static str {
    match owner {
        UploadOwner::Live => "live_session",
        UploadOwner::Nobody => "nobody",
        UploadOwner::AnotherProgram => "another_program",
    }
}
