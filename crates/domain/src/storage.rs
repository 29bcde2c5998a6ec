//! A storage location, who manages it, and the proof that one may write there.

mod access;
mod capabilities;
mod event;

pub use access::{Access, ClaimDisagreement, ManagedStorage, NotManaged};
pub use capabilities::Capabilities;
pub use event::{StorageChange, StorageEvent, UnknownStorageChange};

use crate::{ClaimEpoch, Instance, InstanceUid, Provenance, StorageKind, StorageRoot, StorageUid};

/// The number of a storage location in one database. It means nothing elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StorageId(pub i64);

/// A directory, a folder of a bucket, or a whole bucket, as one registry knows it.
///
/// Its root, uid and manager change only through the operations of the claim protocol, never by a field update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Storage {
    id: Option<StorageId>,
    uid: StorageUid,
    root: StorageRoot,
    instance_uid: Option<InstanceUid>,
    epoch: Option<ClaimEpoch>,
    /// What the location is for, in a person's words.
    pub description: Option<String>,
    /// The cloud region; for a local location the optional identifier of its host.
    pub region: Option<String>,
    /// What the backend was seen to be able to do, once it was probed.
    pub capabilities: Option<Capabilities>,
    /// Who recorded the location, under which runs.
    pub provenance: Provenance,
}

/// Every field of a [`Storage`], for those who record locations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorageFields {
    /// The number in this database, once recorded.
    pub id: Option<StorageId>,
    /// Universal identity.
    pub uid: StorageUid,
    /// Where it is.
    pub root: StorageRoot,
    /// Who manages it, as far as is known.
    pub instance_uid: Option<InstanceUid>,
    /// The epoch of the claim that this record believes in.
    pub epoch: Option<ClaimEpoch>,
    /// What it is for.
    pub description: Option<String>,
    /// Cloud region, or host.
    pub region: Option<String>,
    /// What the backend was seen to be able to do.
    pub capabilities: Option<Capabilities>,
    /// Who recorded it, under which runs.
    pub provenance: Provenance,
}

impl Storage {
    /// The location with these fields.
    #[must_use]
    pub fn from_fields(fields: StorageFields) -> Self {
        let StorageFields {
            id,
            uid,
            root,
            instance_uid,
            epoch,
            description,
            region,
            capabilities,
            provenance,
        } = fields;
        Self { id, uid, root, instance_uid, epoch, description, region, capabilities, provenance }
    }

    /// The location under the number that a database gave it.
    #[must_use]
    pub fn with_id(self, id: StorageId) -> Self {
        Self { id: Some(id), ..self }
    }

    /// What `instance` may do here: the location is managed exactly when [`managed_by`](Self::managed_by) gives the proof.
    #[must_use]
    pub fn access(&self, instance: &Instance) -> Access {
        match self.managed_by(instance) {
            Ok(_) => Access::Managed,
            Err(_) => Access::Linked,
        }
    }

    /// The proof that `instance` manages this location: the only way to a value that permits writing.
    ///
    /// # Errors
    /// [`NotManaged`], which says who manages it, if anyone is known to.
    pub fn managed_by(&self, instance: &Instance) -> Result<ManagedStorage<'_>, NotManaged> {
        let manager = self.instance_uid;
        match self.epoch.filter(|_| manager == Some(instance.uid())) {
            Some(epoch) => Ok(ManagedStorage::new(self, instance.uid(), epoch)),
            None => Err(NotManaged {
                storage: self.uid,
                root: self.root.clone(),
                manager: manager.filter(|manager| *manager != instance.uid()),
            }),
        }
    }

    /// The number in the database it was read from; absent before it is recorded.
    #[must_use]
    pub fn id(&self) -> Option<StorageId> {
        self.id
    }

    /// Universal identity.
    #[must_use]
    pub fn uid(&self) -> StorageUid {
        self.uid
    }

    /// Where it is.
    #[must_use]
    pub fn root(&self) -> &StorageRoot {
        &self.root
    }

    /// What sort of place it is; the field `type` in every interface.
    #[must_use]
    pub fn kind(&self) -> StorageKind {
        self.root.kind()
    }

    /// The instance that manages it; absent when nobody does or nobody is known to.
    #[must_use]
    pub fn instance_uid(&self) -> Option<InstanceUid> {
        self.instance_uid
    }

    /// The epoch of the claim that this record believes in; only a managed location has one.
    #[must_use]
    pub fn epoch(&self) -> Option<ClaimEpoch> {
        self.epoch
    }
}
