//! Locations that were taken over, as they are recorded: all of them, or none.

use freehold_domain::{Claim, InstanceUid, Provenance, Storage, StorageChange, StorageFields, StorageRoot};

use super::{AdoptStorage, AdoptStorageError};
use crate::location::{Adopted, AdoptedInside};
use crate::ownership::{Change, record_change, record_event};
use crate::{Registry, Transaction};

/// Records the location at `root` and those inside it that went with it.
pub(super) async fn record_adopted(
    registry: &Registry,
    root: &StorageRoot,
    request: &AdoptStorage,
    adopted: &Adopted,
    former: Option<InstanceUid>,
) -> Result<(Storage, Vec<Storage>), AdoptStorageError> {
    let Adopted { claim, capabilities, .. } = adopted;
    let outer = AdoptedInside { root: root.clone(), claim: claim.clone(), capabilities: *capabilities };
    registry
        .writing(|| {
            async |transaction: &mut Transaction| {
                let actor = registry.record_actor(transaction).await?;
                let record = Recording { registry, request, former, actor: &actor };
                let storage = match record.place(transaction, &outer).await? {
                    Recorded::Managed(storage) => storage,
                    Recorded::GivenUp => return Err(AdoptStorageError::AlreadyOurs { root: root.clone() }),
                    Recorded::Otherwise(other) => return Err(recorded_otherwise(root, claim, &other)),
                };
                let mut inside = Vec::new();
                for place in &adopted.inside {
                    match record.place(transaction, place).await? {
                        Recorded::Managed(storage) => inside.push(storage),
                        Recorded::GivenUp => {}
                        Recorded::Otherwise(other) => {
                            let (place, recorded) = (&place.root, other.root());
                            tracing::warn!(%place, %recorded, "a claim was taken over whose location is recorded elsewhere");
                        }
                    }
                }
                Ok((storage, inside))
            }
        })
        .await
}

/// Says that the location which a claim names is recorded as another one, or another one in its place.
pub(super) fn recorded_otherwise(root: &StorageRoot, claim: &Claim, other: &Storage) -> AdoptStorageError {
    AdoptStorageError::RecordedOtherwise {
        root: root.clone(),
        claimed: claim.storage_uid().to_string(),
        recorded: other.root().to_string(),
    }
}

/// What keeps the location that a claim names from being recorded at `root`: another one there, or the same one elsewhere.
pub(super) async fn in_the_way(
    transaction: &mut Transaction,
    root: &StorageRoot,
    claim: &Claim,
) -> Result<Option<Storage>, AdoptStorageError> {
    let known = transaction.storages().find_by_roots(std::slice::from_ref(root)).await?.pop();
    let same = transaction.storages().find_many(&[claim.storage_uid()]).await?.pop();
    Ok(known
        .filter(|known| known.uid() != claim.storage_uid())
        .or_else(|| same.filter(|same| same.root() != root)))
}

/// What came of recording a place.
enum Recorded {
    Managed(Storage),
    /// It was recorded before, and given up since.
    GivenUp,
    /// This one is in the way.
    Otherwise(Storage),
}

struct Recording<'recording> {
    registry: &'recording Registry,
    request: &'recording AdoptStorage,
    former: Option<InstanceUid>,
    actor: &'recording Provenance,
}

impl Recording<'_> {
    async fn place(
        &self,
        transaction: &mut Transaction,
        AdoptedInside { root, claim, capabilities }: &AdoptedInside,
    ) -> Result<Recorded, AdoptStorageError> {
        if let Some(other) = in_the_way(transaction, root, claim).await? {
            return Ok(Recorded::Otherwise(other));
        }
        let change = Change::new(StorageChange::Adopted, claim.epoch())
            .with(self.former)
            .because(claim.reason().map(str::to_owned));
        let known = transaction.storages().find_many(&[claim.storage_uid()]).await?.pop();
        let Some(known) = known else {
            let adopted = Storage::from_fields(StorageFields {
                id: None,
                uid: claim.storage_uid(),
                root: root.clone(),
                instance_uid: claim.manager(),
                epoch: claim.epoch(),
                description: None,
                region: self.request.region.clone(),
                capabilities: *capabilities,
                provenance: self.actor.clone(),
            });
            let id = transaction.storages().insert(&adopted).await?;
            record_event(transaction, adopted.uid(), change, self.actor).await?;
            return Ok(Recorded::Managed(adopted.with_id(id)));
        };
        if known.managed_by(&self.registry.instance).is_ok_and(|proof| Some(proof.epoch()) == claim.epoch()) {
            return Ok(Recorded::Managed(known));
        }
        let history = transaction.storages().history(&known.uid()).await?;
        if history.iter().any(|event| event.epoch >= claim.epoch()) {
            return Ok(Recorded::GivenUp);
        }
        let mut taken = Storage::from_fields(StorageFields {
            id: known.id(),
            uid: known.uid(),
            root: root.clone(),
            instance_uid: claim.manager(),
            epoch: claim.epoch(),
            description: known.description.clone(),
            region: self.request.region.clone().or_else(|| known.region.clone()),
            capabilities: capabilities.or(known.capabilities),
            provenance: known.provenance.clone(),
        });
        record_change(transaction, &mut taken, change, self.actor).await?;
        Ok(Recorded::Managed(taken))
    }
}
