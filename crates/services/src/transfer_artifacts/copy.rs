//! The bytes of a batch, copied into the default storage and verified before an artifact points to them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use freehold_domain::{
    Access, Artifact, ArtifactLocation, ArtifactState, ArtifactUid, BlobKey, Intent, IntentKind, IntentUid,
    Placement, SessionUid, Storage, StorageUid,
};
use freehold_ports::blobs::{BlobError, BlobMetadata, Durability, PutMode, PutOptions};
use futures_util::{StreamExt, stream};

use super::graft::Grafted;
use super::{Snapshot, Transfer, TransferArtifactsError, TransferOutcome, TransferredArtifact};
use crate::announcement::announce;
use crate::content::{Content, measure, read_error};
use crate::default_storage::read_default;
use crate::list_storages::all_storages;
use crate::location::WritableLocation;
use crate::read_artifact::{ContentMismatch, open};
use crate::settled_intents::drop_intents;
use crate::{Registry, Transaction};

/// How many artifacts are copied at once.
const IN_FLIGHT: usize = 8;

/// An artifact whose bytes are to be copied: as the source has it, and where this instance knows it to be.
#[derive(Debug)]
struct Job {
    artifact: Artifact,
    source: Storage,
    origin: Placement,
    blob_key: BlobKey,
}

/// Refuses to copy where that could not be recorded.
pub(super) async fn require_target(registry: &Registry) -> Result<(), TransferArtifactsError> {
    let target =
        registry.reading(|| async |transaction: &mut Transaction| read_default(transaction).await).await?;
    registry.writable(&target).await?;
    Ok(())
}

/// Copies the bytes of those artifacts that are not in a location of this instance yet.
///
/// What arrived well is recorded also when others did not. No copy is ever deleted that another process could have recorded: one that is not
/// recorded in the end keeps its intent, and is written over by the next attempt.
pub(super) async fn copy(
    transfer: &Transfer<'_>,
    source: &Registry,
    snapshot: &Snapshot,
    grafted: Grafted,
) -> Result<Vec<TransferredArtifact>, TransferArtifactsError> {
    let registry = transfer.registry;
    let (target, managed) = registry
        .reading(|| {
            async |transaction: &mut Transaction| {
                let target = read_default(transaction).await?;
                let mut managed = all_storages(transaction).await?;
                managed.retain(|storage| storage.access(&registry.instance) == Access::Managed);
                let managed: BTreeSet<StorageUid> = managed.iter().map(Storage::uid).collect();
                Ok::<_, TransferArtifactsError>((target, managed))
            }
        })
        .await?;
    let jobs = jobs(snapshot, &grafted, &managed);
    if jobs.is_empty() {
        return Ok(grafted.artifacts);
    }
    let location = registry.writable(&target).await?;
    let announced = announce_copies(registry, &location, &jobs).await?;
    let work: Vec<_> = jobs.iter().map(|job| copy_one(source, &location, job)).collect();
    let results: Vec<Result<(), TransferArtifactsError>> =
        stream::iter(work).buffered(IN_FLIGHT).collect().await;
    location.flush().await?;

    let (mut copied, mut settled, mut failure) = (BTreeMap::new(), BTreeSet::new(), None);
    for (job, result) in jobs.into_iter().zip(results) {
        let uid = job.artifact.uid;
        match result {
            Ok(()) => {
                settled.insert(uid);
                copied.insert(uid, job.origin);
            }
            Err(error) => {
                if is_the_sources(&error) {
                    settled.insert(uid);
                }
                failure = failure.or(Some(error));
            }
        }
    }
    let placed = place(registry, &copied, &target, &announced, &settled).await?;
    match failure {
        Some(error) => Err(error),
        None => Ok(grafted.artifacts.into_iter().map(|item| as_placed(item, &placed)).collect()),
    }
}

fn as_placed(item: TransferredArtifact, placed: &HashMap<ArtifactUid, Artifact>) -> TransferredArtifact {
    match placed.get(&item.artifact.uid) {
        Some(artifact) => {
            TransferredArtifact { artifact: artifact.clone(), outcome: TransferOutcome::Copied }
        }
        None => item,
    }
}

/// Whether it is certain that nothing was left in the target: the bytes did not come, or were not the recorded ones.
fn is_the_sources(error: &TransferArtifactsError) -> bool {
    matches!(
        error,
        TransferArtifactsError::Mismatch(_)
            | TransferArtifactsError::Read(_)
            | TransferArtifactsError::NotVerifiable { .. }
    )
}

/// The artifacts that can be read and lie in no location that this instance manages.
fn jobs(snapshot: &Snapshot, grafted: &Grafted, managed: &BTreeSet<StorageUid>) -> Vec<Job> {
    let in_source: HashMap<ArtifactUid, &Artifact> =
        snapshot.artifacts.iter().map(|artifact| (artifact.uid, artifact)).collect();
    let storages: HashMap<StorageUid, &Storage> =
        snapshot.storages.iter().map(|storage| (storage.uid(), storage)).collect();
    let here = grafted.artifacts.iter().map(|item| &item.artifact);
    let wanted = here.filter(|artifact| {
        artifact.state == ArtifactState::Available && !managed.contains(&artifact.placement.storage)
    });
    wanted
        .filter_map(|here| {
            let artifact = (*in_source.get(&here.uid)?).clone();
            let source = (*storages.get(&artifact.placement.storage)?).clone();
            let blob_key = BlobKey::ingested(&artifact.uid, &artifact.suffix);
            Some(Job { artifact, source, origin: here.placement.clone(), blob_key })
        })
        .collect()
}

