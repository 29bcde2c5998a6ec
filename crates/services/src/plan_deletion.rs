//! Plan the deletion of an instance: what lies where, whose it is, and what would happen to it.

use std::collections::HashMap;

use freehold_domain::{Access, BlobKey, DatabaseUrl, Instance, Storage, Suffix};
use freehold_ports::blobs::{BlobError, BlobMetadata};
use freehold_ports::persistence::{PersistenceError, Tally};
use freehold_ports::system::{Activity, ProgressEvent};
use futures_util::StreamExt;

use crate::list_storages::list_storages;
use crate::progress_task::Task;
use crate::{Category, Registry, Transaction, UseCaseError};

/// How many blobs are compared with the registry at once.
const BATCH: usize = 1000;

/// What lies at a managed location, by its own listing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Contents {
    /// Ingested artifacts whose bytes are there.
    pub ingested: Tally,
    /// Files that were recorded in place.
    pub in_place: Tally,
    /// Files that the registry does not know. Freehold's own books do not count.
    pub unknown: Tally,
}

impl Contents {
    /// Whether nothing but Freehold's own books is there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ingested.artifacts == 0 && self.in_place.artifacts == 0 && self.unknown.artifacts == 0
    }
}

/// A location of the instance, and what is planned for it.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedLocation {
    /// The location.
    pub storage: Storage,
    /// A linked one is left untouched.
    pub access: Access,
    /// What lies there; absent for a linked location, which is not even looked at.
    pub contents: Option<Contents>,
}

/// The plan of a deletion.
#[derive(Debug, Clone, PartialEq)]
pub struct DeletionPlan {
    /// The instance.
    pub instance: Instance,
    /// Its registry, which goes last.
    pub database: DatabaseUrl,
    /// Its locations, in the order in which they were added.
    pub locations: Vec<PlannedLocation>,
}

impl DeletionPlan {
    /// Whether any managed location holds data.
    #[must_use]
    pub fn has_data(&self) -> bool {
        self.locations.iter().filter_map(|location| location.contents).any(|contents| !contents.is_empty())
    }
}

/// Why a plan could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PlanDeletionError {
    /// The registry failed.
    #[error(transparent)]
    Persistence(#[from] PersistenceError),
    /// A managed location cannot be looked at.
    #[error(transparent)]
    Blob(#[from] BlobError),
}

impl UseCaseError for PlanDeletionError {
    fn category(&self) -> Category {
        match self {
            Self::Persistence(error) => error.category(),
            Self::Blob(error) => error.category(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Persistence(error) => error.hint(),
            Self::Blob(error) => error.hint(),
        }
    }
}

/// Looks at every managed location, and changes nothing.
///
/// # Errors
/// See [`PlanDeletionError`].
pub async fn plan_deletion(registry: &Registry) -> Result<DeletionPlan, PlanDeletionError> {
    let _task = Task::begin(&registry.host.progress, Activity::Scanning, None, None);
    let mut locations = Vec::new();
    for listed in list_storages(registry).await? {
        let contents = match listed.access {
            Access::Managed => Some(look(registry, &listed.storage).await?),
            Access::Linked => None,
        };
        locations.push(PlannedLocation { storage: listed.storage, access: listed.access, contents });
    }
    Ok(DeletionPlan { instance: registry.instance.clone(), database: registry.database.clone(), locations })
}

async fn look(registry: &Registry, storage: &Storage) -> Result<Contents, PlanDeletionError> {
    let location = registry.host.locations.readable(storage).await?;
    let mut contents = Contents::default();
    let mut blobs = location.list(None).await.chunks(BATCH);
    while let Some(batch) = blobs.next().await {
        let batch = batch.into_iter().collect::<Result<Vec<BlobMetadata>, _>>()?;
        registry.host.progress.report(ProgressEvent::Advanced { items: batch.len() as u64, bytes: 0 });
        compare(registry, storage, batch, &mut contents).await?;
    }
    Ok(contents)
}

/// Sorts a batch of blobs into what the registry knows and what it does not.
async fn compare(
    registry: &Registry,
    storage: &Storage,
    blobs: Vec<BlobMetadata>,
    contents: &mut Contents,
) -> Result<(), PlanDeletionError> {
    let mut ingested = HashMap::new();
    let mut lying = HashMap::new();
    for blob in blobs.into_iter().filter(|blob| !is_own_book(registry, storage, &blob.key)) {
        if let Some(uid) = ingested_uid(&blob.key) {
            ingested.insert(uid, blob);
        } else {
            lying.insert(blob.key.clone(), blob);
        }
    }
    let uids: Vec<_> = ingested.keys().copied().collect();
    let keys: Vec<BlobKey> = lying.keys().cloned().collect();
    let (artifacts, in_place) = registry
        .reading(|| async |transaction: &mut Transaction| {
            let artifacts = transaction.artifacts().find_many(&uids).await?;
            let in_place = transaction.artifacts().find_in_place(&storage.uid(), &keys).await?;
            Ok::<_, PersistenceError>((artifacts, in_place))
        })
        .await?;
    for artifact in artifacts {
        let is_there = artifact.placement.storage == storage.uid() && artifact.placement.location.is_ingested();
        if let Some(blob) = ingested.remove(&artifact.uid).filter(|blob| is_there && blob.key == artifact.blob_key()) {
            add(&mut contents.ingested, &blob);
        }
    }
    for artifact in in_place {
        if let Some(blob) = lying.remove(&artifact.blob_key()) {
            add(&mut contents.in_place, &blob);
        }
    }
    for blob in ingested.into_values().chain(lying.into_values()) {
        add(&mut contents.unknown, &blob);
    }
    Ok(())
}

fn add(tally: &mut Tally, blob: &BlobMetadata) {
    tally.artifacts += 1;
    tally.bytes += blob.size;
}

/// The uid in the name of a blob that Freehold, or LaminDB, put there.
fn ingested_uid(key: &BlobKey) -> Option<freehold_domain::ArtifactUid> {
    let name = key.as_str().strip_prefix(".lamindb/")?;
    let uid = name.get(..freehold_domain::ArtifactUid::LENGTH)?;
    let suffix: Suffix = name.get(freehold_domain::ArtifactUid::LENGTH..)?.parse().ok()?;
    let uid = uid.parse().ok()?;
    (BlobKey::ingested(&uid, &suffix) == *key).then_some(uid)
}

/// Whether a blob is one of the books that Freehold keeps beside the data: the claim, and the registry of this very instance.
fn is_own_book(registry: &Registry, storage: &Storage, key: &BlobKey) -> bool {
    if *key == BlobKey::claim() {
        return true;
    }
    let path = storage.root().join(key);
    match (registry.database.sqlite_path(), path.local_path()) {
        (Some(database), Some(path)) => {
            let (database, path) = (database.to_string_lossy(), path.to_string_lossy());
            path.strip_prefix(&*database).is_some_and(|rest| matches!(rest, "" | "-wal" | "-shm" | "-journal"))
                || path.contains("/.lamindb/freehold-sessions/")
        }
        _ => false,
    }
}
