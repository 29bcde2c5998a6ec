//! Locations that went from one manager to the next, as JSON.

use freehold::{AdoptedStorage, HandedOverStorage, ReleasedStorage};
use freehold_domain::{BlobKey, Instance, InstanceUid, Storage};
use serde::Serialize;

use super::{LinkersView, StorageView};

/// A location that was released.
#[derive(Debug, Serialize)]
pub(crate) struct ReleasedView<'released> {
    #[serde(flatten)]
    storage: StorageView<'released>,
    linkers: Option<LinkersView<'released>>,
}

impl<'released> ReleasedView<'released> {
    pub(crate) fn new(released: &'released ReleasedStorage, instance: &Instance) -> Self {
        let ReleasedStorage { storage, linkers } = released;
        Self { storage: view(storage, instance), linkers: linkers.as_ref().map(Into::into) }
    }
}

/// A location that was handed over.
#[derive(Debug, Serialize)]
pub(crate) struct HandedOverView<'handed> {
    #[serde(flatten)]
    storage: StorageView<'handed>,
    receiver: ReceiverView<'handed>,
    linkers: Option<LinkersView<'handed>>,
}

#[derive(Debug, Serialize)]
struct ReceiverView<'handed> {
    uid: InstanceUid,
    slug: &'handed str,
}

impl<'handed> HandedOverView<'handed> {
    pub(crate) fn new(handed: &'handed HandedOverStorage, instance: &Instance) -> Self {
        let HandedOverStorage { storage, receiver, slug, linkers } = handed;
        Self {
            storage: view(storage, instance),
            receiver: ReceiverView { uid: *receiver, slug },
            linkers: linkers.as_ref().map(Into::into),
        }
    }
}

/// A location that was taken over.
#[derive(Debug, Serialize)]
pub(crate) struct AdoptedView<'adopted> {
    #[serde(flatten)]
    storage: StorageView<'adopted>,
    former_manager: Option<InstanceUid>,
    former_claim: &'adopted BlobKey,
    inside: Vec<StorageView<'adopted>>,
}

impl<'adopted> AdoptedView<'adopted> {
    pub(crate) fn new(adopted: &'adopted AdoptedStorage, instance: &Instance) -> Self {
        let AdoptedStorage { storage, former, retired, inside } = adopted;
        Self {
            storage: view(storage, instance),
            former_manager: *former,
            former_claim: retired,
            inside: inside.iter().map(|inner| view(inner, instance)).collect(),
        }
    }
}

/// The default storage is never given up, and a location is taken over without becoming the default.
fn view<'storage>(storage: &'storage Storage, instance: &Instance) -> StorageView<'storage> {
    let is_default = instance.default_storage() == Some(storage.uid());
    StorageView::new(storage, storage.access(instance), is_default)
}
