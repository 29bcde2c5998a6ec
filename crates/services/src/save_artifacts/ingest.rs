//! Copying files into a managed location so that no crash leaves a row without bytes or bytes without a row:
//! reserve and announce, copy and hash, make durable, record.

use std::sync::Arc;

use freehold_domain::{
    ArtifactKey, ArtifactLocation, ArtifactUid, BlobKey, Intent, IntentKind, IntentUid, Placement,
};
use freehold_ports::blobs::{BlobError, PutOptions};
use freehold_ports::system::{ProgressEvent, Silent};
use futures_util::{StreamExt, TryStreamExt, stream};

use super::heads::{Families, find_lost, has_bytes};
use super::record::{Stored, Unchanged, record, record_unchanged};
use super::sources::{Name, Source};
use super::{Account, Batch, IN_FLIGHT, SaveArtifactsError, SaveOutcome, SavedArtifact};
use crate::Transaction;
use crate::content::{Content, Measure, Measured, measure};
use crate::location::WritableLocation;

/// A file that is to be copied.
#[derive(Debug, Clone)]
pub(super) struct SourceFile {
    pub(super) name: Name,
    pub(super) size: u64,
    pub(super) source: Source,
}

/// A file whose uid is reserved and whose copy is announced.
#[derive(Debug, Clone)]
struct Announced {
    file: SourceFile,
    uid: ArtifactUid,
    intent: Intent,
}

/// Copies files, or finds that they are there already.
pub(super) async fn ingest(
    batch: &Batch<'_>,
    files: Vec<SourceFile>,
    account: &mut Account<'_>,
) -> Result<(), SaveArtifactsError> {
    let location = batch.registry.host.locations.writable(batch.target, &batch.registry.instance).await?;
    let rest = pass_unchanged(batch, files, account).await?;
    if rest.is_empty() {
        return Ok(());
    }
    let announced = announce(batch, rest).await?;
    match copy_and_record(batch, &location, &announced).await {
        Ok(copied) => account.tell(copied),
        Err(error) => {
            undo(batch, &location, &announced).await;
            return Err(error);
        }
    }
    Ok(())
}

/// Records the files whose content the latest version of their key has, and gives the others: those of its size are hashed first, and
/// nothing is copied.
async fn pass_unchanged(
    batch: &Batch<'_>,
    files: Vec<SourceFile>,
    account: &mut Account<'_>,
) -> Result<Vec<SourceFile>, SaveArtifactsError> {
    let keys: Vec<ArtifactKey> = files.iter().map(|file| file.name.key.clone()).collect();
    let families = batch
        .registry
        .reading(|| async |transaction: &mut Transaction| {
            Families::read(batch.registry, transaction, &keys, &[]).await
        })
        .await?;
    let heads: Vec<Option<ArtifactUid>> = {
        let comparisons: Vec<_> = files.iter().map(|file| same_head(batch, &families, file)).collect();
        stream::iter(comparisons).buffered(IN_FLIGHT).try_collect().await?
    };
    let (mut unchanged, mut unchanged_files, mut rest) = (Vec::new(), Vec::new(), Vec::new());
    for (file, head) in files.into_iter().zip(heads) {
        match head {
            Some(head) => {
                unchanged.push(Unchanged { key: file.name.key.clone(), head });
                unchanged_files.push(file);
            }
            None => rest.push(file),
        }
    }
    if unchanged.is_empty() {
        return Ok(rest);
    }
    let outcomes = batch
        .registry
        .writing(|| async |transaction: &mut Transaction| record_unchanged(batch, transaction, &unchanged).await)
        .await?;
    let mut saved = Vec::with_capacity(outcomes.len());
    for (file, outcome) in unchanged_files.into_iter().zip(outcomes) {
        match outcome {
            Some(outcome) => {
                batch.registry.host.progress.report(ProgressEvent::Advanced { items: 1, bytes: file.size });
                saved.push(outcome);
            }
            None => rest.push(file),
        }
    }
    account.tell(saved);
    Ok(rest)
}

/// The latest version of a file's key, if it has the file's content and its bytes are there.
async fn same_head(
    batch: &Batch<'_>,
    families: &Families,
    file: &SourceFile,
) -> Result<Option<ArtifactUid>, SaveArtifactsError> {
    let head = families.available_head(&file.name.key, None);
    let Some(head) = head.filter(|head| head.size == file.size) else { return Ok(None) };
    let body = file.source.read(batch.registry).await?;
    let content = measure(body, Arc::new(Silent)).await.map_err(|source| BlobError::Body { source })?;
    let is_same = content == Content::of(head) && has_bytes(batch, head).await?;
    Ok(is_same.then_some(head.uid))
}

