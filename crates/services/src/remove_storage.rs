//! Remove a storage location from the registry. What lies there stays.

use freehold_domain::{Storage, StorageRoot};
use freehold_ports::persistence::{Entity, PersistenceError};

use crate::reference::StorageQuery;
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
            Self::Persistence(error) => error.hint(),
        }
    }
}

/// Removes the location that `storage` means, and gives up its claim if it is managed. No data is touched.
///
/// The record goes first: interrupted in between, `storage add` finds the claim and takes the location up again.
///
/// # Errors
/// See [`RemoveStorageError`].
pub async fn remove_storage(registry: &Registry, storage: &str) -> Result<Storage, RemoveStorageError> {
    let query = StorageQuery::new(&registry.host, storage).await;
    let removed = registry
        .writing(|| {
            async |transaction: &mut Transaction| {
                let storage = query.find(transaction).await?;
                let instance = transaction.instance().find().await?;
                if instance.and_then(|instance| instance.default_storage()) == Some(storage.uid()) {
                    return Err(RemoveStorageError::IsDefault { root: storage.root().clone() });
                }
                match transaction.storages().delete(&storage.uid()).await {
                    Ok(_) => Ok(storage),
                    Err(PersistenceError::InUse { user: Entity::Artifact, .. }) => {
                        Err(RemoveStorageError::InUse { root: storage.root().clone() })
                    }
                    Err(error) => Err(error.into()),
                }
            }
        })
        .await?;
    if let Ok(proof) = removed.managed_by(&registry.instance) {
        match registry.host.locations.release(proof, registry.claimant().await?).await {
            // What another holds by now is not ours to give up.
            Ok(_) | Err(AccessError::ClaimDisagrees { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    withdraw_receipt(registry, &removed).await;
    Ok(removed)
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
