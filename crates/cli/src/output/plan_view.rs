//! The plan of an instance's deletion as JSON.

use freehold::{DataFate, DeletionPlan, PlannedLocation, Tally};
use freehold_domain::{Access, InstanceUid, StorageRoot, StorageUid};
use serde::Serialize;

/// What is to happen, or has happened, to an instance.
#[derive(Debug, Serialize)]
pub(crate) struct PlanView<'plan> {
    instance: PlannedInstanceView,
    database: String,
    has_data: bool,
    managed: Vec<ManagedView<'plan>>,
    linked: Vec<LinkedView<'plan>>,
    deleted: bool,
    purged: Option<FilesView>,
}

#[derive(Debug, Serialize)]
struct PlannedInstanceView {
    id: String,
    uid: InstanceUid,
    slug: String,
}

#[derive(Debug, Serialize)]
struct ManagedView<'plan> {
    uid: StorageUid,
    root: &'plan StorageRoot,
    ingested: FilesView,
    in_place: FilesView,
    unknown: FilesView,
    action: &'static str,
}

#[derive(Debug, Serialize)]
struct LinkedView<'plan> {
    uid: StorageUid,
    root: &'plan StorageRoot,
    instance_uid: Option<InstanceUid>,
    action: &'static str,
}

#[derive(Debug, Serialize)]
struct FilesView {
    files: u64,
    bytes: u64,
}

impl From<Tally> for FilesView {
    fn from(tally: Tally) -> Self {
        Self { files: tally.artifacts, bytes: tally.bytes }
    }
}

impl<'plan> PlanView<'plan> {
    /// The plan, with nothing done yet.
    pub(crate) fn new(plan: &'plan DeletionPlan, fate: DataFate) -> Self {
        let instance = &plan.instance;
        Self {
            instance: PlannedInstanceView {
                id: instance.id().to_string(),
                uid: instance.uid(),
                slug: instance.slug().to_string(),
            },
            database: plan.database.to_string(),
            has_data: plan.has_data(),
            managed: of_access(plan, Access::Managed).map(|location| managed(location, fate)).collect(),
            linked: of_access(plan, Access::Linked).map(linked).collect(),
            deleted: false,
            purged: None,
        }
    }

    /// The plan, carried out.
    pub(crate) fn carried_out(self, purged: Tally) -> Self {
        Self { deleted: true, purged: Some(purged.into()), ..self }
    }
}

fn of_access(plan: &DeletionPlan, access: Access) -> impl Iterator<Item = &PlannedLocation> {
    plan.locations.iter().filter(move |location| location.access == access)
}

fn managed(location: &PlannedLocation, fate: DataFate) -> ManagedView<'_> {
    let contents = location.contents.unwrap_or_default();
    ManagedView {
        uid: location.storage.uid(),
        root: location.storage.root(),
        ingested: contents.ingested.into(),
        in_place: contents.in_place.into(),
        unknown: contents.unknown.into(),
        action: match fate {
            DataFate::Unsaid if contents.is_empty() => "release",
            DataFate::Unsaid => "undecided",
            DataFate::Release => "release",
            DataFate::Purge => "purge",
        },
    }
}

fn linked(location: &PlannedLocation) -> LinkedView<'_> {
    LinkedView {
        uid: location.storage.uid(),
        root: location.storage.root(),
        instance_uid: location.storage.instance_uid(),
        action: "untouched",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use freehold::Contents;
    use freehold_domain::{Instance, Timestamp};

    use super::super::storage_view;
    use super::*;

    fn plan() -> DeletionPlan {
        let id = format!("{:032x}", 1);
        let ingested = Tally { artifacts: 2, bytes: 10 };
        let location = |root, access, contents| PlannedLocation {
            storage: storage_view::tests::storage(root),
            access,
            contents,
            linkers: None,
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

    #[test]
    fn managed_and_linked_locations_are_apart() {
        let view = serde_json::to_value(PlanView::new(&plan(), DataFate::Unsaid)).unwrap();
        assert_eq!(view["managed"][0]["root"], "/data");
        assert_eq!(view["managed"][0]["ingested"], serde_json::json!({"files": 2, "bytes": 10}));
        assert_eq!(view["linked"].as_array().unwrap().len(), 1);
        assert_eq!(view["linked"][0]["action"], "untouched");
        assert_eq!(view["deleted"], false);
    }

    #[test]
    fn data_of_which_nothing_was_said_is_undecided() {
        let (plan, actions) = (plan(), |view: serde_json::Value| {
            [view["managed"][0]["action"].clone(), view["managed"][1]["action"].clone()]
        });
        let view = |fate| serde_json::to_value(PlanView::new(&plan, fate)).unwrap();
        assert_eq!(actions(view(DataFate::Unsaid)), ["undecided", "release"]);
        assert_eq!(actions(view(DataFate::Purge)), ["purge", "purge"]);
    }
}
