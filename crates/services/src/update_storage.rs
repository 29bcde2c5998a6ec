//! Update what people say of a storage location.

use freehold_domain::Storage;
use freehold_ports::persistence::PersistenceError;

use crate::reference::StorageQuery;
use crate::registry::ActorError;
use crate::{Category, ReferenceError, Registry, Transaction, UseCaseError};

/// What is to change. Root, uid and manager never change here.
#[derive(Debug, Clone, Default)]
pub struct StorageChanges {
    /// The new description; an empty one removes it.
    pub description: Option<String>,
    /// The new region or host; an empty one removes it.
    pub region: Option<String>,
}

/// Why a location was not updated.
#[derive(Debug, thiserror::Error)]
pub enum UpdateStorageError {
    /// The location is not known.
    #[error(transparent)]
    Reference(#[from] ReferenceError),
    /// The user or the run cannot be recorded.
    #[error(transparent)]
    Actor(#[from] ActorError),
    /// The registry failed.
    #[error(transparent)]
    Persistence(#[from] PersistenceError),
}

impl UseCaseError for UpdateStorageError {
    fn category(&self) -> Category {
        match self {
            Self::Reference(error) => error.category(),
            Self::Actor(error) => error.category(),
            Self::Persistence(error) => error.category(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Reference(error) => error.hint(),
            Self::Actor(error) => error.hint(),
            Self::Persistence(error) => error.hint(),
        }
    }
}

/// Updates the location that `storage` means, under the current run, and gives it as it is now.
///
/// # Errors
/// See [`UpdateStorageError`].
pub async fn update_storage(
    registry: &Registry,
    storage: &str,
    changes: StorageChanges,
) -> Result<Storage, UpdateStorageError> {
    let query = StorageQuery::new(&registry.host, storage).await;
    registry
        .writing(|| {
            async |transaction: &mut Transaction| {
                let actor = registry.record_actor(transaction).await?;
                let mut storage = query.find(transaction).await?;
                if let Some(description) = &changes.description {
                    storage.description = Some(description.clone()).filter(|text| !text.is_empty());
                }
                if let Some(region) = &changes.region {
                    storage.region = Some(region.clone()).filter(|text| !text.is_empty());
                }
                storage.provenance.record_update(actor.created_at(), actor.run());
                transaction.storages().update(&storage).await?;
                Ok(storage)
            }
        })
        .await
}
