//! Artifacts as JSON.

use std::borrow::Cow;
use std::path::Path;

use freehold::{
    ArtifactDetails, DeletedArtifacts, Deletion, Downloaded, LocatedArtifact, Presence, SaveOutcome,
    SavedArtifact, TransferOutcome, TransferReport, TransferredArtifact,
};
use freehold_domain::{
    Artifact, ArtifactKey, ArtifactUid, BlobKey, ContentHash, HashAlgorithm, InstanceUid, Placement,
    Provenance, RunUid, StorageUid, UserUid, Version,
};
use serde::Serialize;

use super::time;

/// Who made a record, under which runs.
#[derive(Debug, Serialize)]
pub(super) struct ProvenanceView<'record> {
    created_at: String,
    created_by: UserUid,
    run: Option<RunUid>,
    updated_at: String,
    previous_runs: &'record [RunUid],
}

impl<'record> From<&'record Provenance> for ProvenanceView<'record> {
    fn from(provenance: &'record Provenance) -> Self {
        Self {
            created_at: time::for_programs(provenance.created_at()),
            created_by: provenance.created_by(),
            run: provenance.run(),
            updated_at: time::for_programs(provenance.updated_at()),
            previous_runs: provenance.previous_runs(),
        }
    }
}

/// Where in its storage location an artifact is.
#[derive(Debug, Serialize)]
struct LocationView {
    kind: &'static str,
    key: BlobKey,
}

impl LocationView {
    fn of(artifact: &Artifact, placement: &Placement) -> Self {
        let kind = if placement.location.is_ingested() { "ingested" } else { "in_place" };
        Self { kind, key: placement.location.blob_key(&artifact.uid, &artifact.suffix) }
    }
}

/// An artifact: the fields that every interface names so.
#[derive(Debug, Serialize)]
pub(crate) struct ArtifactView<'artifact> {
    uid: ArtifactUid,
    key: &'artifact ArtifactKey,
    description: Option<&'artifact str>,
    suffix: &'artifact str,
    size: u64,
    hash: ContentHash,
    hash_algorithm: HashAlgorithm,
    storage: StorageUid,
    location: LocationView,
    version: Version,
    is_latest: bool,
    state: &'static str,
    #[serde(flatten)]
    provenance: ProvenanceView<'artifact>,
}

impl<'artifact> From<&'artifact Artifact> for ArtifactView<'artifact> {
    fn from(artifact: &'artifact Artifact) -> Self {
        Self {
            uid: artifact.uid,
            key: &artifact.key,
            description: artifact.description.as_deref(),
            suffix: artifact.suffix.as_str(),
            size: artifact.size,
            hash: artifact.hash,
            hash_algorithm: artifact.hash.algorithm(),
            storage: artifact.placement.storage,
            location: LocationView::of(artifact, &artifact.placement),
            version: artifact.version(),
            is_latest: artifact.is_latest,
            state: artifact.state.as_str(),
            provenance: (&artifact.provenance).into(),
        }
    }
}

/// A file that was saved.
#[derive(Debug, Serialize)]
pub(crate) struct SavedView<'saved> {
    #[serde(flatten)]
    artifact: ArtifactView<'saved>,
    outcome: &'static str,
    duplicate_of: Option<ArtifactUid>,
    beside_origin: Option<InstanceUid>,
}

impl<'saved> From<&'saved SavedArtifact> for SavedView<'saved> {
    fn from(saved: &'saved SavedArtifact) -> Self {
        Self {
            artifact: (&saved.artifact).into(),
            outcome: match saved.outcome {
                SaveOutcome::Created => "created",
                SaveOutcome::NewVersion => "new_version",
                SaveOutcome::Existing => "existing",
            },
            duplicate_of: saved.duplicate_of,
            beside_origin: saved.beside_origin,
        }
    }
}

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
        Presence::Purged => "purged",
        Presence::Unknown { .. } => "unknown",
    }
}

/// An artifact that was written to a file.
#[derive(Debug, Serialize)]
pub(crate) struct DownloadedView<'downloaded> {
    #[serde(flatten)]
    artifact: ArtifactView<'downloaded>,
    path: Cow<'downloaded, str>,
    bytes: u64,
}

impl<'downloaded> From<&'downloaded Downloaded> for DownloadedView<'downloaded> {
    fn from(downloaded: &'downloaded Downloaded) -> Self {
        let path: &Path = &downloaded.path;
        Self {
            artifact: (&downloaded.artifact).into(),
            path: path.to_string_lossy(),
            bytes: downloaded.bytes,
        }
    }
}

/// The place of an artifact's bytes.
#[derive(Debug, Serialize)]
pub(crate) struct LocatedView<'located> {
    uid: ArtifactUid,
    key: &'located ArtifactKey,
    path: &'located str,
}

