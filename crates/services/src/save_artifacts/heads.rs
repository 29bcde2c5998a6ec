//! The families at the keys of a batch, and whether a file is what the latest version of its key is already.

use std::collections::{HashMap, HashSet};

use freehold_domain::{Artifact, ArtifactKey, ArtifactState, ArtifactUid, Family, InstanceUid, Placement};
use freehold_ports::persistence::PersistenceError;

use super::{Batch, SaveArtifactsError};
use crate::content::Content;
use crate::{Registry, Transaction};

/// The families at the keys of a batch.
#[derive(Debug)]
pub(super) struct Families {
    own: HashMap<ArtifactKey, Family>,
    foreign: HashMap<ArtifactKey, InstanceUid>,
    heads: HashMap<ArtifactUid, Artifact>,
}

impl Families {
    /// Reads the families that have these keys, with the latest version of each own one.
    pub(super) async fn read(
        registry: &Registry,
        transaction: &mut Transaction,
        keys: &[ArtifactKey],
    ) -> Result<Self, PersistenceError> {
        let (mut own, mut foreign) = (HashMap::new(), HashMap::new());
        for family in transaction.families().find_by_keys(keys).await? {
            if family.origin() == registry.instance.uid() {
                own.insert(family.key.clone(), family);
            } else {
                foreign.insert(family.key.clone(), family.origin());
            }
        }
        let uids: Vec<ArtifactUid> = own.values().filter_map(Family::head).collect();
        let heads = transaction.artifacts().find_many(&uids).await?;
        Ok(Self { own, foreign, heads: heads.into_iter().map(|head| (head.uid, head)).collect() })
    }

    /// The latest version of `key` in the own family.
    pub(super) fn head(&self, key: &ArtifactKey) -> Option<&Artifact> {
        self.heads.get(&self.own.get(key)?.head()?)
    }

    /// The latest version of `key`, if it can be read.
    pub(super) fn available_head(&self, key: &ArtifactKey) -> Option<&Artifact> {
        self.head(key).filter(|head| head.state == ArtifactState::Available)
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
        let (mut begun, mut grown, mut uids) = (Vec::new(), Vec::new(), Vec::with_capacity(keys.len()));
        for key in keys {
            let is_new = !self.own.contains_key(key);
            let family = self.own.entry(key.clone()).or_insert_with(|| {
                Family::new(registry.host.uids.artifact_stem(), key.clone(), registry.instance.uid())
            });
            uids.push(family.reserve()?);
            if is_new { begun.push(family.clone()) } else { grown.push(family.clone()) }
        }
        transaction.families().insert_many(&begun).await?;
        transaction.families().update_many(&grown).await?;
        Ok(uids)
    }

    /// Makes new artifacts the heads of their families, and gives the families that changed.
    pub(super) fn add(&mut self, artifacts: &mut [Artifact]) -> Vec<Family> {
        let mut grown = Vec::with_capacity(artifacts.len());
        for artifact in artifacts {
            let head_state = self.head(&artifact.key).map(|head| head.state);
            if let Some(family) = self.own.get_mut(&artifact.key) {
                family.add_available(artifact.version(), head_state);
                artifact.is_latest = family.head() == Some(artifact.uid);
                grown.push(family.clone());
            }
        }
        grown
    }
}

/// Finds those latest versions that have the content of the file for their key, and whose bytes are lost: saving the content again must store it again.
pub(super) async fn find_lost(
    batch: &Batch<'_>,
    files: impl IntoIterator<Item = (&ArtifactKey, Content, Option<&Placement>)>,
) -> Result<HashSet<ArtifactUid>, SaveArtifactsError> {
    let files: Vec<_> = files.into_iter().collect();
    let keys: Vec<ArtifactKey> = files.iter().map(|(key, ..)| (*key).clone()).collect();
    let families = batch
        .registry
        .reading(|| async |transaction: &mut Transaction| Families::read(batch.registry, transaction, &keys).await)
        .await?;
    let mut lost = HashSet::new();
    for (key, content, placement) in files {
        let Some(head) = families.available_head(key).filter(|head| Content::of(head) == content) else { continue };
        if placement != Some(&head.placement) && !has_bytes(batch, head).await? {
            lost.insert(head.uid);
        }
    }
    Ok(lost)
}

/// Whether the bytes of an artifact are there, by their size.
pub(super) async fn has_bytes(batch: &Batch<'_>, artifact: &Artifact) -> Result<bool, SaveArtifactsError> {
    let storage = batch.storages.iter().find(|storage| storage.uid() == artifact.placement.storage);
    let Some(storage) = storage else { return Ok(false) };
    let location = batch.registry.host.locations.readable(storage).await?;
    let blob = location.metadata(&artifact.blob_key()).await?;
    Ok(blob.is_some_and(|blob| blob.size == artifact.size))
}
