//! Storage locations as JSON.

use freehold::{AddOutcome, AddedStorage, ClaimReport, ListedStorage, StorageDetails, Tally};
use freehold_domain::{
    Access, Capabilities, ClaimAuthor, InstanceUid, RunUid, Storage, StorageEvent, StorageRoot, StorageUid,
    UserUid,
};
use serde::Serialize;

use super::LinkersView;
use super::provenance_view::ProvenanceView;
use super::time::for_programs;

/// A storage location: the fields that every interface names so, and what this instance may do there.
#[derive(Debug, Serialize)]
pub(crate) struct StorageView<'storage> {
    id: Option<i64>,
    uid: StorageUid,
    root: &'storage StorageRoot,
    description: Option<&'storage str>,
    #[serde(rename = "type")]
    kind: &'static str,
    region: Option<&'storage str>,
    instance_uid: Option<InstanceUid>,
    #[serde(flatten)]
    provenance: ProvenanceView<'storage>,
    access: String,
    is_default: bool,
}

impl<'storage> StorageView<'storage> {
    pub(crate) fn new(storage: &'storage Storage, access: Access, is_default: bool) -> Self {
        Self {
            id: storage.id().map(|id| id.0),
            uid: storage.uid(),
            root: storage.root(),
            description: storage.description.as_deref(),
            kind: storage.kind().as_str(),
            region: storage.region.as_deref(),
            instance_uid: storage.instance_uid(),
            provenance: (&storage.provenance).into(),
            access: access.to_string(),
            is_default,
        }
    }
}

impl<'storage> From<&'storage ListedStorage> for StorageView<'storage> {
    fn from(listed: &'storage ListedStorage) -> Self {
        Self::new(&listed.storage, listed.access, listed.is_default)
    }
}

/// A location that was added.
#[derive(Debug, Serialize)]
pub(crate) struct AddedStorageView<'added> {
    #[serde(flatten)]
    storage: StorageView<'added>,
    created: bool,
    /// Who manages it, when that is why it is linked.
    managed_by: Option<&'added str>,
    /// What it lacks to be managed, when that is why it is linked.
    lack: Option<&'added str>,
    /// Whether a receipt was left there.
    announced: bool,
}

impl<'added> AddedStorageView<'added> {
    pub(crate) fn new(added: &'added AddedStorage, access: Access, is_default: bool) -> Self {
        Self {
            storage: StorageView::new(&added.storage, access, is_default),
            created: added.created,
            managed_by: match &added.outcome {
                AddOutcome::Managed | AddOutcome::LinkedAsAsked | AddOutcome::Unmanageable { .. } => None,
                AddOutcome::ManagedElsewhere { manager } => Some(manager),
            },
            lack: match &added.outcome {
                AddOutcome::Managed | AddOutcome::LinkedAsAsked | AddOutcome::ManagedElsewhere { .. } => None,
                AddOutcome::Unmanageable { lack } => Some(lack),
            },
            announced: added.announced,
        }
    }
}

/// A location in full.
#[derive(Debug, Serialize)]
pub(crate) struct StorageDetailsView<'details> {
    #[serde(flatten)]
    storage: StorageView<'details>,
    usage: UsageView,
    claim: ClaimView<'details>,
    capabilities: Option<CapabilitiesView>,
    history: Vec<EventView<'details>>,
    linkers: Option<LinkersView<'details>>,
}

/// What a backend was seen to be able to do.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, seen or not")]
pub(super) struct CapabilitiesView {
    create_if_absent: bool,
    compare_and_swap: bool,
    list_after_write: bool,
    case_sensitive: bool,
}

impl From<Capabilities> for CapabilitiesView {
    fn from(seen: Capabilities) -> Self {
        let Capabilities { create_if_absent, compare_and_swap, list_after_write, case_sensitive } = seen;
        Self { create_if_absent, compare_and_swap, list_after_write, case_sensitive }
    }
}

/// What became of a location's ownership.
#[derive(Debug, Serialize)]
struct EventView<'event> {
    change: String,
    epoch: Option<u64>,
    other: Option<InstanceUid>,
    reason: Option<&'event str>,
    at: String,
    by: UserUid,
    run: Option<RunUid>,
}

impl<'event> From<&'event StorageEvent> for EventView<'event> {
    fn from(event: &'event StorageEvent) -> Self {
        Self {
            change: event.change.to_string(),
            epoch: event.epoch.map(freehold_domain::ClaimEpoch::number),
            other: event.other,
            reason: event.reason.as_deref(),
            at: for_programs(event.at),
            by: event.by,
            run: event.run,
        }
    }
}

