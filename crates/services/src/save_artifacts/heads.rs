//! The families at the keys of a batch, and whether a file is what the latest version of its key is already.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use freehold_domain::{Artifact, ArtifactKey, ArtifactState, ArtifactStem, ArtifactUid, Family, InstanceUid};
use freehold_ports::blobs::BlobError;
use freehold_ports::persistence::PersistenceError;
use freehold_ports::system::Silent;

use super::record::Stored;
use super::{Batch, SaveArtifactsError};
use crate::content::{Content, measure};
use crate::{Registry, Transaction};

/// The families that the files of a batch belong to: by the uid that is reserved for a file, else by its key.
#[derive(Debug, Default)]
pub(super) struct Families {
    by_stem: HashMap<ArtifactStem, Family>,
    own: HashMap<ArtifactKey, ArtifactStem>,
    foreign: HashMap<ArtifactKey, InstanceUid>,
    heads: HashMap<ArtifactUid, Artifact>,
}

impl Families {
    /// Reads the families that have these keys, and those of reserved uids, with the latest version of each own one.
    ///
    /// A family may have been given another key since a uid in it was reserved.
    pub(super) async fn read(
        registry: &Registry,
        transaction: &mut Transaction,
        keys: &[ArtifactKey],
        reserved: &[ArtifactUid],
    ) -> Result<Self, PersistenceError> {
        let mut families = Self::default();
        for family in transaction.families().find_by_keys(keys).await? {
            if family.origin() == registry.instance.uid() {
                families.own.insert(family.key.clone(), family.stem());
                families.by_stem.insert(family.stem(), family);
            } else {
                families.foreign.insert(family.key.clone(), family.origin());
            }
        }
        let stems = reserved.iter().map(ArtifactUid::stem);
        let moved: Vec<ArtifactStem> = stems.filter(|stem| !families.by_stem.contains_key(stem)).collect();
        for family in transaction.families().find_many(&moved).await? {
            families.by_stem.insert(family.stem(), family);
        }
        let heads: Vec<ArtifactUid> = families.by_stem.values().filter_map(Family::head).collect();
        let heads = transaction.artifacts().find_many(&heads).await?;
        families.heads = heads.into_iter().map(|head| (head.uid, head)).collect();
        Ok(families)
    }

    fn stem(&self, key: &ArtifactKey, reserved: Option<ArtifactUid>) -> Option<ArtifactStem> {
        reserved.map(|uid| uid.stem()).or_else(|| self.own.get(key).copied())
    }

    /// The latest version of the family that a file belongs to.
    pub(super) fn head(&self, key: &ArtifactKey, reserved: Option<ArtifactUid>) -> Option<&Artifact> {
        self.heads.get(&self.by_stem.get(&self.stem(key, reserved)?)?.head()?)
    }

    /// The latest version of the family that a file belongs to, if it can be read.
    pub(super) fn available_head(
        &self,
        key: &ArtifactKey,
        reserved: Option<ArtifactUid>,
    ) -> Option<&Artifact> {
        self.head(key, reserved).filter(|head| head.state == ArtifactState::Available)
    }

    /// The instance whose transferred family has `key`, too.
    pub(super) fn foreign_origin(&self, key: &ArtifactKey) -> Option<InstanceUid> {
        self.foreign.get(key).copied()
    }

    /// Reserves the next version of each of these keys, and begins families where there are none.
    pub(super) async fn reserve(
        &mut self,
        registry: &Registry,
        transaction: &mut Transaction,
        keys: &[ArtifactKey],
    ) -> Result<Vec<ArtifactUid>, SaveArtifactsError> {
        let (mut begun, mut grown) = (BTreeSet::new(), BTreeSet::new());
        let mut uids = Vec::with_capacity(keys.len());
        for key in keys {
            let stem = *self.own.entry(key.clone()).or_insert_with(|| {
                let stem = registry.host.uids.artifact_stem();
                begun.insert(stem);
                stem
            });
            if !begun.contains(&stem) {
                grown.insert(stem);
            }
            let new = || Family::new(stem, key.clone(), registry.instance.uid());
            uids.push(self.by_stem.entry(stem).or_insert_with(new).reserve()?);
        }
        transaction.families().insert_many(&self.these(&begun)).await?;
        transaction.families().update_many(&self.these(&grown)).await?;
        Ok(uids)
    }

    fn these(&self, stems: &BTreeSet<ArtifactStem>) -> Vec<Family> {
        stems.iter().filter_map(|stem| self.by_stem.get(stem).cloned()).collect()
    }

    /// Makes new artifacts the heads of their families, and gives the families that changed.
    pub(super) fn add(&mut self, artifacts: &mut [Artifact]) -> Vec<Family> {
        let mut grown = BTreeSet::new();
        for artifact in artifacts {
            let stem = artifact.uid.stem();
            let head_state = self.head(&artifact.key, Some(artifact.uid)).map(|head| head.state);
            if let Some(family) = self.by_stem.get_mut(&stem) {
                family.add_available(artifact.version(), head_state);
                artifact.key = family.key.clone();
                artifact.is_latest = family.head() == Some(artifact.uid);
                grown.insert(stem);
            }
        }
        self.these(&grown)
    }
}

/// Finds those latest versions that have the content of the file for their key, and whose bytes are lost: saving the content again must
/// store it again.
pub(super) async fn find_lost(
    batch: &Batch<'_>,
    files: &[Stored],
) -> Result<HashSet<ArtifactUid>, SaveArtifactsError> {
    let keys: Vec<ArtifactKey> = files.iter().map(|file| file.name.key.clone()).collect();
    let reserved: Vec<ArtifactUid> = files.iter().filter_map(|file| file.reserved).collect();
    let families = batch
        .registry
        .reading(|| {
            async |transaction: &mut Transaction| {
                Families::read(batch.registry, transaction, &keys, &reserved).await
            }
        })
        .await?;
    let mut lost = HashSet::new();
    for file in files {
        let head = families.available_head(&file.name.key, file.reserved);
        let Some(head) = head.filter(|head| file.is_content_of(head)) else { continue };
        // A file that lies where the latest version lies was just read.
        let is_the_same_file = !head.placement.location.is_ingested() && head.placement == file.placement;
        if !is_the_same_file && !has_bytes(batch, head).await? {
            lost.insert(head.uid);
        }
    }
    Ok(lost)
}

/// Whether the recorded bytes of an artifact are there. They are read: who is told that a file exists already may delete it.
pub(super) async fn has_bytes(batch: &Batch<'_>, artifact: &Artifact) -> Result<bool, SaveArtifactsError> {
    let storage = batch.storages.iter().find(|storage| storage.uid() == artifact.placement.storage);
    let Some(storage) = storage else { return Ok(false) };
    let location = batch.registry.host.locations.readable(storage).await?;
    let key = artifact.blob_key();
    let reader = match location.read(&key, None).await {
        Ok(reader) if reader.metadata.size == artifact.size => reader,
        Ok(_) | Err(BlobError::NotFound { .. } | BlobError::NotABlob { .. }) => return Ok(false),
        Err(error) => return Err(error.into()),
    };
    // A file that cannot be read to its end, or changes meanwhile, is not the recorded content.
    Ok(measure(reader.body, Arc::new(Silent)).await.is_ok_and(|content| content == Content::of(artifact)))
}
