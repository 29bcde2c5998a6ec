//! The bytes of a batch, copied into the default storage and verified before an artifact points to them.

use std::sync::Arc;

use freehold_domain::{
    Artifact, ArtifactLocation, ArtifactState, ArtifactUid, BlobKey, Intent, IntentKind, IntentUid, Placement, Storage,
};
use freehold_ports::blobs::{BlobError, Durability, PutMode, PutOptions};
use futures_util::{StreamExt, stream};

use super::graft::Grafted;
use super::{Snapshot, Transfer, TransferArtifactsError, TransferOutcome, TransferredArtifact};
use crate::content::{Content, measure};
use crate::default_storage::read_default;
use crate::location::WritableLocation;
use crate::read_artifact::{ContentMismatch, open};
use crate::{Registry, Transaction};

/// How many artifacts are copied at once.
const IN_FLIGHT: usize = 8;

/// An artifact whose bytes are to be copied, where they are, and what was announced.
#[derive(Debug)]
struct Job {
    artifact: Artifact,
    source: Storage,
    origin: Placement,
    intent: Intent,
}

/// Copies the bytes of those artifacts that are not in a location of this instance yet.
pub(super) async fn copy(
    transfer: &Transfer<'_>,
    source: &Registry,
    snapshot: &Snapshot,
    grafted: Grafted,
) -> Result<Vec<TransferredArtifact>, TransferArtifactsError> {
    let registry = transfer.registry;
    let target = registry
        .reading(|| async |transaction: &mut Transaction| read_default(transaction).await)
        .await?;
    let location = registry.host.locations.writable(&target, &registry.instance).await?;
    let jobs = announce(registry, snapshot, &grafted, &target).await?;
    let copies: Vec<_> = jobs.iter().map(|job| copy_one(source, &location, job)).collect();
    let created: Vec<Result<bool, TransferArtifactsError>> =
        stream::iter(copies).buffered(IN_FLIGHT).collect().await;
    let mut failure = None;
    if created.iter().all(Result::is_ok) {
        failure = location.flush().await.err().map(TransferArtifactsError::from);
    }
    let mut ours = Vec::new();
    for (job, result) in jobs.iter().zip(created) {
        match result {
            Ok(true) => ours.push(job.intent.blob_key.clone()),
            Ok(false) => {}
            Err(error) => failure = failure.or(Some(error)),
        }
    }
    if let Some(error) = failure {
        undo(registry, &location, &jobs, &ours).await;
        return Err(error);
    }
    let placed = place(registry, &jobs, &target).await?;
    Ok(grafted
        .artifacts
        .into_iter()
        .map(|item| match placed.iter().find(|placed| placed.uid == item.artifact.uid) {
            Some(artifact) => {
                TransferredArtifact { artifact: artifact.clone(), outcome: TransferOutcome::Copied }
            }
            None => item,
        })
        .collect())
}

/// Writes down which blobs are about to be written.
async fn announce(
    registry: &Registry,
    snapshot: &Snapshot,
    grafted: &Grafted,
    target: &Storage,
) -> Result<Vec<Job>, TransferArtifactsError> {
    let mut jobs = Vec::new();
    for TransferredArtifact { artifact, .. } in &grafted.artifacts {
        let in_source = snapshot.artifacts.iter().find(|other| other.uid == artifact.uid);
        let Some(in_source) = in_source.filter(|_| needs_copy(registry, snapshot, artifact)) else { continue };
        let storage = snapshot.storages.iter().find(|storage| storage.uid() == in_source.placement.storage);
        let Some(storage) = storage else { continue };
        let intent = Intent {
            uid: registry.host.uids.intent_uid(),
            kind: IntentKind::Ingest,
            session: registry.session().await?,
            storage: target.uid(),
            blob_key: BlobKey::ingested(&artifact.uid, &artifact.suffix),
            artifact: artifact.uid,
            created_at: registry.host.clock.now(),
        };
        let origin = artifact.placement.clone();
        jobs.push(Job { artifact: in_source.clone(), source: storage.clone(), origin, intent });
    }
    let intents: Vec<Intent> = jobs.iter().map(|job| job.intent.clone()).collect();
    registry
        .writing(|| async |transaction: &mut Transaction| transaction.intents().insert_many(&intents).await)
        .await?;
    Ok(jobs)
}