#[derive(Debug, Serialize)]
struct UsageView {
    ingested: TallyView,
    in_place: TallyView,
}

#[derive(Debug, Serialize)]
struct TallyView {
    artifacts: u64,
    bytes: u64,
}

impl From<Tally> for TallyView {
    fn from(tally: Tally) -> Self {
        Self { artifacts: tally.artifacts, bytes: tally.bytes }
    }
}

/// What the claim in the place says.
#[derive(Debug, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(super) enum ClaimView<'claim> {
    Unclaimed,
    Held {
        storage_uid: StorageUid,
        instance_uid: Option<InstanceUid>,
        slug: Option<&'claim str>,
        epoch: Option<u64>,
        database: Option<String>,
        reason: Option<&'claim str>,
        written_by: &'static str,
    },
    Unknown {
        reason: &'claim str,
    },
}

/// The program that wrote a claim.
pub(crate) fn author_name(author: ClaimAuthor) -> &'static str {
    match author {
        ClaimAuthor::Freehold => "freehold",
        ClaimAuthor::LaminDb => "lamindb",
    }
}

impl<'claim> From<&'claim ClaimReport> for ClaimView<'claim> {
    fn from(report: &'claim ClaimReport) -> Self {
        match report {
            ClaimReport::Unclaimed => Self::Unclaimed,
            ClaimReport::Held(claim) => Self::Held {
                storage_uid: claim.storage_uid(),
                instance_uid: claim.manager(),
                slug: claim.slug(),
                epoch: claim.epoch().map(freehold_domain::ClaimEpoch::number),
                database: claim.database().map(|named| match named {
                    Ok(database) => database.to_string(),
                    Err(text) => text.to_string(),
                }),
                reason: claim.reason(),
                written_by: author_name(claim.author()),
            },
            ClaimReport::Unknown { reason } => Self::Unknown { reason },
        }
    }
}

impl<'details> From<&'details StorageDetails> for StorageDetailsView<'details> {
    fn from(details: &'details StorageDetails) -> Self {
        Self {
            storage: (&details.listed).into(),
            usage: UsageView {
                ingested: details.usage.ingested.into(),
                in_place: details.usage.in_place.into(),
            },
            claim: (&details.claim).into(),
            capabilities: details.listed.storage.capabilities.map(Into::into),
            history: details.history.iter().map(EventView::from).collect(),
            linkers: details.linkers.as_ref().map(Into::into),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use freehold_domain::{Provenance, StorageFields, StorageId, Timestamp, UserUid};

    use super::*;

    pub(crate) fn storage(root: &str) -> Storage {
        Storage::from_fields(StorageFields {
            id: Some(StorageId(7)),
            uid: StorageUid::from_entropy(5),
            root: StorageRoot::from_canonical(root).unwrap(),
            instance_uid: None,
            epoch: None,
            description: Some("plates".to_owned()),
            region: None,
            capabilities: None,
            provenance: Provenance::created(Timestamp::MIN_UTC, UserUid::from_entropy(1), None),
        })
    }

    #[test]
    fn a_location_has_the_fields_of_the_contract_in_their_order() {
        let storage = storage("/data");
        let text = serde_json::to_string(&StorageView::new(&storage, Access::Linked, false)).unwrap();
        let names = [
            "id",
            "uid",
            "root",
            "description",
            "type",
            "region",
            "instance_uid",
            "created_at",
            "created_by",
            "run",
            "updated_at",
            "previous_runs",
            "access",
            "is_default",
        ];
        let places = names
            .map(|name| text.find(&format!("\"{name}\":")).unwrap_or_else(|| panic!("no {name} in {text}")));
        assert!(places.is_sorted(), "{text}");
        let object: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(object.as_object().unwrap().len(), names.len());
        assert_eq!(object["id"], 7);
        assert_eq!(object["type"], "local");
        assert_eq!(object["access"], "linked");
    }

    #[test]
    fn a_claim_says_its_state() {
        let view = serde_json::to_value(ClaimView::from(&ClaimReport::Unclaimed)).unwrap();
        assert_eq!(view, serde_json::json!({"state": "unclaimed"}));
        let report = ClaimReport::Unknown { reason: "no permission".to_owned() };
        let view = serde_json::to_value(ClaimView::from(&report)).unwrap();
        assert_eq!(view, serde_json::json!({"state": "unknown", "reason": "no permission"}));
    }
}
