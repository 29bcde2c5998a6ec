//! The records of a batch, inserted here as far as they are missing: all of them or none.

use std::collections::{BTreeMap, HashMap, HashSet};

use freehold_domain::{
    Artifact, ArtifactState, ArtifactStem, ArtifactUid, ClaimEpoch, Family, InstanceUid, Placement,
    Provenance, Run, RunOutcome, RunUid, Storage, StorageChange, StorageFields, StorageUid, Transform,
    TransformKind, TransformUid, Version,
};
use freehold_ports::persistence::PersistenceError;

use super::{Snapshot, Transfer, TransferArtifactsError, TransferOutcome, TransferredArtifact};
use crate::location::ClaimState;
use crate::ownership::{Change, record_event};
use crate::{Registry, Transaction};

/// What a batch came to.
#[derive(Debug)]
pub(super) struct Grafted {
    pub(super) run: Option<RunUid>,
    pub(super) artifacts: Vec<TransferredArtifact>,
}

/// Inserts what is missing of a batch. The transfer's run is made by the first batch that has something new.
pub(super) async fn graft(
    transfer: &Transfer<'_>,
    snapshot: &Snapshot,
    run: Option<RunUid>,
) -> Result<Grafted, TransferArtifactsError> {
    let registry = transfer.registry;
    let epochs = own_epochs(registry, snapshot).await?;
    let fresh_run = registry.host.uids.run_uid();
    let fresh_transform = TransformUid::new(registry.host.uids.transform_stem(), Version::FIRST);
    registry
        .writing(|| {
            async |transaction: &mut Transaction| {
                let actor = registry.record_actor(transaction).await?;
                let uids: Vec<ArtifactUid> = snapshot.artifacts.iter().map(|artifact| artifact.uid).collect();
                let known = transaction.artifacts().find_many(&uids).await?;
                let known: HashMap<ArtifactUid, Artifact> =
                    known.into_iter().map(|artifact| (artifact.uid, artifact)).collect();
                if known.len() == uids.len() {
                    let existing = uids.iter().filter_map(|uid| known.get(uid)).cloned().map(existing);
                    return Ok(Grafted { run, artifacts: existing.collect() });
                }
                insert_people_and_runs(transaction, snapshot).await?;
                let run = match run {
                    Some(run) => run,
                    None => start_transfer(transfer, transaction, &actor, fresh_run, fresh_transform).await?,
                };
                let provenance = Provenance::created(actor.created_at(), actor.created_by(), Some(run));
                let ours = registry.instance.uid();
                let storages = link_storages(transaction, snapshot, ours, &epochs, &provenance).await?;
                let fresh = adopt(transaction, snapshot, &known, &storages).await?;
                let made: Vec<ArtifactUid> = fresh.values().map(|artifact| artifact.uid).collect();
                connect_runs(transaction, snapshot, &fresh).await?;
                transaction.lineage().add_outputs(&run, &made).await?;
                let artifacts = uids
                    .iter()
                    .filter_map(|uid| match (known.get(uid), fresh.get(uid)) {
                        (Some(known), _) => Some(existing(known.clone())),
                        (None, Some(fresh)) => Some(TransferredArtifact {
                            artifact: fresh.clone(),
                            outcome: TransferOutcome::Linked,
                        }),
                        (None, None) => None,
                    })
                    .collect();
                Ok(Grafted { run: Some(run), artifacts })
            }
        })
        .await
}

fn existing(artifact: Artifact) -> TransferredArtifact {
    TransferredArtifact { artifact, outcome: TransferOutcome::Existing }
}

/// The epochs of those of the source's locations that this very instance manages, by their own claims.
async fn own_epochs(
    registry: &Registry,
    snapshot: &Snapshot,
) -> Result<BTreeMap<StorageUid, ClaimEpoch>, TransferArtifactsError> {
    let mut epochs = BTreeMap::new();
    let ours = registry.instance.uid();
    for storage in snapshot.storages.iter().filter(|storage| storage.instance_uid() == Some(ours)) {
        if let ClaimState::Held { claim, .. } = registry.host.locations.recorded_claim(storage).await?
            && claim.is_managed_by(ours)
            && claim.storage_uid() == storage.uid()
            && claim.database() == Some(Ok(registry.claimant().await?.database))
            && let Some(epoch) = claim.epoch()
        {
            epochs.insert(storage.uid(), epoch);
        }
    }
    Ok(epochs)
}

