//! Release a storage location: its claim is given up, and everything that lies there stays. The location stays recorded, linked.
//!
//! The record goes first, and then the claim: in one unit of work the location becomes linked if no session that may be alive has announced a change
//! there, and whoever comes later announces nothing. An interruption in between leaves a claim of ours under
//! which nobody writes; the same call removes it, and adding the location again puts one of a later epoch in its place, so that a release that was only
//! slow does not remove that one.

use freehold_domain::{ClaimEpoch, Instance, InstanceUid, Storage, StorageChange, StorageEvent, StorageRoot};
use freehold_ports::persistence::PersistenceError;
use freehold_ports::system::LivenessError;

use crate::left_claims::clear_left_claim;
use crate::location::Linkers;
use crate::ownership::{Change, managed_instead, record_change};
use crate::reference::StorageQuery;
use crate::registry::ActorError;
use crate::sessions_at_work::EndedSessions;
use crate::{AccessError, Category, ReferenceError, Registry, Transaction, UseCaseError};

/// A location that was released.
#[derive(Debug, Clone, PartialEq)]
pub struct ReleasedStorage {
    /// The location, linked by now.
    pub storage: Storage,
    /// Who said that they link it; absent when that could not be read.
    pub linkers: Option<Linkers>,
}

/// Why a location was not given up.
#[derive(Debug, thiserror::Error)]
pub enum ReleaseStorageError {
    /// New artifacts go there.
    #[error("{root} is the default storage, and an instance always manages one")]
    IsDefault {
        /// The location.
        root: StorageRoot,
    },
    /// Another process is writing there. Nothing was changed.
    #[error("another process is writing to {root}; try again when it has finished")]
    Busy {
        /// The location.
        root: StorageRoot,
    },
    /// The location is not known.
    #[error(transparent)]
    Reference(#[from] ReferenceError),
    /// The location is not this instance's to give up. Nothing was changed.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The user or the run cannot be recorded.
    #[error(transparent)]
    Actor(#[from] ActorError),
    /// It cannot be told who writes there.
    #[error(transparent)]
    Liveness(#[from] LivenessError),
    /// The registry failed.
    #[error(transparent)]
    Persistence(#[from] PersistenceError),
}

impl UseCaseError for ReleaseStorageError {
    fn category(&self) -> Category {
        match self {
            Self::IsDefault { .. } => Category::Refused,
            Self::Busy { .. } => Category::Conflict,
            Self::Reference(error) => error.category(),
            Self::Access(error) => error.category(),
            Self::Actor(error) => error.category(),
            Self::Liveness(error) => error.category(),
            Self::Persistence(error) => error.category(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::IsDefault { .. } => {
                Some("make another location the default first: `freehold storage default S`".to_owned())
            }
            Self::Busy { .. } => None,
            Self::Reference(error) => error.hint(),
            Self::Access(error) => error.hint(),
            Self::Actor(error) => error.hint(),
            Self::Liveness(error) => error.hint(),
            Self::Persistence(error) => error.hint(),
        }
    }
}

/// Gives up the claim of the location that `storage` means, by compare-and-swap. What lies there stays, and the location stays recorded, linked.
///
/// # Idempotency
/// Interrupted anywhere, the same call finishes; a location that was released last is success.
///
/// # Errors
/// See [`ReleaseStorageError`].
pub async fn release_storage(
    registry: &Registry,
    storage: &str,
) -> Result<ReleasedStorage, ReleaseStorageError> {
    let holding = holding(registry, storage).await?;
    let linkers = read_linkers(registry, &holding.storage).await;
    let storage = release(registry, holding).await?;
    Ok(ReleasedStorage { storage, linkers })
}

/// Gives up a location, or finishes giving it up.
pub(crate) async fn release(registry: &Registry, holding: Holding) -> Result<Storage, ReleaseStorageError> {
    let locations = &registry.host.locations;
    let claimant = registry.claimant().await?;
    if let Ok(proof) = holding.storage.managed_by(&registry.instance) {
        locations.confirm(proof, claimant).await?;
        let change = Change::new(StorageChange::Released, holding.storage.epoch());
        let released = record_given_up(registry, &holding.storage, None, change).await?;
        locations.release(proof, claimant).await?;
        return Ok(released);
    }
    let Some(held) = holding.before(StorageChange::Released, &registry.instance) else {
        locations.managed(&holding.storage, &registry.instance).await?;
        return Ok(holding.storage);
    };
    let released =
        locations.release(held.managed_by(&registry.instance).map_err(AccessError::from)?, claimant).await;
    if finished(released)?.is_none() {
        // An addition that was interrupted may have put one of a later epoch in its place.
        clear_left_claim(registry, &holding.storage).await?;
    }
    Ok(holding.storage)
}

/// A claim that is not as we left it, when it was given up before, is somebody else's, and none of our business.
pub(crate) fn finished<T>(given_up: Result<T, AccessError>) -> Result<Option<T>, AccessError> {
    match given_up {
        Ok(value) => Ok(Some(value)),
        Err(
            AccessError::ClaimMissing { .. }
            | AccessError::ClaimDisagrees { .. }
            | AccessError::ClaimUnreadable { .. },
        ) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A location, and what became of its ownership last.
#[derive(Debug, Clone)]
pub(crate) struct Holding {
    pub(crate) storage: Storage,
    pub(crate) last: Option<StorageEvent>,
}

impl Holding {
    /// Whether the other part of the last change was this instance.
    pub(crate) fn is_with(&self, other: InstanceUid) -> bool {
        self.last.as_ref().is_some_and(|last| last.other == Some(other))
    }

    /// The location as it was managed before it was given up, if `change` is how it was.
    pub(crate) fn before(&self, change: StorageChange, instance: &Instance) -> Option<Storage> {
        let last = self.last.as_ref().filter(|last| last.change == change)?;
        let epoch = match change {
            // A hand-over is recorded under the epoch that it begins.
            StorageChange::HandedOver => {
                last.epoch.and_then(|epoch| ClaimEpoch::from_number(epoch.number().checked_sub(1)?))
            }
            _ => last.epoch,
        };
        epoch.map(|epoch| managed_instead(&self.storage, Some(instance.uid()), Some(epoch)))
    }
}

/// The location that is to be given up, by somebody who can be recorded.
pub(crate) async fn holding(registry: &Registry, storage: &str) -> Result<Holding, ReleaseStorageError> {
    let query = StorageQuery::new(&registry.host, storage).await;
    registry
        .writing(|| {
            async |transaction: &mut Transaction| {
                registry.record_actor(transaction).await?;
                let storage = query.find(transaction).await?;
                refuse_default(registry, transaction, &storage).await?;
                let last = transaction.storages().history(&storage.uid()).await?.pop();
                Ok(Holding { storage, last })
            }
        })
        .await
}

/// Nothing is given up that is needed.
async fn refuse_default(
    registry: &Registry,
    transaction: &mut Transaction,
    storage: &Storage,
) -> Result<(), ReleaseStorageError> {
    let instance = transaction.instance().find().await?;
    if !registry.is_deletion()
        && instance.and_then(|instance| instance.default_storage()) == Some(storage.uid())
    {
        return Err(ReleaseStorageError::IsDefault { root: storage.root().clone() });
    }
    Ok(())
}

/// Who said that they link a location. It is for people only, so a failure keeps nobody from anything.
pub(crate) async fn read_linkers(registry: &Registry, storage: &Storage) -> Option<Linkers> {
    match registry.host.locations.linkers(storage, registry.instance.uid()).await {
        Ok(linkers) => Some(linkers),
        Err(error) => {
            tracing::warn!(%error, root = %storage.root(), "the receipts of those who link the location cannot be read");
            None
        }
    }
}

/// Records that a location which is managed as `held` is managed by somebody else or nobody, unless a process that may be alive has announced a change
/// there.
pub(crate) async fn record_given_up(
    registry: &Registry,
    held: &Storage,
    manager: Option<InstanceUid>,
    change: Change,
) -> Result<Storage, ReleaseStorageError> {
    let mut ended = EndedSessions::of(registry).await;
    loop {
        let outcome = registry
            .writing(|| {
                async |transaction: &mut Transaction| {
                    let actor = registry.record_actor(transaction).await?;
                    refuse_default(registry, transaction, held).await?;
                    let found = transaction.storages().find_many(&[held.uid()]).await?.pop();
                    let recorded = found.filter(|recorded| {
                        recorded.instance_uid() == held.instance_uid() && recorded.epoch() == held.epoch()
                    });
                    let Some(recorded) = recorded else {
                        return Err(AccessError::GivenUp { root: held.root().clone() }.into());
                    };
                    let others = ended.others(transaction, Some(held.uid())).await?;
                    if !others.is_empty() {
                        return Ok(Err(others));
                    }
                    let mut given_up = managed_instead(&recorded, manager, None);
                    record_change(transaction, &mut given_up, change.clone(), &actor).await?;
                    Ok::<_, ReleaseStorageError>(Ok(given_up))
                }
            })
            .await?;
        match outcome {
            Ok(given_up) => return Ok(given_up),
            Err(others) => {
                if !ended.have_ended(registry, others).await? {
                    return Err(ReleaseStorageError::Busy { root: held.root().clone() });
                }
            }
        }
    }
}
