//! Carrying out a deletion, once the instance is closing: ingested data, then the claims, and last the registry.

use std::collections::BTreeMap;

use freehold_domain::{Access, ArtifactState, Storage, StorageChange, StorageUid};
use freehold_ports::persistence::{ArtifactFilter, ArtifactOrder, PageRequest, Tally};
use freehold_ports::system::Activity;

use super::{DeleteInstanceError, DeletedInstance};
use crate::hand_over_storage::hand_over;
use crate::left_claims::clear_left_claim;
use crate::list_storages::PAGE;
use crate::location::Receiver;
use crate::plan_deletion::DeletionPlan;
use crate::progress_task::Task;
use crate::purge::{Doomed, purge};
use crate::registries_folder::remove_empty_folders;
use crate::release_storage::{Holding, finished, release};
use crate::{AccessError, Registry, Transaction};

/// What becomes of a managed location, with everything known that is needed for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fate {
    Release,
    Purge,
    HandOver(Receiver),
}

/// Deletes an instance that is closing. What an interrupted deletion has done already is success.
pub(super) async fn carry_out(
    registry: &Registry,
    plan: DeletionPlan,
    fates: &BTreeMap<StorageUid, Fate>,
    resumes: bool,
) -> Result<DeletedInstance, DeleteInstanceError> {
    // Whoever begins a session clears away what dead ones left beside the database.
    registry.session().await?;
    let fate_of = |storage: &Storage| fates.get(&storage.uid()).unwrap_or(&Fate::Release);
    let managed = || plan.locations.iter().filter(|location| location.access == Access::Managed);
    let mut purged = Tally::default();
    for location in managed().filter(|location| *fate_of(&location.storage) == Fate::Purge) {
        let ingested = location.contents.unwrap_or_default().ingested;
        purge_location(registry, &location.storage, ingested).await?;
        purged.artifacts += ingested.artifacts;
        purged.bytes += ingested.bytes;
    }
    let mut released: Vec<&Storage> = Vec::new();
    for location in plan.locations.iter().filter(|location| location.access == Access::Linked) {
        let storage = &location.storage;
        match finish_giving_up(registry, storage, fate_of(storage), resumes).await {
            Ok(true) => released.push(storage),
            Ok(false) => {}
            Err(error) if resumes => return Err(error),
            // It was given up before, by all that is known, and need not be within reach.
            Err(error) => {
                tracing::warn!(%error, root = %storage.root(), "a claim may be left in a location that was given up");
            }
        }
    }
    // Those that are released first, since a place is handed over only when none of ours lies around it.
    for location in managed().filter(|location| !matches!(fate_of(&location.storage), Fate::HandOver(_))) {
        release(registry, Holding { storage: location.storage.clone(), last: None }).await?;
        released.push(&location.storage);
    }
    for location in managed() {
        if let Fate::HandOver(receiver) = fate_of(&location.storage) {
            let holding = Holding { storage: location.storage.clone(), last: None };
            hand_over(registry, holding, receiver).await?;
        }
    }
    let host = &registry.host;
    registry.close().await?;
    host.databases.destroy(&registry.database).await?;
    remove_empty_folders(host, &registry.database).await;
    for storage in released {
        if let Err(error) = host.locations.remove_empty(storage.root()).await {
            tracing::warn!(%error, root = %storage.root(), "an empty folder could not be removed");
        }
    }
    host.directory.forget(registry.instance.uid()).await?;
    Ok(DeletedInstance { plan, purged })
}

/// A location that was given up last: if that was interrupted, by this deletion or before it, its claim is still ours. One that was linked all along is not
/// looked at. Says whether the claim was taken away here, or may have been by the deletion that this one resumes.
async fn finish_giving_up(
    registry: &Registry,
    storage: &Storage,
    fate: &Fate,
    resumes: bool,
) -> Result<bool, DeleteInstanceError> {
    let last = registry
        .reading(|| {
            async |transaction: &mut Transaction| transaction.storages().history(&storage.uid()).await
        })
        .await?
        .pop();
    let holding = Holding { storage: storage.clone(), last };
    let before = |change| holding.before(change, &registry.instance);
    match (fate, before(StorageChange::HandedOver), before(StorageChange::Released)) {
        (Fate::HandOver(receiver), Some(_), _) => {
            hand_over(registry, holding, receiver).await?;
            Ok(false)
        }
        (_, Some(held), _) | (_, None, Some(held)) => {
            let proof = held.managed_by(&registry.instance).map_err(AccessError::from)?;
            let claimant = registry.claimant().await?;
            match finished(registry.host.locations.release(proof, claimant).await)? {
                Some(was_there) => Ok(was_there || resumes),
                None => Ok(clear_left_claim(registry, storage).await?),
            }
        }
        (_, None, None) => Ok(false),
    }
}

/// Purges the ingested artifacts of a location, a page at a time.
async fn purge_location(
    registry: &Registry,
    storage: &Storage,
    found: Tally,
) -> Result<(), DeleteInstanceError> {
    let location = match registry.writable(storage).await {
        Ok(location) => location,
        // There is nothing to delete, and somebody has removed the claim.
        Err(AccessError::ClaimMissing { .. }) if found.artifacts == 0 => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let locations = BTreeMap::from([(storage.uid(), location)]);
    let _task = Task::begin(&registry.host.progress, Activity::Deleting, None, None);
    let filter = ArtifactFilter {
        storage: Some(storage.uid()),
        states: ArtifactState::ALL.to_vec(),
        all_versions: true,
        ..ArtifactFilter::default()
    };
    let mut page = PageRequest::first(PAGE);
    loop {
        let found = registry
            .reading(|| {
                async |transaction: &mut Transaction| {
                    transaction.artifacts().list(&filter, ArtifactOrder::Newest, &page).await
                }
            })
            .await?;
        let ingested = found.items.iter().filter(|artifact| artifact.placement.location.is_ingested());
        let doomed: Vec<Doomed<'_>> = ingested.map(|artifact| Doomed { artifact, version: None }).collect();
        let uids: Vec<_> = doomed.iter().map(|doomed| doomed.artifact.uid).collect();
        purge::<DeleteInstanceError>(registry, &uids, &doomed, &locations).await?;
        match found.next {
            Some(next) => page.after = Some(next),
            None => return Ok(()),
        }
    }
}