async fn insert_people_and_runs(
    transaction: &mut Transaction,
    snapshot: &Snapshot,
) -> Result<(), PersistenceError> {
    let uids: Vec<_> = snapshot.users.iter().map(|user| user.uid).collect();
    let known: HashSet<_> =
        transaction.users().find_many(&uids).await?.into_iter().map(|user| user.uid).collect();
    let missing: Vec<_> = snapshot.users.iter().filter(|user| !known.contains(&user.uid)).cloned().collect();
    transaction.users().insert_many(&missing).await?;

    let uids: Vec<_> = snapshot.transforms.iter().map(|transform| transform.uid).collect();
    let known = transaction.transforms().find_many(&uids).await?;
    let known: HashSet<_> = known.into_iter().map(|transform| transform.uid).collect();
    let missing = snapshot.transforms.iter().filter(|transform| !known.contains(&transform.uid));
    transaction.transforms().insert_many(&missing.cloned().collect::<Vec<_>>()).await?;

    let uids: Vec<_> = snapshot.runs.iter().map(Run::uid).collect();
    let known: HashSet<_> = transaction.runs().find_many(&uids).await?.iter().map(Run::uid).collect();
    let missing: Vec<_> = snapshot.runs.iter().filter(|run| !known.contains(&run.uid())).cloned().collect();
    transaction.runs().insert_many(&missing).await
}

/// Records the transfer itself: a run of the transform that stands for transfers from this source.
async fn start_transfer(
    transfer: &Transfer<'_>,
    transaction: &mut Transaction,
    actor: &Provenance,
    fresh_run: RunUid,
    fresh_transform: TransformUid,
) -> Result<RunUid, TransferArtifactsError> {
    let key = transfer_key(transfer.source).parse()?;
    let transform = if let Some(transform) = transaction.transforms().find_latest_by_key(&key).await? {
        transform.uid
    } else {
        let transform = Transform {
            uid: fresh_transform,
            key,
            kind: TransformKind::Function,
            description: Some("transfers artifacts from another instance".to_owned()),
            source_hash: None,
            reference: None,
            created_at: actor.created_at(),
            created_by: actor.created_by(),
        };
        transaction.transforms().insert_many(&[transform]).await?;
        fresh_transform
    };
    let mut run = Run::scheduled(fresh_run, transform, actor.created_by());
    run.initiated_by = transfer.registry.run;
    let run = run.start(actor.created_at())?.finish(RunOutcome::Completed, actor.created_at())?;
    transaction.runs().insert_many(&[run]).await?;
    Ok(fresh_run)
}

/// The key of the transform that stands for transfers from an instance.
fn transfer_key(source: InstanceUid) -> String {
    format!("__freehold_transfer__/{source}")
}

/// Finds or links the source's locations, and says under which uids they are recorded here.
async fn link_storages(
    transaction: &mut Transaction,
    snapshot: &Snapshot,
    ours: InstanceUid,
    epochs: &BTreeMap<StorageUid, ClaimEpoch>,
    provenance: &Provenance,
) -> Result<BTreeMap<StorageUid, StorageUid>, TransferArtifactsError> {
    let mut recorded = BTreeMap::new();
    for storage in &snapshot.storages {
        if let Some(here) = transaction.storages().find_many(&[storage.uid()]).await?.pop() {
            if here.root() != storage.root() {
                return Err(TransferArtifactsError::StorageMoved {
                    uid: storage.uid().to_string(),
                    here: here.root().to_string(),
                    there: storage.root().to_string(),
                });
            }
            recorded.insert(storage.uid(), here.uid());
            continue;
        }
        let at_root = transaction.storages().find_by_roots(std::slice::from_ref(storage.root())).await?.pop();
        if let Some(here) = at_root {
            recorded.insert(storage.uid(), here.uid());
            continue;
        }
        let epoch = epochs.get(&storage.uid()).copied();
        let linked = Storage::from_fields(StorageFields {
            id: None,
            uid: storage.uid(),
            root: storage.root().clone(),
            // What the source takes for ours is ours only if its claim proves it.
            instance_uid: storage.instance_uid().filter(|manager| *manager != ours || epoch.is_some()),
            epoch,
            description: storage.description.clone(),
            region: storage.region.clone(),
            capabilities: storage.capabilities,
            provenance: provenance.clone(),
        });
        transaction.storages().insert(&linked).await?;
        let change = match epoch {
            Some(_) => Change::new(StorageChange::Claimed, epoch),
            None => Change::new(StorageChange::Linked, None).with(linked.instance_uid()),
        };
        record_event(transaction, linked.uid(), change, provenance).await?;
        recorded.insert(storage.uid(), linked.uid());
    }
    Ok(recorded)
}

