//! Rows of artifacts whose bytes are stored: inserted, or found to be there already.

use std::collections::{HashMap, HashSet};

use freehold_domain::{
    Artifact, ArtifactKey, ArtifactState, ArtifactUid, ContentHash, Placement, Provenance,
};
use freehold_ports::persistence::PersistenceError;

use super::heads::Families;
use super::sources::Name;
use super::{Batch, SaveArtifactsError, SaveOutcome, SavedArtifact};
use crate::content::Content;
use crate::{Registry, Transaction};

/// A file whose bytes are stored and measured.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    pub(super) name: Name,
    pub(super) content: Content,
    pub(super) placement: Placement,
    /// The uid that was reserved for it; one is reserved when it is recorded if absent.
    pub(super) reserved: Option<ArtifactUid>,
}

impl Stored {
    /// Whether an artifact has this very content. A hash that identifies no content says so only of the same blob.
    pub(super) fn is_content_of(&self, artifact: &Artifact) -> bool {
        Content::of(artifact) == self.content
            && (self.content.hash.identifies_content() || artifact.placement == self.placement)
    }
}

/// A file that is what the latest version of its key is already: nothing was stored.
#[derive(Debug, Clone)]
pub(super) struct Unchanged {
    pub(super) key: ArtifactKey,
    pub(super) head: ArtifactUid,
}

/// Records files whose bytes are stored, and says for each, in their order, what came of it. A file that is what the latest version of its
/// key is by now becomes `Existing`, and its own bytes are not recorded; `lost` heads do not count.
pub(super) async fn record(
    batch: &Batch<'_>,
    transaction: &mut Transaction,
    files: &[Stored],
    lost: &HashSet<ArtifactUid>,
) -> Result<Vec<SavedArtifact>, SaveArtifactsError> {
    let registry = batch.registry;
    let provenance = registry.record_actor(transaction).await?;
    let keys: Vec<ArtifactKey> = files.iter().map(|file| file.name.key.clone()).collect();
    let reserved: Vec<ArtifactUid> = files.iter().filter_map(|file| file.reserved).collect();
    let mut families = Families::read(registry, transaction, &keys, &reserved).await?;
    let same_head = |families: &Families, file: &Stored| {
        let head = families.available_head(&file.name.key, file.reserved)?;
        (file.is_content_of(head) && !lost.contains(&head.uid)).then(|| head.clone())
    };
    let unreserved: Vec<ArtifactKey> = files
        .iter()
        .filter(|file| file.reserved.is_none() && same_head(&families, file).is_none())
        .map(|file| file.name.key.clone())
        .collect();
    let mut given = families.reserve(registry, transaction, &unreserved).await?.into_iter();

    let mut twins = find_twins(transaction, files).await?;
    let mut saved = Vec::with_capacity(files.len());
    let mut artifacts = Vec::new();
    for file in files {
        let key = &file.name.key;
        if let Some(head) = same_head(&families, file) {
            saved.push(existing(head));
            continue;
        }
        let Some(uid) = file.reserved.or_else(|| given.next()) else { continue };
        let is_first = families.head(key, file.reserved).is_none();
        let artifact = new_artifact(batch, file, uid, provenance.clone());
        saved.push(SavedArtifact {
            artifact: artifact.clone(),
            outcome: if is_first { SaveOutcome::Created } else { SaveOutcome::NewVersion },
            duplicate_of: twins.get(&file.content.hash).copied(),
            beside_origin: families.foreign_origin(key).filter(|_| is_first),
        });
        if file.content.hash.identifies_content() {
            twins.entry(file.content.hash).or_insert(uid);
        }
        artifacts.push(artifact);
    }
    let grown = families.add(&mut artifacts);
    transaction.artifacts().insert_many(&artifacts).await?;
    transaction.families().update_many(&grown).await?;
    let mut artifacts = artifacts.into_iter();
    for saved in saved.iter_mut().filter(|saved| saved.outcome != SaveOutcome::Existing) {
        if let Some(artifact) = artifacts.next() {
            saved.artifact = artifact;
        }
    }
    trace(registry, transaction, &provenance, &mut saved).await?;
    Ok(saved)
}

