//! How a change of a location's ownership is recorded: the row and its history, in one unit of work.

use freehold_domain::{
    ClaimEpoch, InstanceUid, Provenance, Storage, StorageChange, StorageEvent, StorageFields, StorageRoot,
    StorageUid,
};
use freehold_ports::persistence::PersistenceError;

use crate::Transaction;

/// A change of a location's ownership.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    pub(crate) what: StorageChange,
    pub(crate) epoch: Option<ClaimEpoch>,
    pub(crate) other: Option<InstanceUid>,
    pub(crate) reason: Option<String>,
}

impl Change {
    /// A change that nobody else is part of.
    pub(crate) fn new(what: StorageChange, epoch: Option<ClaimEpoch>) -> Self {
        Self { what, epoch, other: None, reason: None }
    }

    /// The same change, by or for another instance.
    pub(crate) fn with(self, other: Option<InstanceUid>) -> Self {
        Self { other, ..self }
    }

    /// The same change, for this reason.
    pub(crate) fn because(self, reason: Option<String>) -> Self {
        Self { reason, ..self }
    }
}

/// Adds a change to the history of a location that is recorded.
pub(crate) async fn record_event(
    transaction: &mut Transaction,
    storage: StorageUid,
    change: Change,
    actor: &Provenance,
) -> Result<(), PersistenceError> {
    let Change { what, epoch, other, reason } = change;
    let event = StorageEvent {
        storage,
        change: what,
        epoch,
        other,
        reason,
        at: actor.created_at(),
        by: actor.created_by(),
        run: actor.run(),
    };
    transaction.storages().record_event(&event).await
}

/// Records that a location has another manager, or lies elsewhere, with the change that led to it.
pub(crate) async fn record_change(
    transaction: &mut Transaction,
    storage: &mut Storage,
    change: Change,
    actor: &Provenance,
) -> Result<(), PersistenceError> {
    storage.provenance.record_update(actor.created_at(), actor.run());
    transaction.storages().update(storage).await?;
    record_event(transaction, storage.uid(), change, actor).await
}

/// The location under this manager, in this epoch if that is us.
pub(crate) fn managed_instead(
    storage: &Storage,
    manager: Option<InstanceUid>,
    epoch: Option<ClaimEpoch>,
) -> Storage {
    Storage::from_fields(StorageFields { instance_uid: manager, epoch, ..fields(storage) })
}

/// The location at this root.
pub(crate) fn moved_to(storage: &Storage, root: StorageRoot) -> Storage {
    Storage::from_fields(StorageFields { root, ..fields(storage) })
}

fn fields(storage: &Storage) -> StorageFields {
    StorageFields {
        id: storage.id(),
        uid: storage.uid(),
        root: storage.root().clone(),
        instance_uid: storage.instance_uid(),
        epoch: storage.epoch(),
        description: storage.description.clone(),
        region: storage.region.clone(),
        capabilities: storage.capabilities,
        provenance: storage.provenance.clone(),
    }
}
