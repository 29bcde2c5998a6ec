//! The plan of an instance's deletion as JSON: printed, edited by people, and read again.

use std::collections::BTreeMap;

use freehold::{
    Contents, DataFate, DeletionOrder, DeletionPlan, LocationFate, PlannedLocation, SeenLocation, Sight,
    Tally,
};
use freehold_domain::{Access, InstanceUid, LinkReceipt, StorageRoot, StorageUid};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// What is to happen, or has happened, to an instance.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PlanView {
    instance: PlannedInstanceView,
    database: String,
    has_data: bool,
    locations: Vec<LocationView>,
    digest: String,
    #[serde(default)]
    deleted: bool,
    #[serde(default)]
    purged: Option<FilesView>,
}

#[derive(Debug, Serialize, Deserialize)]
struct PlannedInstanceView {
    id: String,
    uid: InstanceUid,
    slug: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct LocationView {
    storage: StorageUid,
    root: String,
    access: AccessView,
    instance_uid: Option<InstanceUid>,
    action: ActionView,
    /// The receiver of a hand-over.
    #[serde(default)]
    to: Option<String>,
    contents: Option<ContentsView>,
    /// Who said that they link it.
    linked_by: Option<Vec<InstanceUid>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum AccessView {
    Managed,
    Linked,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ActionView {
    Untouched,
    Undecided,
    Release,
    Purge,
    /// Read as the command spells it, too.
    #[serde(alias = "hand-over")]
    HandOver,
}

#[derive(Debug, Serialize, Deserialize)]
struct ContentsView {
    ingested: FilesView,
    in_place: FilesView,
    unknown: FilesView,
    claim_digest: String,
    ingested_digest: String,
    kept_digest: String,
    recorded_digest: String,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct FilesView {
    files: u64,
    bytes: u64,
}

impl From<Tally> for FilesView {
    fn from(tally: Tally) -> Self {
        Self { files: tally.artifacts, bytes: tally.bytes }
    }
}

impl From<FilesView> for Tally {
    fn from(view: FilesView) -> Self {
        Self { artifacts: view.files, bytes: view.bytes }
    }
}

impl PlanView {
    /// The plan, with nothing done yet.
    pub(crate) fn new(plan: &DeletionPlan, fate: DataFate) -> Self {
        let instance = &plan.instance;
        Self {
            instance: PlannedInstanceView {
                id: instance.id().to_string(),
                uid: instance.uid(),
                slug: instance.slug().to_string(),
            },
            database: plan.database.to_string(),
            has_data: plan.has_data(),
            locations: plan.locations.iter().map(|location| location_view(location, fate)).collect(),
            digest: plan.digest(),
            deleted: false,
            purged: None,
        }
    }

    /// The plan, carried out.
    pub(crate) fn carried_out(self, purged: Tally) -> Self {
        Self { deleted: true, purged: Some(purged.into()), ..self }
    }

    /// The same plan, with the actions of an order, carried out.
    pub(crate) fn applied(self, order: &DeletionOrder, purged: Tally) -> Self {
        let locations = self.locations.into_iter().map(|location| {
            let (action, to) = match order.fates.get(&location.storage) {
                None => (location.action, None),
                Some(LocationFate::Release) => (ActionView::Release, None),
                Some(LocationFate::Purge) => (ActionView::Purge, None),
                Some(LocationFate::HandOver { to }) => (ActionView::HandOver, Some(to.clone())),
            };
            LocationView { action, to, ..location }
        });
        Self { locations: locations.collect(), deleted: true, purged: Some(purged.into()), ..self }
    }

    /// Reads a plan that was printed, and perhaps edited.
    pub(crate) fn parse(text: &str) -> Result<Self, Failure> {
        serde_json::from_str(text).map_err(|error| {
            Failure::invalid(format!("that is no plan of a deletion: {error}"))
                .with_hint("make one: `freehold instance delete --dry-run --json > plan.json`")
        })
    }

    /// The uid of the instance that was planned for.
    pub(crate) fn instance(&self) -> InstanceUid {
        self.instance.uid
    }

    /// What people call that instance.
    pub(crate) fn slug(&self) -> &str {
        &self.instance.slug
    }

    /// Where its registry is.
    pub(crate) fn database(&self) -> &str {
        &self.database
    }

    /// What the plan orders.
    pub(crate) fn order(&self) -> Result<DeletionOrder, Failure> {
        let (mut seen, mut fates) = (Vec::new(), BTreeMap::new());
        for location in &self.locations {
            seen.push(location.seen()?);
            if let Some(fate) = location.fate()? {
                fates.insert(location.storage, fate);
            }
        }
        Ok(DeletionOrder { instance: self.instance.uid, digest: self.digest.clone(), seen, fates })
    }
}

impl LocationView {
    fn seen(&self) -> Result<SeenLocation, Failure> {
        let root = StorageRoot::from_canonical(&self.root).map_err(|error| {
            Failure::invalid(format!("the plan names a root that is none: {}: {error}", self.root))
        })?;
        let access = match self.access {
            AccessView::Managed => Access::Managed,
            AccessView::Linked => Access::Linked,
        };
        let contents = self.contents.as_ref();
        Ok(SeenLocation {
            storage: self.storage,
            root,
            access,
            contents: contents.map(|contents| Contents {
                ingested: contents.ingested.into(),
                in_place: contents.in_place.into(),
                unknown: contents.unknown.into(),
            }),
            sight: contents.map(|contents| Sight {
                claim: contents.claim_digest.clone(),
                ingested: contents.ingested_digest.clone(),
                kept: contents.kept_digest.clone(),
                recorded: contents.recorded_digest.clone(),
            }),
        })
    }

    fn fate(&self) -> Result<Option<LocationFate>, Failure> {
        match (self.access, self.action, &self.to) {
            (AccessView::Linked, ActionView::Untouched, None)
            | (AccessView::Managed, ActionView::Undecided, None) => Ok(None),
            (AccessView::Linked, _, _) => Err(Failure::invalid(format!(
                "{} is linked, and a deletion leaves it untouched; its action cannot be another one",
                self.root
            ))),
            (AccessView::Managed, ActionView::Release, None) => Ok(Some(LocationFate::Release)),
            (AccessView::Managed, ActionView::Purge, None) => Ok(Some(LocationFate::Purge)),
            (AccessView::Managed, ActionView::HandOver, Some(to)) => {
                Ok(Some(LocationFate::HandOver { to: to.clone() }))
            }
            (AccessView::Managed, ActionView::HandOver, None) => Err(Failure::invalid(format!(
                "{} is to be handed over, and the plan does not say `to` whom",
                self.root
            ))),
            (AccessView::Managed, ActionView::Untouched, _) => Err(Failure::invalid(format!(
                "{} is managed, and its manager goes: its action is release, purge or hand_over",
                self.root
            ))),
            (
                AccessView::Managed,
                ActionView::Undecided | ActionView::Release | ActionView::Purge,
                Some(_),
            ) => Err(Failure::invalid(format!(
                "{} has a receiver (`to`) without the action hand_over",
                self.root
            ))),
        }
    }
}

fn location_view(location: &PlannedLocation, fate: DataFate) -> LocationView {
    let access = match location.access {
        Access::Managed => AccessView::Managed,
        Access::Linked => AccessView::Linked,
    };
    let is_empty = location.contents.unwrap_or_default().is_empty();
    let action = match (location.access, fate) {
        (Access::Linked, _) => ActionView::Untouched,
        (Access::Managed, DataFate::Unsaid) if is_empty => ActionView::Release,
        (Access::Managed, DataFate::Unsaid) => ActionView::Undecided,
        (Access::Managed, DataFate::Release) => ActionView::Release,
        (Access::Managed, DataFate::Purge) => ActionView::Purge,
    };
    let contents = location.contents.map(|contents| {
        let sight = location.sight.clone().unwrap_or_default();
        ContentsView {
            ingested: contents.ingested.into(),
            in_place: contents.in_place.into(),
            unknown: contents.unknown.into(),
            claim_digest: sight.claim,
            ingested_digest: sight.ingested,
            kept_digest: sight.kept,
            recorded_digest: sight.recorded,
        }
    });
    LocationView {
        storage: location.storage.uid(),
        root: location.storage.root().to_string(),
        access,
        instance_uid: location.storage.instance_uid(),
        action,
        to: None,
        contents,
        linked_by: location
            .linkers
            .as_ref()
            .map(|linkers| linkers.receipts.iter().map(LinkReceipt::instance).collect()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use freehold_domain::{Instance, Timestamp};

    use super::super::storage_view;
    use super::*;

    fn plan() -> DeletionPlan {
        let id = format!("{:032x}", 1);
        let ingested = Tally { artifacts: 2, bytes: 10 };
        let location = |root, access, contents: Option<Contents>| PlannedLocation {
            storage: storage_view::tests::storage(root),
            access,
            contents,
            linkers: None,
            sight: contents.map(|_| Sight { kept: "0f".to_owned(), ..Sight::default() }),
        };
        DeletionPlan {
            instance: Instance::new(id.parse().unwrap(), "lab/primary".parse().unwrap(), Timestamp::MIN_UTC),
            database: "sqlite:///data/books.db".parse().unwrap(),
            locations: vec![
                location("/data", Access::Managed, Some(Contents { ingested, ..Contents::default() })),
                location("/empty", Access::Managed, Some(Contents::default())),
                location("/theirs", Access::Linked, None),
            ],
        }
    }

    fn document(fate: DataFate) -> serde_json::Value {
        serde_json::to_value(PlanView::new(&plan(), fate)).unwrap()
    }

    #[test]
    fn each_location_says_how_it_is_held_and_what_lies_there() {
        let view = document(DataFate::Unsaid);
        assert_eq!(view["locations"][0]["root"], "/data");
        assert_eq!(view["locations"][0]["access"], "managed");
        assert_eq!(
            view["locations"][0]["contents"]["ingested"],
            serde_json::json!({"files": 2, "bytes": 10})
        );
        assert_eq!(view["locations"][2]["action"], "untouched");
        assert_eq!(view["deleted"], false);
    }

    #[test]
    fn data_of_which_nothing_was_said_is_undecided() {
        let actions = |fate| {
            let view = document(fate);
            [view["locations"][0]["action"].clone(), view["locations"][1]["action"].clone()]
        };
        assert_eq!(actions(DataFate::Unsaid), ["undecided", "release"]);
        assert_eq!(actions(DataFate::Purge), ["purge", "purge"]);
    }

    #[test]
    fn what_is_printed_is_read_again_as_it_was_seen() {
        let order = PlanView::parse(&document(DataFate::Purge).to_string()).unwrap().order().unwrap();
        assert_eq!(order.seen, plan().seen());
        assert_eq!(order.digest, plan().digest());
        let fates: Vec<&LocationFate> = order.fates.values().collect();
        assert_eq!(fates, [&LocationFate::Purge], "all locations of this plan have one uid");
    }

    #[test]
    fn a_hand_over_may_be_spelled_as_the_command_is() {
        for action in ["hand_over", "hand-over"] {
            let mut view = document(DataFate::Unsaid);
            view["locations"][1]["action"] = action.into();
            view["locations"][1]["to"] = "analysis/derived".into();
            let order = PlanView::parse(&view.to_string()).unwrap().order().unwrap();
            let fates: Vec<&LocationFate> = order.fates.values().collect();
            assert_eq!(fates, [&LocationFate::HandOver { to: "analysis/derived".to_owned() }], "{action}");
        }
    }

    #[test]
    fn an_action_that_does_not_fit_is_refused() {
        for (location, action, to) in
            [(2, "purge", None), (0, "untouched", None), (0, "hand_over", None), (0, "release", Some("a/b"))]
        {
            let mut view = document(DataFate::Release);
            view["locations"][location]["action"] = action.into();
            view["locations"][location]["to"] = to.into();
            PlanView::parse(&view.to_string()).unwrap().order().unwrap_err();
        }
    }
}
