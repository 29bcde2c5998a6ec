//! Registering files where they lie: hash them, or trust the tags that a cloud gave them, then record them in one transaction.

use std::collections::HashMap;

use freehold_domain::{ArtifactLocation, BlobKey, Placement, StorageUid};
use freehold_ports::blobs::{BlobError, BlobMetadata, BlobVersion};
use freehold_ports::persistence::{Entity, PersistenceError};
use freehold_ports::system::{FileError, ProgressEvent};
use futures_util::{StreamExt, TryStreamExt, stream};

use super::heads::find_lost;
use super::record::{Stored, record};
use super::sources::Name;
use super::{Batch, IN_FLIGHT, SaveArtifactsError, SavedArtifact};
use crate::Transaction;
use crate::content::{Content, entity_tag, measure, read_error};
use crate::location::ReadableLocation;

/// A file in a location.
#[derive(Debug, Clone)]
pub(super) struct LyingFile {
    pub(super) name: Name,
    pub(super) storage: StorageUid,
    pub(super) blob: BlobKey,
    /// What the location said of it, if it was asked.
    pub(super) seen: Option<BlobMetadata>,
}

/// Registers files in place. Nothing is written at their locations.
pub(super) async fn register(
    batch: &Batch<'_>,
    files: Vec<LyingFile>,
) -> Result<Vec<SavedArtifact>, SaveArtifactsError> {
    let files: Vec<Stored> =
        if batch.trusts_entity_tags { trust_all(batch, files)? } else { measure_all(batch, files).await? };
    let lost = find_lost(batch, &files).await?;
    batch
        .registry
        .writing(|| async |transaction: &mut Transaction| record(batch, transaction, &files, &lost).await)
        .await
}

/// Takes files as their entity tags say, without reading them.
fn trust_all(batch: &Batch<'_>, files: Vec<LyingFile>) -> Result<Vec<Stored>, SaveArtifactsError> {
    let trust = |file: LyingFile| {
        let tagged = file.seen.as_ref().and_then(|seen| Some((entity_tag(seen)?, seen.size)));
        let Some((hash, size)) = tagged else { return Err(tag_missing(batch, &file)) };
        batch.registry.host.progress.report(ProgressEvent::Advanced { items: 1, bytes: size });
        Ok(stored(file, Content { hash, size }))
    };
    files.into_iter().map(trust).collect()
}

fn tag_missing(batch: &Batch<'_>, file: &LyingFile) -> SaveArtifactsError {
    let storage = batch.storages.iter().find(|storage| storage.uid() == file.storage);
    match storage {
        Some(storage) => SaveArtifactsError::EntityTagMissing { path: storage.root().join(&file.blob) },
        None => PersistenceError::NotFound { entity: Entity::Storage, id: file.storage.to_string() }.into(),
    }
}

/// Reads and hashes files, many at once.
async fn measure_all(batch: &Batch<'_>, files: Vec<LyingFile>) -> Result<Vec<Stored>, SaveArtifactsError> {
    let mut locations = HashMap::new();
    for storage in
        batch.storages.iter().filter(|storage| files.iter().any(|file| file.storage == storage.uid()))
    {
        locations.insert(storage.uid(), batch.registry.host.locations.readable(storage).await?);
    }
    stream::iter(files)
        .filter_map(|file| {
            let location = locations.get(&file.storage).cloned();
            std::future::ready(location.map(|location| (file, location)))
        })
        .map(|(file, location)| measure_file(batch, location, file))
        .buffered(IN_FLIGHT)
        .try_collect()
        .await
}

async fn measure_file(
    batch: &Batch<'_>,
    location: ReadableLocation,
    file: LyingFile,
) -> Result<Stored, SaveArtifactsError> {
    let progress = &batch.registry.host.progress;
    let reader = location.read(&file.blob, None).await?;
    let version = reader.metadata.version.clone();
    let content =
        measure(reader.body, progress.clone()).await.map_err(|error| read_error(&file.blob, error))?;
    refuse_replaced(&location, &file.blob, &version).await?;
    progress.report(ProgressEvent::Advanced { items: 1, bytes: 0 });
    Ok(stored(file, content))
}

fn stored(file: LyingFile, content: Content) -> Stored {
    let placement = Placement { storage: file.storage, location: ArtifactLocation::InPlace(file.blob) };
    Stored { name: file.name, content, placement, reserved: None }
}

/// What was read must still be what is there: a file can be replaced while it is read.
async fn refuse_replaced(
    location: &ReadableLocation,
    key: &BlobKey,
    version: &BlobVersion,
) -> Result<(), SaveArtifactsError> {
    match location.metadata(key).await {
        Ok(Some(blob)) if blob.version == *version => Ok(()),
        Ok(_) | Err(BlobError::OutsideLocation { .. } | BlobError::NotABlob { .. }) => {
            Err(FileError::Changed { path: key.to_string() }.into())
        }
        Err(error) => Err(error.into()),
    }
}
