//! Release a storage location: its claim is given up, and everything that lies there stays. The location stays recorded, linked.

use freehold_domain::{InstanceUid, Storage, StorageChange, StorageEvent, StorageRoot};
use freehold_ports::persistence::PersistenceError;
use freehold_ports::system::LivenessError;

use crate::location::Linkers;
use crate::ownership::{Change, managed_instead, record_change};
use crate::reference::StorageQuery;
use crate::registry::ActorError;
use crate::sessions_at_work::others_write_to;
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
    let Holding { storage, last } = holding(registry, storage).await?;
    let linkers = read_linkers(registry, &storage).await;
    if let Ok(proof) = storage.managed_by(&registry.instance) {
        registry.host.locations.release(proof, registry.claimant().await?).await?;
        let change = Change::new(StorageChange::Released, storage.epoch());
        let storage = record_given_up(registry, &storage, None, change).await?;
        return Ok(ReleasedStorage { storage, linkers });
    }
    if last.is_some_and(|last| last.change == StorageChange::Released) {
        return Ok(ReleasedStorage { storage, linkers });
    }
    registry.host.locations.managed(&storage, &registry.instance).await?;
    Ok(ReleasedStorage { storage, linkers })
}

/// A location, and what became of its ownership last.
pub(crate) struct Holding {
    pub(crate) storage: Storage,
    pub(crate) last: Option<StorageEvent>,
}

/// The location that is to be given up. Nothing is given up that is needed, or is written to at this moment, or by somebody who cannot be
/// recorded.
pub(crate) async fn holding(registry: &Registry, storage: &str) -> Result<Holding, ReleaseStorageError> {
    let query = StorageQuery::new(&registry.host, storage).await;
    let holding = registry
        .writing(|| {
            async |transaction: &mut Transaction| {
                registry.record_actor(transaction).await?;
                let storage = query.find(transaction).await?;
                let instance = transaction.instance().find().await?;
                if instance.and_then(|instance| instance.default_storage()) == Some(storage.uid()) {
                    return Err(ReleaseStorageError::IsDefault { root: storage.root().clone() });
                }
                let last = transaction.storages().history(&storage.uid()).await?.pop();
                Ok(Holding { storage, last })
            }
        })
        .await?;
    if others_write_to::<ReleaseStorageError>(registry, holding.storage.uid()).await? {
        return Err(ReleaseStorageError::Busy { root: holding.storage.root().clone() });
    }
    Ok(holding)
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

/// Records that a location which was managed as `held` is managed by somebody else or nobody, unless that was changed meanwhile.
pub(crate) async fn record_given_up(
    registry: &Registry,
    held: &Storage,
    manager: Option<InstanceUid>,
    change: Change,
) -> Result<Storage, ReleaseStorageError> {
    registry
        .writing(|| {
            async |transaction: &mut Transaction| {
                let actor = registry.record_actor(transaction).await?;
                let found = transaction.storages().find_many(&[held.uid()]).await?.pop();
                let Some(recorded) = found else { return Ok(managed_instead(held, manager, None)) };
                if recorded.instance_uid() != held.instance_uid() || recorded.epoch() != held.epoch() {
                    return Ok(recorded);
                }
                let mut given_up = managed_instead(&recorded, manager, None);
                record_change(transaction, &mut given_up, change.clone(), &actor).await?;
                Ok(given_up)
            }
        })
        .await
}
