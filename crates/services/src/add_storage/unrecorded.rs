//! Between a claim and its record: one that is not recorded does not stay, and what is recorded has a claim.
//!
//! Two processes of one instance may add one place at once: the second one finds the claim that the first one has placed, and records it. So the first
//! one takes its claim back only while it holds the registry's one unit of work that writes, and has read there that nobody has recorded it; and whoever
//! has recorded a location looks at its claim again.

use freehold_domain::{Access, StorageRoot};
use freehold_ports::blobs::BlobVersion;
use freehold_ports::persistence::{AccessMode, PersistenceError};

use super::standing::Standing;
use super::{AddStorageError, AddedStorage};
use crate::registry::ActorError;
use crate::{AccessError, Registry, Transaction};

/// Whether the claim of a location that has just become managed is there. What cannot be read now is found out by the first write.
pub(super) async fn stands_as_recorded(registry: &Registry, added: &AddedStorage) -> bool {
    let is_gained =
        added.storage.access(&registry.instance) == Access::Managed && added.before != Some(Access::Managed);
    !is_gained
        || !matches!(
            registry.writable(&added.storage).await,
            Err(AccessError::ClaimMissing { .. } | AccessError::ClaimDisagrees { .. })
        )
}

/// Takes back the claim that this call has placed, if it is certain that nobody has recorded it. Failing that it stays, and the same request finishes.
pub(super) async fn take_back_unrecorded(
    registry: &Registry,
    root: &StorageRoot,
    standing: &Standing,
    why: &AddStorageError,
) {
    let Some(version) = &standing.placed else { return };
    let taken = async {
        // Nobody records anything any more where there is no registry.
        if is_registry_gone(registry).await {
            return take_back(registry, root, standing, version).await;
        }
        if is_certain(why) { take_back_in_unit(registry, root, standing, version).await } else { Ok(()) }
    };
    if let Err(error) = taken.await {
        tracing::warn!(%error, %root, "a claim may be left that is not recorded; adding the location again takes it up");
    }
}

/// Whether the location is certainly not recorded by us, now or later.
fn is_certain(why: &AddStorageError) -> bool {
    match why {
        AddStorageError::Persistence(error) | AddStorageError::Actor(ActorError::Persistence(error)) => {
            error.is_certainly_rolled_back()
        }
        AddStorageError::Actor(
            ActorError::UnknownRun(_) | ActorError::FinishedRun(_) | ActorError::Closing { .. },
        )
        | AddStorageError::Root(_)
        | AddStorageError::UnreadableClaim { .. }
        | AddStorageError::CopiedClaim { .. }
        | AddStorageError::AnotherUid { .. }
        | AddStorageError::Overlaps { .. }
        | AddStorageError::AnotherDatabase { .. }
        | AddStorageError::Contended { .. }
        | AddStorageError::NotMade { .. }
        | AddStorageError::NothingToLink { .. }
        | AddStorageError::Blob(_)
        | AddStorageError::File(_) => true,
    }
}

async fn take_back_in_unit(
    registry: &Registry,
    root: &StorageRoot,
    standing: &Standing,
    version: &BlobVersion,
) -> Result<(), AddStorageError> {
    registry
        .writing(|| {
            async |transaction: &mut Transaction| {
                let recorded = transaction.storages().find_many(&[standing.uid]).await?.pop();
                let is_recorded = recorded.is_some_and(|recorded| {
                    recorded
                        .managed_by(&registry.instance)
                        .is_ok_and(|proof| Some(proof.epoch()) == standing.epoch)
                });
                if is_recorded {
                    return Ok(());
                }
                take_back(registry, root, standing, version).await
            }
        })
        .await
}

async fn take_back(
    registry: &Registry,
    root: &StorageRoot,
    standing: &Standing,
    version: &BlobVersion,
) -> Result<(), AddStorageError> {
    let region = standing.region.as_deref();
    Ok(registry.host.locations.take_back(root, region, version).await?)
}

async fn is_registry_gone(registry: &Registry) -> bool {
    match registry.host.databases.open(&registry.database, AccessMode::Read).await {
        Ok(there) => {
            if let Err(error) = there.close().await {
                tracing::debug!(%error, "the registry could not be closed");
            }
            false
        }
        Err(error) => {
            matches!(error, PersistenceError::DatabaseMissing { .. } | PersistenceError::NotARegistry { .. })
        }
    }
}
