//! All records of one registry at one moment.

mod edges;
mod family_keys;
mod references;
mod table;

use std::sync::Arc;

use freehold_domain::{
    Artifact, ArtifactStem, ArtifactUid, Family, Instance, Intent, IntentUid, Run, RunUid, Storage,
    StorageEvent, StorageUid, Transform, TransformUid, User, UserUid, Version,
};

pub(super) use edges::Edges;
pub(super) use family_keys::FamilyKeys;
pub(super) use references::{runs_of, storages_of, updated_provenance};
pub(super) use table::Table;

/// All records of one registry at one moment.
///
/// A clone shares every table with its original until one of both is written to, so a snapshot costs nothing.
#[derive(Debug, Clone, Default)]
pub(super) struct State {
    pub(super) instance: Option<Instance>,
    pub(super) users: Table<UserUid, User>,
    pub(super) storages: Table<StorageUid, Storage>,
    /// Oldest first.
    pub(super) storage_events: Arc<Vec<StorageEvent>>,
    pub(super) transforms: Table<TransformUid, Transform>,
    pub(super) runs: Table<RunUid, Run>,
    pub(super) inputs: Edges,
    pub(super) outputs: Edges,
    pub(super) families: Table<ArtifactStem, Family>,
    pub(super) family_keys: FamilyKeys,
    pub(super) artifacts: Table<ArtifactUid, Artifact>,
    pub(super) intents: Table<IntentUid, Intent>,
}

impl State {
    /// Every version of a family, oldest first.
    pub(super) fn versions_of(&self, stem: ArtifactStem) -> impl Iterator<Item = &Artifact> {
        let range = ArtifactUid::new(stem, Version::FIRST)..=ArtifactUid::new(stem, Version::LAST);
        self.artifacts.range(range).map(|(_, artifact)| artifact)
    }
}