/// Records files that are what the latest versions of their keys are already. `None` in the place of one whose latest version is
/// another by now.
pub(super) async fn record_unchanged(
    batch: &Batch<'_>,
    transaction: &mut Transaction,
    files: &[Unchanged],
) -> Result<Vec<Option<SavedArtifact>>, SaveArtifactsError> {
    let provenance = batch.registry.record_actor(transaction).await?;
    let keys: Vec<ArtifactKey> = files.iter().map(|file| file.key.clone()).collect();
    let families = Families::read(batch.registry, transaction, &keys, &[]).await?;
    let heads: Vec<Option<Artifact>> = files
        .iter()
        .map(|file| families.available_head(&file.key, None).filter(|head| head.uid == file.head).cloned())
        .collect();
    let mut saved: Vec<SavedArtifact> = heads.iter().flatten().cloned().map(existing).collect();
    trace(batch.registry, transaction, &provenance, &mut saved).await?;
    let mut saved = saved.into_iter();
    Ok(heads.into_iter().map(|head| head.and_then(|_| saved.next())).collect())
}

fn existing(artifact: Artifact) -> SavedArtifact {
    SavedArtifact { artifact, outcome: SaveOutcome::Existing, duplicate_of: None, beside_origin: None }
}

/// The artifacts that have the content of these files already, by hash.
async fn find_twins(
    transaction: &mut Transaction,
    files: &[Stored],
) -> Result<HashMap<ContentHash, ArtifactUid>, PersistenceError> {
    let mut hashes: Vec<ContentHash> =
        files.iter().map(|file| file.content.hash).filter(ContentHash::identifies_content).collect();
    hashes.sort_unstable();
    hashes.dedup();
    let found = transaction.artifacts().find_first_by_hashes(&hashes).await?;
    Ok(found.into_iter().map(|artifact| (artifact.hash, artifact.uid)).collect())
}

fn new_artifact(batch: &Batch<'_>, file: &Stored, uid: ArtifactUid, provenance: Provenance) -> Artifact {
    Artifact {
        uid,
        key: file.name.key.clone(),
        description: batch.description.clone(),
        suffix: file.name.suffix.clone(),
        size: file.content.size,
        hash: file.content.hash,
        placement: file.placement.clone(),
        copied_from: None,
        state: ArtifactState::Available,
        is_latest: true,
        provenance,
    }
}

/// Records what the current run made, and made again. What the run descends from, it cannot have made: that stays as it is.
async fn trace(
    registry: &Registry,
    transaction: &mut Transaction,
    provenance: &Provenance,
    saved: &mut [SavedArtifact],
) -> Result<(), PersistenceError> {
    let Some(run) = registry.run else { return Ok(()) };
    let existing: Vec<ArtifactUid> = saved
        .iter()
        .filter(|saved| saved.outcome == SaveOutcome::Existing)
        .map(|saved| saved.artifact.uid)
        .collect();
    let upstream: HashSet<ArtifactUid> =
        transaction.lineage().upstream_among(&run, &existing).await?.into_iter().collect();
    let (mut recreated, mut outputs) = (Vec::new(), Vec::new());
    for saved in saved.iter_mut().filter(|saved| !upstream.contains(&saved.artifact.uid)) {
        outputs.push(saved.artifact.uid);
        if saved.outcome == SaveOutcome::Existing && saved.artifact.provenance.run() != Some(run) {
            saved.artifact.provenance.record_update(provenance.created_at(), Some(run));
            recreated.push(saved.artifact.clone());
        }
    }
    transaction.artifacts().update_many(&recreated).await?;
    transaction.lineage().add_outputs(&run, &outputs).await
}
