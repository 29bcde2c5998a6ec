//! Remove a storage location from the registry. What lies there stays.

use freehold_domain::{ArtifactState, Storage, StorageChange, StorageRoot};
use freehold_ports::persistence::{ArtifactFilter, ArtifactOrder, Entity, PageRequest, PersistenceError};

use crate::left_claims::clear_left_claim;
use crate::reference::StorageQuery;
use crate::registry::ActorError;
use crate::release_storage::{Holding, ReleaseStorageError, release};
use crate::{AccessError, Category, ReferenceError, Registry, Transaction, UseCaseError};

/// Why a location was not removed.
#[derive(Debug, thiserror::Error)]
pub enum RemoveStorageError {
    /// New artifacts go there.
    #[error("{root} is the default storage, and an instance always has one")]
    IsDefault {
        /// The location.
        root: StorageRoot,
    },
    /// Artifacts are recorded there.
    #[error("artifacts are recorded at {root}, and their lineage is never erased")]
    InUse {
        /// The location.
        root: StorageRoot,
    },
    /// The location is not known.
    #[error(transparent)]
    Reference(#[from] ReferenceError),
    /// The claim could not be given up; the location is no longer recorded.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The location could not be given up, and is still recorded.
    #[error(transparent)]
    Release(#[from] ReleaseStorageError),
    /// The user or the run cannot be recorded.
    #[error(transparent)]
    Actor(#[from] ActorError),
    /// The registry failed.
    #[error(transparent)]
    Persistence(#[from] PersistenceError),
}

impl UseCaseError for RemoveStorageError {
    fn category(&self) -> Category {
        match self {
            Self::IsDefault { .. } | Self::InUse { .. } => Category::Refused,
            Self::Reference(error) => error.category(),
            Self::Access(error) => error.category(),
            Self::Release(error) => error.category(),
            Self::Actor(error) => error.category(),
            Self::Persistence(error) => error.category(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::IsDefault { .. } => {
                Some("make another location the default first: `freehold storage default S`".to_owned())
            }
            Self::InUse { .. } => Some("`freehold list --storage S --all-versions` shows them".to_owned()),
            Self::Reference(error) => error.hint(),
            Self::Access(error) => error.hint(),
            Self::Release(error) => error.hint(),
            Self::Actor(error) => error.hint(),
            Self::Persistence(error) => error.hint(),
        }
    }
}

/// Removes the location that `storage` means, and gives up its claim if it is managed. No data is touched.
///
/// The location is released first, and forgotten then, so that an interruption in between leaves it recorded, and the same call finishes. A storage
/// that cannot be reached is forgotten all the same.
///
/// # Errors
/// See [`RemoveStorageError`].
pub async fn remove_storage(registry: &Registry, storage: &str) -> Result<Storage, RemoveStorageError> {
    let query = StorageQuery::new(&registry.host, storage).await;
    let holding = removable(registry, &query).await?;
    let left = match give_up(registry, holding.clone()).await {
        Ok(()) => None,
        Err(ReleaseStorageError::Access(error)) => match error {
            // What another holds by now, or may hold, is not ours to give up.
            AccessError::NotManaged(_)
            | AccessError::ManagedElsewhere { .. }
            | AccessError::ClaimMissing { .. }
            | AccessError::ClaimUnreadable { .. }
            | AccessError::ClaimDisagrees { .. }
            | AccessError::GivenUp { .. } => None,
            AccessError::Blob(error) => Some(error),
            AccessError::Persistence(error) => return Err(error.into()),
        },
        Err(error) => return Err(error.into()),
    };
    let removed = forget(registry, &holding.storage).await?;
    if let Some(error) = left {
        return Err(AccessError::Blob(error).into());
    }
    withdraw_receipt(registry, &removed).await;
    Ok(removed)
}

/// The location that is meant, if it may go.
async fn removable(registry: &Registry, query: &StorageQuery) -> Result<Holding, RemoveStorageError> {
    registry
        .writing(|| {
            async |transaction: &mut Transaction| {
                registry.record_actor(transaction).await?;
                let storage = query.find(transaction).await?;
                refuse_default(transaction, &storage).await?;
                let filter = ArtifactFilter {
                    storage: Some(storage.uid()),
                    states: ArtifactState::ALL.to_vec(),
                    all_versions: true,
                    ..ArtifactFilter::default()
                };
                let one = PageRequest::first(1);
                if !transaction.artifacts().list(&filter, ArtifactOrder::Newest, &one).await?.items.is_empty()
                {
                    return Err(RemoveStorageError::InUse { root: storage.root().clone() });
                }
                let last = transaction.storages().history(&storage.uid()).await?.pop();
                Ok(Holding { storage, last })
            }
        })
        .await
}

async fn refuse_default(transaction: &mut Transaction, storage: &Storage) -> Result<(), RemoveStorageError> {
    let instance = transaction.instance().find().await?;
    if instance.and_then(|instance| instance.default_storage()) == Some(storage.uid()) {
        return Err(RemoveStorageError::IsDefault { root: storage.root().clone() });
    }
    Ok(())
}

/// Gives up the claim of a location, also one that an interrupted call left. One that was linked all along is not looked at.
async fn give_up(registry: &Registry, holding: Holding) -> Result<(), ReleaseStorageError> {
    if holding.storage.managed_by(&registry.instance).is_ok() {
        return release(registry, holding).await.map(drop);
    }
    match holding.last.as_ref().map(|last| last.change) {
        Some(StorageChange::Released | StorageChange::HandedOver) => {
            Ok(clear_left_claim(registry, &holding.storage).await.map(drop)?)
        }
        Some(
            StorageChange::Claimed
            | StorageChange::Linked
            | StorageChange::Received
            | StorageChange::Adopted
            | StorageChange::Lost
            | StorageChange::Moved,
        )
        | None => Ok(()),
    }
}

async fn forget(registry: &Registry, storage: &Storage) -> Result<Storage, RemoveStorageError> {
    registry
        .writing(|| {
            async |transaction: &mut Transaction| {
                registry.record_actor(transaction).await?;
                refuse_default(transaction, storage).await?;
                match transaction.storages().delete(&storage.uid()).await {
                    Ok(_) => Ok(storage.clone()),
                    Err(PersistenceError::InUse { user: Entity::Artifact, .. }) => {
                        Err(RemoveStorageError::InUse { root: storage.root().clone() })
                    }
                    Err(error) => Err(error.into()),
                }
            }
        })
        .await
}

/// Takes back the receipt that this instance may have left in a location that it no longer knows. A receipt is for people only, so a failure
/// changes nothing.
async fn withdraw_receipt(registry: &Registry, removed: &Storage) {
    let withdrawn =
        async { registry.host.locations.receipt_desk(removed, &registry.instance).await?.withdraw().await };
    if let Err(error) = withdrawn.await {
        tracing::warn!(%error, root = %removed.root(), "the receipt of this instance could not be taken back");
    }
}
