//! Receive a storage location: one that another instance has handed over to this one, and that is waiting to be taken.

use freehold_domain::Access;
use freehold_ports::blobs::BlobError;

use crate::add_storage::{AddStorage, AddStorageError, AddedStorage, add_storage};
use crate::connect_instance::{ConnectError, meant_root};
use crate::location::ClaimState;
use crate::{Category, Registry, UseCaseError};

/// Why a location was not received.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveStorageError {
    /// It cannot be found out which place is meant.
    #[error(transparent)]
    Target(#[from] ConnectError),
    /// The claim there cannot be read.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// The location cannot be added.
    #[error(transparent)]
    Add(#[from] AddStorageError),
}

impl UseCaseError for ReceiveStorageError {
    fn category(&self) -> Category {
        match self {
            Self::Target(error) => error.category(),
            Self::Blob(error) => error.category(),
            Self::Add(error) => error.category(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Target(error) => error.hint(),
            Self::Blob(error) => error.hint(),
            Self::Add(error) => error.hint(),
        }
    }
}

/// Adds the location at the storage root that `target` is, if its claim was handed over to this instance and waits for it; a giver cannot
/// know the receiver's database, so such a claim names none. Gives what was added, and nothing where nothing waits, or where `target` is no root.
///
/// # Idempotency
/// Interrupted anywhere, the same call finishes.
///
/// # Errors
/// See [`ReceiveStorageError`].
pub async fn receive_storage(
    registry: &Registry,
    target: &str,
) -> Result<Option<AddedStorage>, ReceiveStorageError> {
    let Some(root) = meant_root(&registry.host, target).await? else { return Ok(None) };
    let ClaimState::Held { claim, .. } = registry.host.locations.claim(&root, None).await?.found else {
        return Ok(None);
    };
    if !claim.is_managed_by(registry.instance.uid()) || claim.database().is_some() {
        return Ok(None);
    }
    let request = AddStorage { root: target.to_owned(), ..AddStorage::default() };
    let added = add_storage(registry, request).await?;
    Ok((added.before != Some(Access::Managed)).then_some(added))
}
