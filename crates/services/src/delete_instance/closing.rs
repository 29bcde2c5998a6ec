//! Closing an instance: from that moment nothing but its deletion writes.

use freehold_domain::{ArtifactState, ArtifactUid, Storage};
use freehold_ports::persistence::{
    ArtifactFilter, ArtifactOrder, PageRequest, PersistenceError, StorageUsage,
};

use super::DeleteInstanceError;
use crate::list_storages::all_storages;
use crate::sessions_at_work::EndedSessions;
use crate::{Registry, Transaction};

/// What the registry says, as far as a deletion is decided by it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Books {
    pub(super) is_closing: bool,
    storages: Vec<Storage>,
    usage: Vec<StorageUsage>,
    newest: Option<ArtifactUid>,
}

impl Books {
    pub(super) async fn read(transaction: &mut Transaction) -> Result<Self, PersistenceError> {
        let is_closing = transaction.instance().find().await?.is_some_and(|instance| instance.is_closing());
        let storages = all_storages(transaction).await?;
        let uids: Vec<_> = storages.iter().map(Storage::uid).collect();
        let usage = transaction.artifacts().usage(&uids).await?;
        let filter = ArtifactFilter {
            states: ArtifactState::ALL.to_vec(),
            all_versions: true,
            ..ArtifactFilter::default()
        };
        let newest =
            transaction.artifacts().list(&filter, ArtifactOrder::Newest, &PageRequest::first(1)).await?;
        let newest = newest.items.first().map(|artifact| artifact.uid);
        Ok(Self { is_closing, storages, usage, newest })
    }
}

/// Closes the instance if its books are still as they were when its deletion was decided, and says whether they are.
///
/// It is one unit of work, and what keeps it from being done is found out in it; so it is never undone.
///
/// # Errors
/// `Busy` while another process that may be alive has announced a change of any blob. Nothing was changed.
pub(super) async fn close(registry: &Registry, decided_by: &Books) -> Result<bool, DeleteInstanceError> {
    let mut ended = EndedSessions::of(registry).await;
    loop {
        let outcome = registry
            .writing(|| {
                async |transaction: &mut Transaction| {
                    registry.record_actor(transaction).await?;
                    let others = ended.others(transaction, None).await?;
                    if !others.is_empty() {
                        return Ok(Err(others));
                    }
                    if Books::read(transaction).await? != *decided_by {
                        return Ok(Ok(false));
                    }
                    if let Some(mut instance) = transaction.instance().find().await? {
                        instance.set_closing(true);
                        transaction.instance().update(&instance).await?;
                    }
                    Ok::<_, DeleteInstanceError>(Ok(true))
                }
            })
            .await?;
        match outcome {
            Ok(is_closed) => return Ok(is_closed),
            Err(others) => {
                if !ended.have_ended(registry, others).await? {
                    return Err(DeleteInstanceError::Busy { slug: registry.instance.slug().clone() });
                }
            }
        }
    }
}