/// Inserts the artifacts that are missing, with their families, and gives them as they are recorded here.
async fn adopt(
    transaction: &mut Transaction,
    snapshot: &Snapshot,
    known: &HashMap<ArtifactUid, Artifact>,
    storages: &BTreeMap<StorageUid, StorageUid>,
) -> Result<BTreeMap<ArtifactUid, Artifact>, TransferArtifactsError> {
    let mut families = Families::read(transaction, snapshot).await?;
    let mut fresh = BTreeMap::new();
    for artifact in snapshot.artifacts.iter().filter(|artifact| !known.contains_key(&artifact.uid)) {
        let mut artifact = artifact.clone();
        artifact.placement = as_recorded_here(&artifact.placement, storages);
        artifact.copied_from = artifact.copied_from.map(|origin| as_recorded_here(&origin, storages));
        families.note(&artifact);
        fresh.insert(artifact.uid, artifact);
    }
    transaction.families().insert_many(&families.begun()).await?;
    let artifacts: Vec<Artifact> = fresh.values().cloned().collect();
    transaction.artifacts().insert_many(&artifacts).await?;
    transaction.families().update_many(&families.all()).await?;
    for artifact in fresh.values_mut() {
        artifact.is_latest = families.is_head(artifact.uid);
    }
    Ok(fresh)
}

/// A placement with the uid under which its location is recorded here.
fn as_recorded_here(placement: &Placement, storages: &BTreeMap<StorageUid, StorageUid>) -> Placement {
    let storage = storages.get(&placement.storage).copied().unwrap_or(placement.storage);
    Placement { storage, location: placement.location.clone() }
}

/// The families of a batch as they are to be recorded here.
struct Families {
    by_stem: BTreeMap<ArtifactStem, Family>,
    begun: HashSet<ArtifactStem>,
    head_states: HashMap<ArtifactStem, ArtifactState>,
}

impl Families {
    async fn read(transaction: &mut Transaction, snapshot: &Snapshot) -> Result<Self, PersistenceError> {
        let stems: Vec<ArtifactStem> = snapshot.families.iter().map(Family::stem).collect();
        let here = transaction.families().find_many(&stems).await?;
        let heads: Vec<ArtifactUid> = here.iter().filter_map(Family::head).collect();
        let heads = transaction.artifacts().find_many(&heads).await?;
        let head_states = heads.iter().map(|head| (head.uid.stem(), head.state)).collect();
        let mut families: BTreeMap<_, _> = here.into_iter().map(|family| (family.stem(), family)).collect();
        let mut begun = HashSet::new();
        for family in &snapshot.families {
            families.entry(family.stem()).or_insert_with(|| {
                begun.insert(family.stem());
                Family::new(family.stem(), family.key.clone(), family.origin())
            });
        }
        Ok(Self { by_stem: families, begun, head_states })
    }

    fn note(&mut self, artifact: &Artifact) {
        let stem = artifact.uid.stem();
        if let Some(family) = self.by_stem.get_mut(&stem) {
            family.note_version(artifact.version());
            family.add_available(artifact.version(), self.head_states.get(&stem).copied());
            self.head_states.insert(stem, ArtifactState::Available);
        }
    }

    /// The new families, without heads, since a head must be recorded before its family names it.
    fn begun(&self) -> Vec<Family> {
        let begun = self.by_stem.values().filter(|family| self.begun.contains(&family.stem()));
        begun.map(|family| Family::new(family.stem(), family.key.clone(), family.origin())).collect()
    }

    fn all(&self) -> Vec<Family> {
        self.by_stem.values().cloned().collect()
    }

    fn is_head(&self, uid: ArtifactUid) -> bool {
        self.by_stem.get(&uid.stem()).and_then(Family::head) == Some(uid)
    }
}

/// Connects the artifacts with the runs that made them in the source.
async fn connect_runs(
    transaction: &mut Transaction,
    snapshot: &Snapshot,
    fresh: &BTreeMap<ArtifactUid, Artifact>,
) -> Result<(), PersistenceError> {
    let mut outputs: BTreeMap<RunUid, Vec<ArtifactUid>> = BTreeMap::new();
    for runs in snapshot.made_by.iter().filter(|runs| fresh.contains_key(&runs.artifact)) {
        for run in &runs.made_by {
            outputs.entry(*run).or_default().push(runs.artifact);
        }
    }
    for (run, artifacts) in outputs {
        transaction.lineage().add_outputs(&run, &artifacts).await?;
    }
    Ok(())
}
