//! Managed or linked: what an instance may do at a location.

use std::fmt;

use crate::{Claim, ClaimEpoch, InstanceUid, Storage, StorageRoot, StorageUid};

/// What an instance may do at a storage location.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access {
    /// Write, update and delete.
    Managed,
    /// Read only, whoever manages it.
    Linked,
}

impl fmt::Display for Access {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Managed => "managed",
            Self::Linked => "linked",
        })
    }
}

/// A location that the asking instance does not manage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotManaged {
    /// The location.
    pub storage: StorageUid,
    /// Where it is.
    pub root: StorageRoot,
    /// Who manages it, if anyone is known to.
    pub manager: Option<InstanceUid>,
}

impl std::error::Error for NotManaged {}

impl fmt::Display for NotManaged {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { root, manager, .. } = self;
        match manager {
            Some(manager) => write!(
                formatter,
                "storage location {root} is managed by instance {manager}, and only its manager may write there"
            ),
            None => {
                write!(formatter, "storage location {root} is linked, and a linked location is read only")
            }
        }
    }
}

/// Proof that an instance manages a storage location, by the word of its own database.
///
/// The only way to one is [`Storage::managed_by`]. Before bytes are touched, the claim in the storage must agree:
/// [`is_confirmed_by`](Self::is_confirmed_by).
///
/// ```compile_fail
/// # fn forge(storage: &freehold_domain::Storage) {
/// let permission = freehold_domain::ManagedStorage { storage };
/// # }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct ManagedStorage<'storage> {
    storage: &'storage Storage,
    manager: InstanceUid,
    epoch: ClaimEpoch,
}

impl<'storage> ManagedStorage<'storage> {
    pub(super) fn new(storage: &'storage Storage, manager: InstanceUid, epoch: ClaimEpoch) -> Self {
        Self { storage, manager, epoch }
    }

    /// The location.
    #[must_use]
    pub fn storage(&self) -> &'storage Storage {
        self.storage
    }

    /// The instance that manages it.
    #[must_use]
    pub fn manager(&self) -> InstanceUid {
        self.manager
    }

    /// The epoch of the claim that the database believes in.
    #[must_use]
    pub fn epoch(&self) -> ClaimEpoch {
        self.epoch
    }

    /// Whether `claim`, as just read in the storage, says the same: this location, this manager, this epoch.
    #[must_use]
    pub fn is_confirmed_by(&self, claim: &Claim) -> bool {
        claim.is_held_by(self.storage.uid(), self.manager, self.epoch)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{Instance, Provenance, StorageFields, Surroundings, Timestamp, UserUid};

    fn instance(number: u128) -> Instance {
        let id = uuid::Uuid::from_u128(number);
        Instance::new(id, "lab/primary".parse().unwrap(), Timestamp::MIN_UTC)
    }

    fn storage(instance_uid: Option<InstanceUid>, epoch: Option<ClaimEpoch>) -> Storage {
        let surroundings = Surroundings { current_directory: "/".into(), home: None };
        Storage::from_fields(StorageFields {
            id: None,
            uid: StorageUid::from_entropy(5),
            root: StorageRoot::parse("/data", &surroundings).unwrap(),
            instance_uid,
            epoch,
            description: None,
            region: None,
            capabilities: None,
            provenance: Provenance::created(Timestamp::MIN_UTC, UserUid::from_entropy(1), None),
        })
    }

    #[test]
    fn only_the_manager_gets_the_proof() {
        let (ours, theirs) = (instance(1), instance(2));
        let location = storage(Some(ours.uid()), Some(ClaimEpoch::FIRST));
        assert_eq!(location.managed_by(&ours).unwrap().manager(), ours.uid());
        assert_eq!(location.managed_by(&theirs).unwrap_err().manager, Some(ours.uid()));
        assert_eq!(location.access(&theirs), Access::Linked);
    }

    #[test]
    fn a_location_that_nobody_manages_is_linked() {
        let refusal = storage(None, None).managed_by(&instance(1)).unwrap_err();
        assert_eq!(refusal.manager, None);
    }

    #[test]
    fn a_manager_without_an_epoch_is_none() {
        let location = storage(Some(instance(1).uid()), None);
        assert_eq!(location.access(&instance(1)), Access::Linked);
        assert!(location.managed_by(&instance(1)).is_err());
    }

    #[test]
    fn the_same_slug_is_not_the_same_instance() {
        let location = storage(Some(instance(1).uid()), Some(ClaimEpoch::FIRST));
        assert!(location.managed_by(&instance(2)).is_err());
    }

    #[test]
    fn a_claim_of_another_epoch_or_location_confirms_nothing() {
        let ours = instance(1);
        let location = storage(Some(ours.uid()), Some(ClaimEpoch::FIRST));
        let managed = location.managed_by(&ours).unwrap();
        let claim = |uid, epoch| Claim::new(uid, "lab/primary", ours.id(), epoch);
        assert!(managed.is_confirmed_by(&claim(location.uid(), ClaimEpoch::FIRST)));
        assert!(!managed.is_confirmed_by(&claim(location.uid(), ClaimEpoch::FIRST.next())));
        assert!(!managed.is_confirmed_by(&claim(StorageUid::from_entropy(6), ClaimEpoch::FIRST)));
    }
}
