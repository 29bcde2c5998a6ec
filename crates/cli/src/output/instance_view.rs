//! Instances and users as JSON.

use freehold::{InstanceDescription, KnownInstance, LeftBehind, ListedInstance, Relocated};
use freehold_domain::{InstanceUid, StorageRoot, User, UserUid};
use serde::Serialize;

use super::StorageView;

/// A user.
#[derive(Debug, Serialize)]
pub(crate) struct UserView<'user> {
    uid: UserUid,
    handle: &'user str,
    name: Option<&'user str>,
}

impl<'user> From<&'user User> for UserView<'user> {
    fn from(user: &'user User) -> Self {
        Self { uid: user.uid, handle: user.handle.as_str(), name: user.name.as_deref() }
    }
}

/// An instance, as `info` and `connect` show it.
#[derive(Debug, Serialize)]
pub(crate) struct InstanceView<'description> {
    id: String,
    uid: InstanceUid,
    slug: String,
    default_storage: Option<StorageView<'description>>,
    database: String,
    user: UserView<'description>,
}

impl<'description> From<&'description InstanceDescription> for InstanceView<'description> {
    fn from(description: &'description InstanceDescription) -> Self {
        let InstanceDescription { instance, default_storage, database, user } = description;
        Self {
            id: instance.id().to_string(),
            uid: instance.uid(),
            slug: instance.slug().to_string(),
            default_storage: default_storage
                .as_ref()
                .map(|storage| StorageView::new(storage, storage.access(instance), true)),
            database: database.to_string(),
            user: user.into(),
        }
    }
}

/// An instance, as `init` leaves it.
#[derive(Debug, Serialize)]
pub(crate) struct InitialisedView<'description> {
    #[serde(flatten)]
    pub(crate) instance: InstanceView<'description>,
    /// Whether it was made now.
    pub(crate) created: bool,
}

/// An instance whose registry or roots were moved.
#[derive(Debug, Serialize)]
pub(crate) struct RelocatedView<'relocated> {
    #[serde(flatten)]
    instance: InstanceView<'relocated>,
    moved: Vec<&'relocated StorageRoot>,
    left: Vec<LeftView<'relocated>>,
}

/// A location whose claim could not be changed.
#[derive(Debug, Serialize)]
struct LeftView<'relocated> {
    root: &'relocated StorageRoot,
    reason: String,
}

impl<'relocated> RelocatedView<'relocated> {
    pub(crate) fn new(
        relocated: &'relocated Relocated,
        description: &'relocated InstanceDescription,
    ) -> Self {
        let left = |left: &'relocated LeftBehind| LeftView {
            root: left.storage.root(),
            reason: left.reason.to_string(),
        };
        Self {
            instance: description.into(),
            moved: relocated.moved.iter().map(freehold_domain::Storage::root).collect(),
            left: relocated.left.iter().map(left).collect(),
        }
    }
}

/// An instance that the user knows.
#[derive(Debug, Serialize)]
pub(crate) struct ListedInstanceView<'listed> {
    uid: InstanceUid,
    slug: String,
    database: String,
    root: Option<&'listed StorageRoot>,
    is_current: bool,
}

impl<'listed> From<&'listed ListedInstance> for ListedInstanceView<'listed> {
    fn from(listed: &'listed ListedInstance) -> Self {
        let ListedInstance { known, is_current } = listed;
        Self {
            uid: known.uid,
            slug: known.slug.to_string(),
            database: known.database.to_string(),
            root: known.root.as_ref(),
            is_current: *is_current,
        }
    }
}

/// An instance of which only the settings knew.
#[derive(Debug, Serialize)]
pub(crate) struct ForgottenView {
    instance: KnownInstanceView,
    database: String,
    deleted: bool,
    forgotten: bool,
}

#[derive(Debug, Serialize)]
struct KnownInstanceView {
    uid: InstanceUid,
    slug: String,
}

impl ForgottenView {
    pub(crate) fn new(known: &KnownInstance, forgotten: bool) -> Self {
        let instance = KnownInstanceView { uid: known.uid, slug: known.slug.to_string() };
        Self { instance, database: known.database.to_string(), deleted: false, forgotten }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use freehold_domain::{Instance, Timestamp};

    use super::super::storage_view;
    use super::*;

    #[test]
    fn an_instance_has_the_fields_of_the_contract_and_no_password() {
        let id = format!("{:032x}", 0x3fae_3ac9_c768_5a63_96f2_d619_d4a5_b2bf_u128);
        let instance = Instance::recorded(
            id.parse().unwrap(),
            "lab/primary".parse().unwrap(),
            Timestamp::MIN_UTC,
            None,
            false,
        );
        let description = InstanceDescription {
            instance,
            default_storage: Some(storage_view::tests::storage("/data")),
            database: "postgres://lab:secret@host/books".parse().unwrap(),
            user: User { uid: UserUid::from_entropy(1), handle: "ada".parse().unwrap(), name: None },
        };
        let view = serde_json::to_value(InstanceView::from(&description)).unwrap();
        let names: Vec<_> = view.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, ["database", "default_storage", "id", "slug", "uid", "user"]);
        assert_eq!(view["uid"], "186kfOVJd0dZ");
        assert_eq!(view["default_storage"]["root"], "/data");
        assert_eq!(view["database"], "postgres://lab:***@host/books");
    }
}