/// The copies that were written down before they were made.
struct Announced {
    session: SessionUid,
    intents: HashMap<ArtifactUid, IntentUid>,
}

/// Writes down which blobs are about to be written.
async fn announce_copies(
    registry: &Registry,
    location: &WritableLocation,
    jobs: &[Job],
) -> Result<Announced, TransferArtifactsError> {
    let session = registry.session().await?;
    let created_at = registry.host.clock.now();
    let intent = |job: &Job| Intent {
        uid: registry.host.uids.intent_uid(),
        kind: IntentKind::Ingest,
        session,
        storage: location.storage().uid(),
        blob_key: job.blob_key.clone(),
        artifact: job.artifact.uid,
        created_at,
    };
    let intents: Vec<Intent> = jobs.iter().map(intent).collect();
    registry
        .writing(|| {
            async |transaction: &mut Transaction| {
                registry.record_actor(transaction).await?;
                announce(registry, transaction, location, &intents).await?;
                Ok::<_, TransferArtifactsError>(())
            }
        })
        .await?;
    let intents = intents.iter().map(|intent| (intent.artifact, intent.uid)).collect();
    Ok(Announced { session, intents })
}

async fn copy_one(
    source: &Registry,
    location: &WritableLocation,
    job: &Job,
) -> Result<(), TransferArtifactsError> {
    const CREATE: PutOptions = PutOptions::CREATE_IN_BATCH;
    if !job.artifact.hash.identifies_content() {
        let (artifact, key) = (job.artifact.uid, job.artifact.key.clone());
        return Err(TransferArtifactsError::NotVerifiable { artifact, key });
    }
    let key = &job.blob_key;
    match location.copy_from(key, job.source.root(), &job.artifact.blob_key(), CREATE).await {
        Ok(Some(copy)) => return verify(source, location, job, &copy).await,
        // What is missing, or there already, is dealt with below, where it is said in full.
        Ok(None) | Err(BlobError::NotFound { .. } | BlobError::AlreadyExists { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    let (body, readership) = open(source, &job.artifact, &job.source).await?;
    match location.put(key, body.boxed(), CREATE.readable_by(readership)).await {
        Err(BlobError::AlreadyExists { .. }) => {
            // A copy that was interrupted before its row, or that another process makes now: the same content either way, and written again so that
            // it is durable with our batch.
            let (body, readership) = open(source, &job.artifact, &job.source).await?;
            let overwrite =
                PutOptions { mode: PutMode::Overwrite, durability: Durability::AtFlush, readership };
            location.put(key, body.boxed(), overwrite).await?;
        }
        created => drop(created?),
    }
    Ok(())
}

/// Reads back what the backend copied by itself, and removes exactly that if it is not what was recorded.
async fn verify(
    source: &Registry,
    location: &WritableLocation,
    job: &Job,
    copy: &BlobMetadata,
) -> Result<(), TransferArtifactsError> {
    let key = &job.blob_key;
    let reader = location.reading().read(key, None).await?;
    let expected = Content::of(&job.artifact);
    let found = measure(reader.body, Arc::clone(&source.host.progress)).await;
    let found = found.map_err(|error| read_error(key, error))?;
    if found == expected {
        return Ok(());
    }
    match location.remove(key, &copy.version).await {
        // Another process has written it again meanwhile, from a source that is well.
        Ok(()) | Err(BlobError::VersionMismatch { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    Err(TransferArtifactsError::Mismatch(ContentMismatch {
        artifact: job.artifact.uid,
        expected_size: expected.size,
        expected_hash: expected.hash,
        found_size: found.size,
        found_hash: found.hash,
    }))
}

/// Points the artifacts to their copies, each with a link to its origin, and drops the intents that are settled. An artifact that was deleted
/// meanwhile is left alone, and its copy to recovery.
async fn place(
    registry: &Registry,
    copied: &BTreeMap<ArtifactUid, Placement>,
    target: &Storage,
    announced: &Announced,
    settled: &BTreeSet<ArtifactUid>,
) -> Result<HashMap<ArtifactUid, Artifact>, TransferArtifactsError> {
    let uids: Vec<ArtifactUid> = copied.keys().copied().collect();
    let here = Placement { storage: target.uid(), location: ArtifactLocation::Ingested };
    registry
        .writing(|| {
            async |transaction: &mut Transaction| {
                let actor = registry.record_actor(transaction).await?;
                let (mut artifacts, deleted): (Vec<_>, Vec<_>) = transaction
                    .artifacts()
                    .find_many(&uids)
                    .await?
                    .into_iter()
                    .partition(|artifact| artifact.state == ArtifactState::Available);
                let mut ours: Vec<IntentUid> = Vec::new();
                for artifact in artifacts.iter_mut().filter(|artifact| artifact.placement != here) {
                    ours.extend(announced.intents.get(&artifact.uid));
                    artifact.copied_from = copied.get(&artifact.uid).cloned();
                    artifact.placement = here.clone();
                    artifact.provenance.record_update(actor.created_at(), actor.run());
                }
                // An intent that is gone was taken by a recovery that held this process for dead, and its copy is deleted or about to be.
                if transaction.intents().delete_many(&ours).await? != ours.len() as u64 {
                    return Err(TransferArtifactsError::IntentsTaken { root: target.root().clone() });
                }
                transaction.artifacts().update_many(&artifacts).await?;
                let mut settled = settled.clone();
                settled.retain(|uid| deleted.iter().all(|artifact| artifact.uid != *uid));
                drop_intents(transaction, announced.session, IntentKind::Ingest, &settled).await?;
                Ok(artifacts.into_iter().map(|artifact| (artifact.uid, artifact)).collect())
            }
        })
        .await
}
