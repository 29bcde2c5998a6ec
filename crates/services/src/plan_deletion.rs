//! Plan the deletion of an instance: what lies where, whose it is, and what would happen to it.

mod sight;

use std::collections::HashMap;

use freehold_domain::{
    Access, ArtifactLocation, ArtifactState, ArtifactUid, BlobKey, DatabaseUrl, Instance, RESERVED_DIRECTORY,
    Storage, StorageRoot,
};
use freehold_ports::blobs::{BlobError, BlobMetadata};
use freehold_ports::persistence::{ArtifactFilter, ArtifactOrder, PageRequest, PersistenceError, Tally};
use freehold_ports::system::{Activity, ProgressEvent};
use futures_util::StreamExt;

use crate::list_storages::{ListedStorage, PAGE, list_storages};
use crate::location::{ClaimState, Linkers, is_ownership_paper};
use crate::progress_task::Task;
use crate::release_storage::read_linkers;
use sight::SetDigest;
pub use sight::{SeenLocation, Sight, digest};

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
    /// Who said that they link a managed location, and lose what lies there; absent when that could not be read.
    pub linkers: Option<Linkers>,
    /// Digests of what was seen there; absent for a linked location.
    pub sight: Option<Sight>,
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
    let all = list_storages(registry).await?;
    let roots: Vec<StorageRoot> = all.iter().map(|listed| listed.storage.root().clone()).collect();
    let mut locations = Vec::new();
    for listed in all {
        let (look, linkers) = match listed.access {
            Access::Managed => {
                let look = look(registry, &listed.storage, &roots).await?;
                (Some(look), read_linkers(registry, &listed.storage).await)
            }
            Access::Linked => (None, None),
        };
        let (contents, sight) = look.unzip();
        let ListedStorage { storage, access, .. } = listed;
        locations.push(PlannedLocation { storage, access, contents, linkers, sight });
    }
    Ok(DeletionPlan { instance: registry.instance.clone(), database: registry.database.clone(), locations })
}

/// What was seen of a location until now.
#[derive(Debug, Default)]
struct Look {
    contents: Contents,
    ingested: SetDigest,
    kept: SetDigest,
}

/// The artifacts that are recorded at a location. A purge leaves tombstones, so it does not change this.
async fn recorded(registry: &Registry, storage: &Storage) -> Result<SetDigest, PlanDeletionError> {
    let filter = ArtifactFilter {
        storage: Some(storage.uid()),
        states: ArtifactState::ALL.to_vec(),
        all_versions: true,
        ..ArtifactFilter::default()
    };
    let (mut digest, mut request) = (SetDigest::default(), PageRequest::first(PAGE));
    loop {
        let page = registry
            .reading(|| {
                async |transaction: &mut Transaction| {
                    transaction.artifacts().list(&filter, ArtifactOrder::Newest, &request).await
                }
            })
            .await?;
        for artifact in &page.items {
            digest.add(artifact.uid.as_str(), artifact.size);
        }
        match page.next {
            Some(next) => request.after = Some(next),
            None => return Ok(digest),
        }
    }
}

/// Looks at what belongs to a location: what lies in a location inside it is that one's.
async fn look(
    registry: &Registry,
    storage: &Storage,
    roots: &[StorageRoot],
) -> Result<(Contents, Sight), PlanDeletionError> {
    let claim = match registry.host.locations.recorded_claim(storage).await? {
        ClaimState::Unclaimed => String::new(),
        ClaimState::Held { claim, .. } => blake3::hash(claim.to_bytes().as_ref()).to_hex().to_string(),
        ClaimState::Unreadable { reason } => reason,
    };
    let recorded = recorded(registry, storage).await?;
    let root = storage.root();
    let inner: Vec<&StorageRoot> =
        roots.iter().filter(|other| *other != root && root.contains(other)).collect();
    let is_inside = |blob: &BlobMetadata| {
        let path = root.join(&blob.key);
        inner.iter().any(|inner| inner.relative_key(&path).is_some())
    };
    let location = registry.host.locations.readable(storage).await?;
    let mut found = Look::default();
    let mut blobs = location.list(None).await.chunks(BATCH);
    while let Some(batch) = blobs.next().await {
        let mut batch = batch.into_iter().collect::<Result<Vec<BlobMetadata>, _>>()?;
        registry.host.progress.report(ProgressEvent::Advanced { items: batch.len() as u64, bytes: 0 });
        batch.retain(|blob| !is_inside(blob) && !is_own_book(registry, storage, &blob.key));
        compare(registry, storage, batch, &mut found).await?;
    }
    let Look { contents, ingested, kept } = found;
    let (ingested, kept) = (ingested.to_string(), kept.to_string());
    Ok((contents, Sight { claim, ingested, kept, recorded: recorded.to_string() }))
}

/// Sorts a batch of blobs into what the registry knows and what it does not.
async fn compare(
    registry: &Registry,
    storage: &Storage,
    blobs: Vec<BlobMetadata>,
    look: &mut Look,
) -> Result<(), PlanDeletionError> {
    let keys: Vec<BlobKey> = blobs.iter().map(|blob| blob.key.clone()).collect();
    let uids: Vec<ArtifactUid> = keys.iter().filter_map(ingested_uid).collect();
    let (artifacts, in_place) = registry
        .reading(|| {
            async |transaction: &mut Transaction| {
                let artifacts = transaction.artifacts().find_many(&uids).await?;
                let in_place = transaction.artifacts().find_in_place(&storage.uid(), &keys).await?;
                Ok::<_, PersistenceError>((artifacts, in_place))
            }
        })
        .await?;
    let mut unknown: HashMap<BlobKey, BlobMetadata> =
        blobs.into_iter().map(|blob| (blob.key.clone(), blob)).collect();
    for artifact in artifacts.into_iter().chain(in_place) {
        if artifact.placement.storage != storage.uid() {
            continue;
        }
        if let Some(blob) = unknown.remove(&artifact.blob_key()) {
            match artifact.placement.location {
                ArtifactLocation::Ingested => add(&mut look.contents.ingested, &mut look.ingested, &blob),
                ArtifactLocation::InPlace(_) => add(&mut look.contents.in_place, &mut look.kept, &blob),
            }
        }
    }
    for blob in unknown.into_values() {
        add(&mut look.contents.unknown, &mut look.kept, &blob);
    }
    Ok(())
}

fn add(tally: &mut Tally, digest: &mut SetDigest, blob: &BlobMetadata) {
    digest.add(blob.key.as_str(), blob.size);
    tally.artifacts += 1;
    tally.bytes += blob.size;
}

/// The uid in the name of a blob that Freehold, or LaminDB, put there.
fn ingested_uid(key: &BlobKey) -> Option<ArtifactUid> {
    let name = key.as_str().strip_prefix(RESERVED_DIRECTORY)?.strip_prefix('/')?;
    name.get(..ArtifactUid::LENGTH)?.parse().ok()
}

/// Whether a blob is one of the books that Freehold keeps beside the data: what is about its
/// ownership, and the registry of this very instance.
fn is_own_book(registry: &Registry, storage: &Storage, key: &BlobKey) -> bool {
    if is_ownership_paper(key) {
        return true;
    }
    let path = storage.root().join(key);
    match (registry.database.sqlite_path(), path.local_path()) {
        (Some(database), Some(path)) => {
            let (database, path) = (database.to_string_lossy(), path.to_string_lossy());
            path.strip_prefix(&*database)
                .is_some_and(|rest| matches!(rest, "" | "-wal" | "-shm" | "-journal"))
                || path.contains("/.lamindb/freehold-sessions/")
        }
        _ => false,
    }
}
