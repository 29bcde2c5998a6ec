//! Copying files into a managed location so that no crash leaves a row without bytes or bytes without a row:
//! reserve and announce, copy and hash, make durable, record.

use std::sync::Arc;

use freehold_domain::{ArtifactKey, ArtifactUid, BlobKey, Intent, IntentKind, IntentUid};
use freehold_ports::blobs::BlobError;
use freehold_ports::system::{ProgressEvent, Silent};
use futures_util::{StreamExt, TryStreamExt, stream};

use super::copying::{Announced, copy_all};
use super::heads::{Families, find_lost, has_bytes};
use super::record::{Stored, Unchanged, record, record_unchanged};
use super::sources::{Name, Source};
use super::{Account, Batch, IN_FLIGHT, SaveArtifactsError, SaveOutcome, SavedArtifact};
use crate::Transaction;
use crate::announcement::announce;
use crate::content::{Content, measure};
use crate::location::WritableLocation;

/// A file that is to be copied.
#[derive(Debug, Clone)]
pub(super) struct SourceFile {
    pub(super) name: Name,
    pub(super) size: u64,
    pub(super) source: Source,
}

/// How often a file whose next version is stored already is given the one after.
const ROUNDS: usize = 32;

/// Copies files, or finds that they are there already.
pub(super) async fn ingest(
    batch: &Batch<'_>,
    files: Vec<SourceFile>,
    account: &mut Account<'_>,
) -> Result<(), SaveArtifactsError> {
    let location = batch.registry.writable(batch.target).await?;
    let rest = pass_unchanged(batch, files, account).await?;
    if rest.is_empty() {
        return Ok(());
    }
    let copied = copy_files(batch, &location, rest).await?;
    match record_copies(batch, &location, &copied).await {
        Ok(saved) => account.tell(saved),
        // The rows may be there after all, or come yet: the copies and their intents stay for recovery, or are in its hands already.
        Err(error) if may_have_recorded(&error) => return Err(error),
        Err(error) => return Err(give_up(batch, &location, copied, &[], error).await),
    }
    Ok(())
}

/// Whether the copies may be somebody else's matter by now.
fn may_have_recorded(error: &SaveArtifactsError) -> bool {
    match error {
        SaveArtifactsError::Persistence(error) => !error.is_certainly_rolled_back(),
        SaveArtifactsError::IntentsTaken { .. } => true,
        _ => false,
    }
}

/// Copies all files or none.
async fn copy_files(
    batch: &Batch<'_>,
    location: &WritableLocation,
    files: Vec<SourceFile>,
) -> Result<Vec<(Announced, Stored)>, SaveArtifactsError> {
    let mut copied: Vec<(Announced, Stored)> = Vec::new();
    let (mut files, mut taken) = (files, Vec::new());
    for _ in 0..ROUNDS {
        let announced = match announce_copies(batch, location, &files, &taken).await {
            Ok(announced) => announced,
            Err(error) => return Err(give_up(batch, location, copied, &taken, error).await),
        };
        let outcome = copy_all(batch, location, announced).await;
        copied.extend(outcome.stored);
        taken = outcome.taken;
        if let Some(error) = outcome.failure {
            let ours: Vec<_> = ours(copied).chain(outcome.misshapen).collect();
            taken.extend(outcome.absent);
            undo(batch, location, &ours, &taken).await;
            return Err(error);
        }
        if taken.is_empty() {
            return Ok(copied);
        }
        files = taken.iter().map(|announced| announced.file.clone()).collect();
    }
    let key = files.first().map(|file| file.name.key.to_string()).unwrap_or_default();
    let error = SaveArtifactsError::VersionsStored { key, root: batch.target.root().clone() };
    Err(give_up(batch, location, copied, &taken, error).await)
}

fn ours(copied: Vec<(Announced, Stored)>) -> impl Iterator<Item = Announced> {
    copied.into_iter().map(|(announced, _)| announced)
}

