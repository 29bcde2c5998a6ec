//! Managed or linked: what an instance may do at a location.

use std::fmt;

use crate::{Claim, ClaimEpoch, DatabaseFingerprint, InstanceUid, Storage, StorageRoot, StorageUid};

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
/// [`confirm`](Self::confirm).
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

    /// Compares with `claim`, as just read in the storage, whose manager's database must be `database`. A claim that names no database, as an
    /// earlier release wrote it, is content with any.
    ///
    /// # Errors
    /// [`ClaimDisagreement`] names the first thing that differs.
    pub fn confirm(&self, claim: &Claim, database: DatabaseFingerprint) -> Result<(), ClaimDisagreement> {
        if !claim.is_managed_by(self.manager) {
            let found = claim.manager().filter(|manager| *manager != self.manager);
            let slug = claim.slug().map(str::to_owned);
            return Err(ClaimDisagreement::Manager { expected: self.manager, found, slug });
        }
        if claim.storage_uid() != self.storage.uid() {
            let (expected, found) = (self.storage.uid(), claim.storage_uid());
            return Err(ClaimDisagreement::Location { expected, found });
        }
        if claim.epoch() != Some(self.epoch) {
            return Err(ClaimDisagreement::Epoch { expected: self.epoch, found: claim.epoch() });
        }
        match claim.database() {
            None => Ok(()),
            Some(Ok(found)) if found == database => Ok(()),
            Some(Ok(found)) => Err(ClaimDisagreement::Database { here: database, found: Some(found) }),
            Some(Err(_)) => Err(ClaimDisagreement::Database { here: database, found: None }),
        }
    }
}

/// How a claim contradicts what the database believes: whoever wrote it is not this instance, in this database, as it is now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClaimDisagreement {
    /// It is the claim of another location: the folder was replaced, or copied over.
    #[error("the claim is that of storage location {found}, and {expected} is expected")]
    Location {
        /// The location that the database knows.
        expected: StorageUid,
        /// The location that the claim names.
        found: StorageUid,
    },
    /// Another instance manages the location by now, or nobody that is known.
    #[error(
        "the claim names {} as its manager, and this instance ({expected}) is expected",
        described(found.as_ref(), slug.as_deref())
    )]
    Manager {
        /// The asking instance.
        expected: InstanceUid,
        /// The manager that the claim names; `None` when it is not known, or the claim is one of `LaminDB`.
        found: Option<InstanceUid>,
        /// What the claim calls its manager.
        slug: Option<String>,
    },
    /// The location was handed over, and came back, since the database was written.
    #[error(
        "the claim is in {}, and {expected} is expected: this registry is not the one that managed the location last",
        found.map_or_else(|| "no epoch".to_owned(), |epoch| format!("epoch {epoch}"))
    )]
    Epoch {
        /// The epoch that the database knows.
        expected: ClaimEpoch,
        /// The epoch of the claim.
        found: Option<ClaimEpoch>,
    },
    /// This database is not the one that the location was claimed from: it was copied or moved.
    #[error(
        "the location was claimed from the database with fingerprint {}, and this one has {here}: it is a copy, or was moved",
        found.map_or_else(|| "unknown".to_owned(), |database| database.to_string())
    )]
    Database {
        /// The fingerprint of the database in use.
        here: DatabaseFingerprint,
        /// The fingerprint in the claim; `None` when it is not one.
        found: Option<DatabaseFingerprint>,
    },
}

fn described(manager: Option<&InstanceUid>, slug: Option<&str>) -> String {
    match (manager, slug) {
        (Some(manager), Some(slug)) => format!("instance {slug} ({manager})"),
        (Some(manager), None) => format!("instance {manager}"),
        (None, _) => "nobody known".to_owned(),
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
        let here = DatabaseFingerprint::of(["here"]);
        assert_eq!(managed.confirm(&claim(location.uid(), ClaimEpoch::FIRST), here), Ok(()));
        assert!(managed.confirm(&claim(location.uid(), ClaimEpoch::FIRST.next()), here).is_err());
        assert!(managed.confirm(&claim(StorageUid::from_entropy(6), ClaimEpoch::FIRST), here).is_err());
    }

    #[test]
    fn a_claim_from_another_database_confirms_nothing() {
        let ours = instance(1);
        let location = storage(Some(ours.uid()), Some(ClaimEpoch::FIRST));
        let (here, there) = (DatabaseFingerprint::of(["here"]), DatabaseFingerprint::of(["there"]));
        let claim = Claim::new(location.uid(), "lab/primary", ours.id(), ClaimEpoch::FIRST);
        let claim = claim.with_database(there).unwrap();
        let managed = location.managed_by(&ours).unwrap();
        assert_eq!(managed.confirm(&claim, there), Ok(()));
        let refusal = managed.confirm(&claim, here).unwrap_err();
        assert_eq!(refusal, ClaimDisagreement::Database { here, found: Some(there) });
    }
}
