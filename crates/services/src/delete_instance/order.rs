//! A deletion as it was planned before, with what is to become of each location.

use std::collections::BTreeMap;

use freehold_domain::{Access, InstanceUid, StorageRoot, StorageUid};

use super::carrying_out::{Fate, carry_out};
use super::closing::{Books, close};
use super::{ATTEMPTS, DeleteInstanceError, DeletedInstance, refuse_foreign_claim};
use crate::hand_over_storage::find_receiver;
use crate::plan_deletion::{DeletionPlan, SeenLocation, digest, plan_deletion};
use crate::{Registry, Transaction};

/// What becomes of a managed location when its instance is deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LocationFate {
    /// All data stays, and nobody manages it any more.
    Release,
    /// Ingested data is deleted, and the location released.
    Purge,
    /// All data stays, and another instance manages it.
    HandOver {
        /// The instance, as [`hand_over_storage`](crate::hand_over_storage::hand_over_storage) takes it.
        to: String,
    },
}

/// An order to delete an instance as it was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletionOrder {
    /// The instance.
    pub instance: InstanceUid,
    /// The digest of what was seen.
    pub digest: String,
    /// What was seen of its locations.
    pub seen: Vec<SeenLocation>,
    /// What becomes of each managed one.
    pub fates: BTreeMap<StorageUid, LocationFate>,
}

/// Deletes the instance as it was ordered, if the world is still as the order saw it. Linked locations are not touched, and what was recorded in place
/// or is unknown is never deleted.
///
/// # Idempotency
/// Interrupted anywhere, the same order finishes: once the instance is closing, a world that this order leads to counts as unchanged.
///
/// # Errors
/// See [`DeleteInstanceError`]. A refusal changes nothing.
pub async fn apply_deletion(
    registry: &Registry,
    order: &DeletionOrder,
) -> Result<DeletedInstance, DeleteInstanceError> {
    let registry = &registry.for_its_deletion();
    let fates = decided(registry, order).await?;
    for _ in 0..ATTEMPTS {
        let books =
            registry.reading(|| async |transaction: &mut Transaction| Books::read(transaction).await).await?;
        let plan = plan_deletion(registry).await?;
        require_unchanged(order, &plan, books.is_closing)?;
        for location in plan.locations.iter().filter(|location| location.access == Access::Managed) {
            refuse_foreign_claim(registry, &location.storage).await?;
        }
        if close(registry, &books).await? {
            return carry_out(registry, plan, &fates, books.is_closing).await;
        }
    }
    Err(DeleteInstanceError::Busy { slug: registry.instance.slug().clone() })
}

/// What is to become of each location, with the receivers found.
async fn decided(
    registry: &Registry,
    order: &DeletionOrder,
) -> Result<BTreeMap<StorageUid, Fate>, DeleteInstanceError> {
    if order.instance != registry.instance.uid() {
        return Err(DeleteInstanceError::AnotherInstance { planned: order.instance });
    }
    if digest(order.instance, &order.seen) != order.digest {
        return Err(DeleteInstanceError::PlanEdited);
    }
    let mut fates = BTreeMap::new();
    for seen in order.seen.iter().filter(|seen| seen.access == Access::Managed) {
        let fate = match order.fates.get(&seen.storage) {
            None => return Err(DeleteInstanceError::Undecided { root: seen.root.clone() }),
            Some(LocationFate::Release) => Fate::Release,
            Some(LocationFate::Purge) => Fate::Purge,
            Some(LocationFate::HandOver { to }) => {
                let receiver = find_receiver(registry, to).await?;
                if receiver.id == registry.instance.id() {
                    return Err(
                        crate::hand_over_storage::HandOverStorageError::ToItself { to: to.clone() }.into()
                    );
                }
                Fate::HandOver(receiver)
            }
        };
        fates.insert(seen.storage, fate);
    }
    Ok(fates)
}

/// Refuses a world that is not the one that the order saw, nor, once the instance is closing, one that carrying it out leads to.
fn require_unchanged(
    order: &DeletionOrder,
    plan: &DeletionPlan,
    is_closing: bool,
) -> Result<(), DeleteInstanceError> {
    let now = plan.seen();
    let changed = |root: &StorageRoot| Err(DeleteInstanceError::Changed { root: root.clone() });
    for seen in &order.seen {
        let Some(now) = now.iter().find(|now| now.storage == seen.storage) else {
            return changed(&seen.root);
        };
        if now != seen && !(is_closing && leads_to(seen, now, order.fates.get(&seen.storage))) {
            return changed(&seen.root);
        }
    }
    match now.iter().find(|now| order.seen.iter().all(|seen| seen.storage != now.storage)) {
        Some(added) => changed(&added.root),
        None => Ok(()),
    }
}

/// Whether carrying out a fate leads from one sight of a location to another.
fn leads_to(seen: &SeenLocation, now: &SeenLocation, fate: Option<&LocationFate>) -> bool {
    if seen.root != now.root || seen.access != Access::Managed {
        return false;
    }
    match (now.access, fate, seen.contents.zip(seen.sight.as_ref()), now.contents.zip(now.sight.as_ref())) {
        // It was given up, after everything else that was to be done there.
        (Access::Linked, Some(_), _, _) => true,
        (Access::Managed, Some(LocationFate::Purge), Some((before, sight)), Some((after, look))) => {
            let is_less = after.ingested.artifacts <= before.ingested.artifacts
                && after.ingested.bytes <= before.ingested.bytes;
            let is_kept = (before.in_place, before.unknown) == (after.in_place, after.unknown);
            let is_same =
                (&sight.claim, &sight.kept, &sight.recorded) == (&look.claim, &look.kept, &look.recorded);
            is_less && is_kept && is_same
        }
        (Access::Managed, _, _, _) | (Access::Linked, None, _, _) => false,
    }
}