impl<'located> From<&'located LocatedArtifact> for LocatedView<'located> {
    fn from(located: &'located LocatedArtifact) -> Self {
        Self { uid: located.artifact.uid, key: &located.artifact.key, path: located.path.as_str() }
    }
}

/// Artifacts that were deleted.
#[derive(Debug, Serialize)]
pub(crate) struct DeletedView<'deleted> {
    artifacts: Vec<ArtifactView<'deleted>>,
    purged: bool,
    deleted_blobs: u64,
    deleted_bytes: u64,
}

impl<'deleted> DeletedView<'deleted> {
    pub(crate) fn new(deleted: &'deleted DeletedArtifacts, deletion: Deletion) -> Self {
        Self {
            artifacts: deleted.artifacts.iter().map(ArtifactView::from).collect(),
            purged: match deletion {
                Deletion::Trash => false,
                Deletion::Purge { .. } => true,
            },
            deleted_blobs: deleted.blobs,
            deleted_bytes: deleted.bytes,
        }
    }
}

/// A transfer that was made.
#[derive(Debug, Serialize)]
pub(crate) struct TransferView<'report> {
    run: Option<RunUid>,
    transferred: Vec<TransferredView<'report>>,
}

#[derive(Debug, Serialize)]
struct TransferredView<'report> {
    #[serde(flatten)]
    artifact: ArtifactView<'report>,
    outcome: &'static str,
}

impl<'report> From<&'report TransferReport> for TransferView<'report> {
    fn from(report: &'report TransferReport) -> Self {
        let view = |transferred: &'report TransferredArtifact| TransferredView {
            artifact: (&transferred.artifact).into(),
            outcome: match transferred.outcome {
                TransferOutcome::Linked => "linked",
                TransferOutcome::Copied => "copied",
                TransferOutcome::Existing => "existing",
            },
        };
        Self { run: report.run, transferred: report.transferred.iter().map(view).collect() }
    }
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use freehold_domain::{ArtifactLocation, ArtifactState, Timestamp};

    use super::*;

    pub(crate) fn artifact() -> Artifact {
        let (user, first, second) =
            (UserUid::from_entropy(3), RunUid::from_entropy(1), RunUid::from_entropy(2));
        let at = Timestamp::from_timestamp(1_772_357_400, 0).unwrap();
        let mut provenance = Provenance::created(at, user, Some(first));
        provenance.record_update(at, Some(second));
        Artifact {
            uid: "0123456789abcdef0001".parse().unwrap(),
            key: "raw/plate1.csv".parse().unwrap(),
            description: None,
            suffix: ".csv".parse().unwrap(),
            size: 12,
            hash: ContentHash::blake3([7; 32]),
            placement: Placement {
                storage: StorageUid::from_entropy(9),
                location: ArtifactLocation::Ingested,
            },
            copied_from: None,
            state: ArtifactState::Available,
            is_latest: true,
            provenance,
        }
    }

    #[test]
    fn an_artifact_has_the_fields_of_the_contract_in_their_order() {
        let artifact = artifact();
        let text = serde_json::to_string(&ArtifactView::from(&artifact)).unwrap();
        let names = [
            "uid",
            "key",
            "description",
            "suffix",
            "size",
            "hash",
            "hash_algorithm",
            "storage",
            "location",
            "version",
            "is_latest",
            "state",
            "created_at",
            "created_by",
            "run",
            "updated_at",
            "previous_runs",
        ];
        let places = names
            .map(|name| text.find(&format!("\"{name}\":")).unwrap_or_else(|| panic!("no {name} in {text}")));
        assert!(places.is_sorted(), "{text}");
        let object: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(object.as_object().unwrap().len(), names.len());
        assert_eq!(object["version"], "0001");
        assert_eq!(object["hash_algorithm"], "blake3");
        assert_eq!(object["location"]["kind"], "ingested");
        assert_eq!(object["location"]["key"], ".lamindb/0123456789abcdef0001.csv");
        assert_eq!(object["previous_runs"].as_array().unwrap().len(), 1);
    }

    #[test]
    fn a_saved_artifact_adds_its_outcome_and_twin() {
        let twin: ArtifactUid = "zzzzzzzzzzzzzzzz0000".parse().unwrap();
        let saved = SavedArtifact {
            artifact: artifact(),
            outcome: SaveOutcome::NewVersion,
            duplicate_of: Some(twin),
            beside_origin: None,
        };
        let view = serde_json::to_value(SavedView::from(&saved)).unwrap();
        assert_eq!(view["outcome"], "new_version");
        assert_eq!(view["duplicate_of"], "zzzzzzzzzzzzzzzz0000");
        assert!(view["beside_origin"].is_null());
        assert_eq!(view["key"], "raw/plate1.csv");
    }
}