/// Whether an artifact can be read and lies in no location of this instance.
fn needs_copy(registry: &Registry, snapshot: &Snapshot, artifact: &Artifact) -> bool {
    let is_ours = snapshot
        .storages
        .iter()
        .find(|storage| storage.uid() == artifact.placement.storage)
        .is_none_or(|storage| storage.instance_uid() == Some(registry.instance.uid()));
    artifact.state == ArtifactState::Available && !is_ours
}

/// Copies one artifact, and says whether its blob is new: one that was there before is never deleted by us.
async fn copy_one(source: &Registry, location: &WritableLocation, job: &Job) -> Result<bool, TransferArtifactsError> {
    const CREATE: PutOptions = PutOptions::CREATE_IN_BATCH;
    let key = &job.intent.blob_key;
    match location.copy_from(key, job.source.root(), &job.artifact.blob_key(), CREATE).await {
        Ok(Some(_)) => return verify(source, location, job).await.map(|()| true),
        // What is missing, or there already, is dealt with below, where it is said in full.
        Ok(None) | Err(BlobError::NotFound { .. } | BlobError::AlreadyExists { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    let body = open(source, &job.artifact, &job.source).await?;
    match location.put(key, body, CREATE).await {
        Ok(_) => Ok(true),
        Err(BlobError::AlreadyExists { .. }) => {
            // A copy that was interrupted before its row, or that another process makes now: the same content either way, and written again so that
            // it is durable with our batch.
            let body = open(source, &job.artifact, &job.source).await?;
            let overwrite = PutOptions { mode: PutMode::Overwrite, durability: Durability::AtFlush };
            location.put(key, body, overwrite).await?;
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}

/// Reads back what the backend copied by itself.
async fn verify(source: &Registry, location: &WritableLocation, job: &Job) -> Result<(), TransferArtifactsError> {
    let key = &job.intent.blob_key;
    let reader = location.reading().read(key, None).await?;
    let expected = Content::of(&job.artifact);
    let found = measure(reader.body, Arc::clone(&source.host.progress)).await;
    let found = found.map_err(|error| BlobError::Backend { location: key.to_string(), source: error.into() })?;
    if found == expected {
        return Ok(());
    }
    location.delete(std::slice::from_ref(key)).await?;
    Err(TransferArtifactsError::Mismatch(ContentMismatch {
        artifact: job.artifact.uid,
        expected_size: expected.size,
        expected_hash: expected.hash,
        found_size: found.size,
        found_hash: found.hash,
    }))
}

/// Points the artifacts to their copies, each with a link to its origin, and drops the intents.
async fn place(
    registry: &Registry,
    jobs: &[Job],
    target: &Storage,
) -> Result<Vec<Artifact>, TransferArtifactsError> {
    let uids: Vec<ArtifactUid> = jobs.iter().map(|job| job.artifact.uid).collect();
    let intents: Vec<IntentUid> = jobs.iter().map(|job| job.intent.uid).collect();
    registry
        .writing(|| async |transaction: &mut Transaction| {
            let actor = registry.record_actor(transaction).await?;
            let mut artifacts = transaction.artifacts().find_many(&uids).await?;
            for artifact in &mut artifacts {
                if let Some(job) = jobs.iter().find(|job| job.artifact.uid == artifact.uid) {
                    let copied = Placement { storage: target.uid(), location: ArtifactLocation::Ingested };
                    if artifact.placement != copied {
                        artifact.placement = copied;
                        artifact.copied_from = Some(job.origin.clone());
                        artifact.provenance.record_update(actor.created_at(), actor.run());
                    }
                }
            }
            transaction.artifacts().update_many(&artifacts).await?;
            transaction.intents().delete_many(&intents).await?;
            Ok(artifacts)
        })
        .await
}

/// Removes the copies of a batch that failed. Failing that, the intents stay for recovery.
async fn undo(registry: &Registry, location: &WritableLocation, jobs: &[Job], ours: &[BlobKey]) {
    let intents: Vec<IntentUid> = jobs.iter().map(|job| job.intent.uid).collect();
    let result = async {
        location.delete(ours).await?;
        registry
            .writing(|| async |transaction: &mut Transaction| {
                transaction.intents().delete_many(&intents).await.map(|_| ())
            })
            .await?;
        Ok::<_, TransferArtifactsError>(())
    };
    if let Err(error) = result.await {
        tracing::warn!(%error, "copies of a failed batch could not be removed; recovery removes them");
    }
}
