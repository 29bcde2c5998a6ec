//! What the books of an instance say, read past every use case, and whether it is true.

use std::collections::{BTreeMap, BTreeSet};

use freehold_domain::{
    Artifact, ArtifactState, ArtifactStem, BlobKey, ContentHash, Family, Intent, Storage, StorageUid,
};
use freehold_memory::MemoryMachine;
use freehold_ports::persistence::{AccessMode, ArtifactFilter, ArtifactOrder, Databases, PageRequest};
use freehold_services::Registry;

/// Everything that a registry holds of data.
#[derive(Debug)]
pub(crate) struct Books {
    pub(crate) storages: Vec<Storage>,
    pub(crate) artifacts: Vec<Artifact>,
    pub(crate) families: Vec<Family>,
    pub(crate) intents: Vec<Intent>,
}

impl Books {
    /// Reads the books of an instance.
    pub(crate) async fn read(machine: &MemoryMachine, registry: &Registry) -> Self {
        let persistence = machine.databases.open(registry.database(), AccessMode::Read).await.unwrap();
        let mut unit = persistence.begin(AccessMode::Read).await.unwrap();
        let everything = PageRequest::first(100_000);
        let filter = ArtifactFilter {
            states: ArtifactState::ALL.to_vec(),
            all_versions: true,
            ..ArtifactFilter::default()
        };
        let artifacts = unit.artifacts().list(&filter, ArtifactOrder::Key, &everything).await.unwrap().items;
        let intents = unit.intents().list(None, &everything).await.unwrap().items;
        let stems: BTreeSet<ArtifactStem> = artifacts
            .iter()
            .map(|artifact| artifact.uid.stem())
            .chain(intents.iter().map(|intent| intent.artifact.stem()))
            .collect();
        let stems: Vec<ArtifactStem> = stems.into_iter().collect();
        let families = unit.families().find_many(&stems).await.unwrap();
        let storages = unit.storages().list(&everything).await.unwrap().items;
        Self { storages, artifacts, families, intents }
    }

    fn storage(&self, uid: StorageUid) -> &Storage {
        self.storages
            .iter()
            .find(|storage| storage.uid() == uid)
            .expect("an artifact lies at a recorded location")
    }

    /// Checks that no row lies, nothing dangles, and every family has one head. `what` is for messages.
    pub(crate) fn audit(&self, machine: &MemoryMachine, registry: &Registry, what: &str) {
        for artifact in &self.artifacts {
            let root = self.storage(artifact.placement.storage).root();
            let bytes = machine.stores.content(root, &artifact.blob_key());
            match artifact.state {
                ArtifactState::Available => {
                    let bytes = bytes.unwrap_or_else(|| panic!("{what}: row without bytes: {artifact:?}"));
                    let hash = ContentHash::blake3(*blake3::hash(&bytes).as_bytes());
                    assert_eq!(
                        (artifact.hash, artifact.size),
                        (hash, bytes.len() as u64),
                        "{what}: {artifact:?}"
                    );
                }
                ArtifactState::Trashed | ArtifactState::Purged => {}
            }
        }
        for storage in self.storages.iter().filter(|storage| storage.managed_by(registry.instance()).is_ok())
        {
            for key in machine.stores.keys(storage.root()).iter().filter(|key| is_ingested(key)) {
                let has_row = self.artifacts.iter().any(|artifact| {
                    artifact.state != ArtifactState::Purged
                        && artifact.placement.storage == storage.uid()
                        && artifact.blob_key() == *key
                });
                let is_announced = self
                    .intents
                    .iter()
                    .any(|intent| intent.storage == storage.uid() && intent.blob_key == *key);
                assert!(has_row || is_announced, "{what}: bytes without row or intent: {key}");
            }
        }
        self.audit_heads(what);
    }

    fn audit_heads(&self, what: &str) {
        let mut heads: BTreeMap<ArtifactStem, u32> = BTreeMap::new();
        for artifact in &self.artifacts {
            *heads.entry(artifact.uid.stem()).or_default() += u32::from(artifact.is_latest);
        }
        assert!(heads.values().all(|heads| *heads == 1), "{what}: not one head each: {heads:?}");
    }
}

/// Whether a blob is one that Freehold put there as an artifact's bytes.
fn is_ingested(key: &BlobKey) -> bool {
    key.is_reserved() && *key != BlobKey::claim()
}