/// Reserves a uid for each file, and writes down what is about to happen to its blob.
async fn announce(batch: &Batch<'_>, files: Vec<SourceFile>) -> Result<Vec<Announced>, SaveArtifactsError> {
    let registry = batch.registry;
    let session = registry.session().await?;
    let keys: Vec<ArtifactKey> = files.iter().map(|file| file.name.key.clone()).collect();
    registry
        .writing(|| async |transaction: &mut Transaction| {
            let provenance = registry.record_actor(transaction).await?;
            let mut families = Families::read(registry, transaction, &keys, &[]).await?;
            let uids = families.reserve(registry, transaction, &keys).await?;
            let announced: Vec<Announced> = files
                .iter()
                .zip(uids)
                .map(|(file, uid)| Announced {
                    file: file.clone(),
                    uid,
                    intent: Intent {
                        uid: registry.host.uids.intent_uid(),
                        kind: IntentKind::Ingest,
                        session,
                        storage: batch.target.uid(),
                        blob_key: BlobKey::ingested(&uid, &file.name.suffix),
                        artifact: uid,
                        created_at: provenance.created_at(),
                    },
                })
                .collect();
            let intents: Vec<Intent> = announced.iter().map(|announced| announced.intent.clone()).collect();
            transaction.intents().insert_many(&intents).await?;
            Ok(announced)
        })
        .await
}

async fn copy_and_record(
    batch: &Batch<'_>,
    location: &WritableLocation,
    announced: &[Announced],
) -> Result<Vec<SavedArtifact>, SaveArtifactsError> {
    let copies: Vec<_> = announced.iter().map(|announced| copy(batch, location, announced)).collect();
    let stored: Vec<Stored> = stream::iter(copies).buffered(IN_FLIGHT).try_collect().await?;
    location.flush().await?;
    let lost = find_lost(batch, &stored).await?;
    let saved = batch
        .registry
        .writing(|| async |transaction: &mut Transaction| {
            let saved = record(batch, transaction, &stored, &lost).await?;
            let recorded: Vec<IntentUid> = surplus(announced, &saved, false).map(|(intent, _)| intent).collect();
            transaction.intents().delete_many(&recorded).await?;
            Ok::<_, SaveArtifactsError>(saved)
        })
        .await?;
    drop_surplus(batch, location, announced, &saved).await;
    Ok(saved)
}

async fn copy(
    batch: &Batch<'_>,
    location: &WritableLocation,
    announced: &Announced,
) -> Result<Stored, SaveArtifactsError> {
    let progress = &batch.registry.host.progress;
    let file = &announced.file;
    let body = file.source.read(batch.registry).await?;
    let measure = Measure::default();
    let body = Measured::new(body, measure.clone()).reporting(progress.clone()).boxed();
    let blob = location.put(&announced.intent.blob_key, body, PutOptions::CREATE_IN_BATCH).await?;
    progress.report(ProgressEvent::Advanced { items: 1, bytes: 0 });
    match measure.content() {
        Some(content) if content.size == blob.size => Ok(Stored {
            name: file.name.clone(),
            content,
            placement: Placement { storage: batch.target.uid(), location: ArtifactLocation::Ingested },
            reserved: Some(announced.uid),
        }),
        _ => Err(SaveArtifactsError::NotWhollyStored { uid: announced.uid, stored: blob.size }),
    }
}

/// The intents and blobs of the files that turned out to be there already (`wanted`), or of the others.
fn surplus<'batch>(
    announced: &'batch [Announced],
    saved: &'batch [SavedArtifact],
    wanted: bool,
) -> impl Iterator<Item = (IntentUid, BlobKey)> + 'batch {
    announced
        .iter()
        .zip(saved)
        .filter(move |(_, saved)| (saved.outcome == SaveOutcome::Existing) == wanted)
        .map(|(announced, _)| (announced.intent.uid, announced.intent.blob_key.clone()))
}

/// Deletes the copies of files that somebody else saved meanwhile. Failing that, their intents stay for recovery.
async fn drop_surplus(
    batch: &Batch<'_>,
    location: &WritableLocation,
    announced: &[Announced],
    saved: &[SavedArtifact],
) {
    let (intents, blobs): (Vec<IntentUid>, Vec<BlobKey>) = surplus(announced, saved, true).unzip();
    if !blobs.is_empty() {
        clear(batch, location, &intents, &blobs, &[]).await;
    }
}

/// Removes what a failed batch left. Failing that, its intents stay for recovery.
async fn undo(batch: &Batch<'_>, location: &WritableLocation, announced: &[Announced]) {
    let intents: Vec<IntentUid> = announced.iter().map(|announced| announced.intent.uid).collect();
    let blobs: Vec<BlobKey> = announced.iter().map(|announced| announced.intent.blob_key.clone()).collect();
    let uids: Vec<ArtifactUid> = announced.iter().map(|announced| announced.uid).collect();
    clear(batch, location, &intents, &blobs, &uids).await;
}

async fn clear(
    batch: &Batch<'_>,
    location: &WritableLocation,
    intents: &[IntentUid],
    blobs: &[BlobKey],
    uids: &[ArtifactUid],
) {
    let stems: Vec<_> = uids.iter().map(ArtifactUid::stem).collect();
    let result = async {
        // The outcome of a commit can be unknown: what was recorded after all is not to be touched.
        let recorded = batch
            .registry
            .reading(|| async |transaction: &mut Transaction| transaction.artifacts().find_many(uids).await)
            .await?;
        if !recorded.is_empty() {
            return Ok(());
        }
        location.delete(blobs).await?;
        batch
            .registry
            .writing(|| async |transaction: &mut Transaction| {
                transaction.intents().delete_many(intents).await?;
                transaction.families().delete_unused(&stems).await?;
                Ok::<_, SaveArtifactsError>(())
            })
            .await
    };
    if let Err(error) = result.await {
        tracing::warn!(%error, "copies that are not needed could not be removed; recovery removes them");
    }
}
