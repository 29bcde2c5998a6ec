//! Artifacts in memory.

mod listing;

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use freehold_domain::{
    Artifact, ArtifactLocation, ArtifactState, ArtifactUid, BlobKey, ContentHash, Family, StorageUid,
    UidPrefix,
};
use freehold_ports::persistence::{
    ArtifactFilter, ArtifactOrder, ArtifactRepository, Entity, Page, PageRequest, PersistenceError,
    StorageUsage, Tally,
};

use super::error::{already_exists, not_found};
use super::records::Records;
use super::state::{State, updated_provenance};

#[async_trait]
impl ArtifactRepository for Records {
    async fn insert_many(&mut self, artifacts: &[Artifact]) -> Result<(), PersistenceError> {
        self.write(|state| {
            for artifact in artifacts {
                state.require_references(artifact)?;
                let added = state.artifacts.insert(artifact.uid, artifact.clone());
                added.ok_or_else(|| already_exists(Entity::Artifact, artifact.uid))?;
            }
            Ok(())
        })
    }

    async fn find_many(&mut self, uids: &[ArtifactUid]) -> Result<Vec<Artifact>, PersistenceError> {
        self.read(|state| Ok(as_read(state, state.artifacts.find_many(uids))))
    }

    async fn find_by_uid_prefix(
        &mut self,
        prefix: &UidPrefix,
        limit: u32,
    ) -> Result<Vec<Artifact>, PersistenceError> {
        self.read(|state| {
            Ok(as_read(state, state.artifacts.find_by_prefix(prefix, limit, ArtifactUid::as_str)))
        })
    }

    async fn find_first_by_hashes(
        &mut self,
        hashes: &[ContentHash],
    ) -> Result<Vec<Artifact>, PersistenceError> {
        self.read(|state| {
            let wanted: BTreeSet<&ContentHash> = hashes.iter().collect();
            let mut first: BTreeMap<&ContentHash, &Artifact> = BTreeMap::new();
            for (_, artifact) in state.artifacts.oldest_first(None) {
                if artifact.state == ArtifactState::Available && wanted.contains(&artifact.hash) {
                    first.entry(&artifact.hash).or_insert(artifact);
                }
            }
            let found = hashes.iter().filter_map(|hash| first.get(hash).copied());
            Ok(as_read(state, found.cloned()))
        })
    }

    async fn find_in_place(
        &mut self,
        storage: &StorageUid,
        keys: &[BlobKey],
    ) -> Result<Vec<Artifact>, PersistenceError> {
        let keys: BTreeSet<&BlobKey> = keys.iter().collect();
        let is_wanted = |artifact: &&Artifact| match &artifact.placement.location {
            ArtifactLocation::InPlace(key) => artifact.placement.storage == *storage && keys.contains(key),
            ArtifactLocation::Ingested => false,
        };
        self.read(|state| Ok(as_read(state, state.artifacts.records().filter(is_wanted).cloned())))
    }

    async fn update_many(&mut self, artifacts: &[Artifact]) -> Result<(), PersistenceError> {
        self.write(|state| {
            for artifact in artifacts {
                let uid = artifact.uid;
                let recorded = state.artifacts.get(&uid).ok_or_else(|| not_found(Entity::Artifact, uid))?;
                state.require_references(artifact)?;
                let updated = Artifact {
                    description: artifact.description.clone(),
                    placement: artifact.placement.clone(),
                    copied_from: artifact.copied_from.clone(),
                    state: artifact.state,
                    provenance: updated_provenance(
                        Entity::Artifact,
                        uid.as_str(),
                        &recorded.provenance,
                        &artifact.provenance,
                    )?,
                    ..recorded.clone()
                };
                state.artifacts.replace(&uid, updated);
            }
            Ok(())
        })
    }

    async fn list(
        &mut self,
        filter: &ArtifactFilter,
        order: ArtifactOrder,
        page: &PageRequest,
    ) -> Result<Page<Artifact>, PersistenceError> {
        self.read(|state| match order {
            ArtifactOrder::Key => listing::by_key(state, filter, page),
            ArtifactOrder::Newest => listing::newest_first(state, filter, page),
        })
    }

    async fn usage(&mut self, storages: &[StorageUid]) -> Result<Vec<StorageUsage>, PersistenceError> {
        self.read(|state| {
            let mut usages: BTreeMap<StorageUid, StorageUsage> =
                storages.iter().map(|storage| (*storage, unused(*storage))).collect();
            for artifact in state.artifacts.records() {
                if let Some(usage) = usages.get_mut(&artifact.placement.storage) {
                    count(usage, artifact);
                }
            }
            Ok(storages
                .iter()
                .map(|storage| usages.get(storage).copied().unwrap_or(unused(*storage)))
                .collect())
        })
    }
}

/// The artifacts with the key and head of their families.
fn as_read(state: &State, artifacts: impl IntoIterator<Item = Artifact>) -> Vec<Artifact> {
    let of_its_family = |artifact: Artifact| match state.families.get(&artifact.uid.stem()) {
        Some(family) => with_family(artifact, family),
        None => artifact,
    };
    artifacts.into_iter().map(of_its_family).collect()
}

/// The artifact with the key and head of its family.
fn with_family(artifact: Artifact, family: &Family) -> Artifact {
    Artifact { key: family.key.clone(), is_latest: family.head() == Some(artifact.uid), ..artifact }
}

fn unused(storage: StorageUid) -> StorageUsage {
    StorageUsage { storage, ingested: Tally::default(), in_place: Tally::default() }
}

fn count(usage: &mut StorageUsage, artifact: &Artifact) {
    let tally = match (artifact.state, &artifact.placement.location) {
        (ArtifactState::Purged, _) => return,
        (ArtifactState::Available | ArtifactState::Trashed, ArtifactLocation::Ingested) => {
            &mut usage.ingested
        }
        (ArtifactState::Available | ArtifactState::Trashed, ArtifactLocation::InPlace(_)) => {
            &mut usage.in_place
        }
    };
    tally.artifacts += 1;
    tally.bytes = tally.bytes.saturating_add(artifact.size);
}