/// Undoes what was copied, and gives the error that made it necessary.
async fn give_up(
    batch: &Batch<'_>,
    location: &WritableLocation,
    copied: Vec<(Announced, Stored)>,
    taken: &[Announced],
    error: SaveArtifactsError,
) -> SaveArtifactsError {
    let ours: Vec<Announced> = ours(copied).collect();
    undo(batch, location, &ours, taken).await;
    error
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
        .reading(|| {
            async |transaction: &mut Transaction| {
                Families::read(batch.registry, transaction, &keys, &[]).await
            }
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
        .writing(|| {
            async |transaction: &mut Transaction| record_unchanged(batch, transaction, &unchanged).await
        })
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
    let Some(head) = head.filter(|head| head.size == file.size && head.hash.identifies_content()) else {
        return Ok(None);
    };
    let (body, _) = file.source.read(batch.registry).await?;
    let content = measure(body, Arc::new(Silent)).await.map_err(|source| BlobError::Body { source })?;
    let is_same = content == Content::of(head) && has_bytes(batch, head).await?;
    Ok(is_same.then_some(head.uid))
}

/// Reserves a uid for each file, and writes down what is about to happen to its blob, in place of what was written down in vain.
async fn announce_copies(
    batch: &Batch<'_>,
    location: &WritableLocation,
    files: &[SourceFile],
    taken: &[Announced],
) -> Result<Vec<Announced>, SaveArtifactsError> {
    let registry = batch.registry;
    let session = registry.session().await?;
    let keys: Vec<ArtifactKey> = files.iter().map(|file| file.name.key.clone()).collect();
    let in_vain: Vec<IntentUid> = taken.iter().map(|announced| announced.intent.uid).collect();
    registry
        .writing(|| {
            async |transaction: &mut Transaction| {
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
                let intents: Vec<Intent> =
                    announced.iter().map(|announced| announced.intent.clone()).collect();
                transaction.intents().delete_many(&in_vain).await?;
                announce(registry, transaction, location, &intents).await?;
                Ok(announced)
            }
        })
        .await
}

/// Makes the copies durable, and then records them.
async fn record_copies(
    batch: &Batch<'_>,
    location: &WritableLocation,
    copied: &[(Announced, Stored)],
) -> Result<Vec<SavedArtifact>, SaveArtifactsError> {
    location.flush().await?;
    let stored: Vec<Stored> = copied.iter().map(|(_, stored)| stored.clone()).collect();
    let lost = find_lost(batch, &stored).await?;
    let saved = batch
        .registry
        .writing(|| {
            async |transaction: &mut Transaction| {
                let saved = record(batch, transaction, &stored, &lost).await?;
                let recorded: Vec<IntentUid> =
                    of_outcome(copied, &saved, false).map(|announced| announced.intent.uid).collect();
                // An intent that is gone was taken by a recovery that held this process for dead, and its copy is deleted or about to be.
                if transaction.intents().delete_many(&recorded).await? != recorded.len() as u64 {
                    return Err(SaveArtifactsError::IntentsTaken { root: batch.target.root().clone() });
                }
                Ok::<_, SaveArtifactsError>(saved)
            }
        })
        .await?;
    let surplus: Vec<Announced> = of_outcome(copied, &saved, true).cloned().collect();
    if !surplus.is_empty() {
        undo(batch, location, &surplus, &[]).await;
    }
    Ok(saved)
}

/// The files that somebody else saved meanwhile (`existing`), whose copies are surplus, or the others.
fn of_outcome<'batch>(
    copied: &'batch [(Announced, Stored)],
    saved: &'batch [SavedArtifact],
    existing: bool,
) -> impl Iterator<Item = &'batch Announced> {
    copied
        .iter()
        .zip(saved)
        .filter(move |(_, saved)| (saved.outcome == SaveOutcome::Existing) == existing)
        .map(|((announced, _), _)| announced)
}

/// Deletes blobs that we put and that no artifact points to, and drops their intents and those of files of which nothing is there. Failing that, the
/// intents stay for recovery.
async fn undo(batch: &Batch<'_>, location: &WritableLocation, ours: &[Announced], nothing: &[Announced]) {
    if ours.is_empty() && nothing.is_empty() {
        return;
    }
    let blobs: Vec<BlobKey> = ours.iter().map(|announced| announced.intent.blob_key.clone()).collect();
    let all = || ours.iter().chain(nothing);
    let intents: Vec<IntentUid> = all().map(|announced| announced.intent.uid).collect();
    let stems: Vec<_> = all().map(|announced| announced.uid.stem()).collect();
    let result = async {
        location.delete(&blobs).await?;
        batch
            .registry
            .writing(|| {
                async |transaction: &mut Transaction| {
                    transaction.intents().delete_many(&intents).await?;
                    transaction.families().delete_unused(&stems).await?;
                    Ok::<_, SaveArtifactsError>(())
                }
            })
            .await
    };
    if let Err(error) = result.await {
        tracing::warn!(%error, "copies that are not needed could not be removed; recovery removes them");
    }
}
