//! The default storage: where new artifacts go unless told otherwise.

use freehold_domain::{NotManaged, Storage};
use freehold_ports::persistence::PersistenceError;

use crate::reference::StorageQuery;
use crate::registry::ActorError;
use crate::{Category, ReferenceError, Registry, Transaction, UseCaseError};

/// Why the default storage could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum DefaultStorageError {
    /// The instance has none, because it was never finished.
    #[error("this instance has no default storage; run the same `freehold init` again")]
    Absent,
    /// The location is not this instance's to write to.
    #[error(transparent)]
    NotManaged(#[from] NotManaged),
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

impl UseCaseError for DefaultStorageError {
    fn category(&self) -> Category {
        match self {
            Self::Absent => Category::Failed,
            Self::NotManaged(error) => error.category(),
            Self::Reference(error) => error.category(),
            Self::Actor(error) => error.category(),
            Self::Persistence(error) => error.category(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Absent => None,
            Self::NotManaged(_) => Some("only a managed location can be the default storage".to_owned()),
            Self::Reference(error) => error.hint(),
            Self::Actor(error) => error.hint(),
            Self::Persistence(error) => error.hint(),
        }
    }
}

/// Gives the default storage.
///
/// # Errors
/// The registry cannot be read.
pub async fn default_storage(registry: &Registry) -> Result<Storage, DefaultStorageError> {
    registry.reading(|| async |transaction: &mut Transaction| read_default(transaction).await).await
}

pub(crate) async fn read_default(transaction: &mut Transaction) -> Result<Storage, DefaultStorageError> {
    let instance = transaction.instance().find().await?;
    let uid = instance.and_then(|instance| instance.default_storage()).ok_or(DefaultStorageError::Absent)?;
    transaction.storages().find_many(&[uid]).await?.pop().ok_or(DefaultStorageError::Absent)
}

/// Makes the managed location that `storage` means the default one. Artifacts that are there stay where they are.
///
/// # Errors
/// See [`DefaultStorageError`].
pub async fn set_default_storage(registry: &Registry, storage: &str) -> Result<Storage, DefaultStorageError> {
    let query = StorageQuery::new(&registry.host, storage).await;
    registry
        .writing(|| {
            async |transaction: &mut Transaction| {
                let actor = registry.record_actor(transaction).await?;
                let mut storage = query.find(transaction).await?;
                let mut instance = transaction.instance().find().await?.ok_or(DefaultStorageError::Absent)?;
                instance.set_default_storage(storage.managed_by(&registry.instance)?);
                transaction.instance().update(&instance).await?;
                storage.provenance.record_update(actor.created_at(), actor.run());
                transaction.storages().update(&storage).await?;
                Ok(storage)
            }
        })
        .await
}
