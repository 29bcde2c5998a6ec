//! Artifacts as JSON.

use freehold_domain::{
    Artifact, ArtifactKey, ArtifactUid, BlobKey, ContentHash, HashAlgorithm, Placement, StorageUid, Version,
};
use serde::Serialize;

use super::provenance_view::ProvenanceView;

/// Where in its storage location an artifact is.
#[derive(Debug, Serialize)]
pub(super) struct LocationView {
    kind: &'static str,
    key: BlobKey,
}

impl LocationView {
    pub(super) fn of(artifact: &Artifact, placement: &Placement) -> Self {
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

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use freehold_domain::{ArtifactLocation, ArtifactState, Provenance, RunUid, Timestamp, UserUid};

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
}
