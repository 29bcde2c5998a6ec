//! What the source says of a batch of artifacts: every record that they need to stand on.

use std::collections::BTreeSet;

use freehold_domain::{
    Artifact, ArtifactStem, Family, Run, RunUid, Storage, StorageUid, Transform, TransformUid, User, UserUid,
};
use freehold_ports::persistence::{ArtifactRuns, PersistenceError};

use crate::{Registry, Transaction};

/// A batch of artifacts with everything that they refer to.
#[derive(Debug, Clone)]
pub(super) struct Snapshot {
    pub(super) artifacts: Vec<Artifact>,
    pub(super) families: Vec<Family>,
    pub(super) storages: Vec<Storage>,
    /// Initiators come before the runs that they initiated.
    pub(super) runs: Vec<Run>,
    pub(super) transforms: Vec<Transform>,
    pub(super) users: Vec<User>,
    pub(super) made_by: Vec<ArtifactRuns>,
}

impl Snapshot {
    /// Reads everything in one unit of work.
    pub(super) async fn read(source: &Registry, artifacts: Vec<Artifact>) -> Result<Self, PersistenceError> {
        source
            .reading(|| {
                async |transaction: &mut Transaction| {
                    let uids: Vec<_> = artifacts.iter().map(|artifact| artifact.uid).collect();
                    let stems: BTreeSet<ArtifactStem> =
                        uids.iter().map(freehold_domain::ArtifactUid::stem).collect();
                    let families = transaction.families().find_many(&list(stems)).await?;
                    let storages: BTreeSet<StorageUid> = artifacts.iter().flat_map(storages_of).collect();
                    let storages = transaction.storages().find_many(&list(storages)).await?;
                    let made_by = transaction.lineage().runs_of(&uids).await?;
                    let runs = runs(transaction, wanted_runs(&artifacts, &made_by)).await?;
                    let transforms: BTreeSet<TransformUid> = runs.iter().map(Run::transform).collect();
                    let transforms = transaction.transforms().find_many(&list(transforms)).await?;
                    let users = wanted_users(&artifacts, &runs, &transforms);
                    let users = transaction.users().find_many(&list(users)).await?;
                    let artifacts = artifacts.clone();
                    Ok(Self { artifacts, families, storages, runs, transforms, users, made_by })
                }
            })
            .await
    }
}

fn list<T>(set: BTreeSet<T>) -> Vec<T> {
    set.into_iter().collect()
}

fn storages_of(artifact: &Artifact) -> impl Iterator<Item = StorageUid> {
    let origin = artifact.copied_from.as_ref().map(|placement| placement.storage);
    std::iter::once(artifact.placement.storage).chain(origin)
}

fn wanted_runs(artifacts: &[Artifact], made_by: &[ArtifactRuns]) -> BTreeSet<RunUid> {
    let of_provenance = artifacts.iter().flat_map(|artifact| {
        artifact.provenance.run().into_iter().chain(artifact.provenance.previous_runs().iter().copied())
    });
    let of_edges = made_by.iter().flat_map(|runs| runs.made_by.iter().copied());
    of_provenance.chain(of_edges).collect()
}

fn wanted_users(artifacts: &[Artifact], runs: &[Run], transforms: &[Transform]) -> BTreeSet<UserUid> {
    let of_artifacts = artifacts.iter().map(|artifact| artifact.provenance.created_by());
    let of_runs = runs.iter().map(Run::created_by);
    let of_transforms = transforms.iter().map(|transform| transform.created_by);
    of_artifacts.chain(of_runs).chain(of_transforms).collect()
}

/// The wanted runs and all that initiated them, initiators first.
async fn runs(
    transaction: &mut Transaction,
    mut wanted: BTreeSet<RunUid>,
) -> Result<Vec<Run>, PersistenceError> {
    let mut generations: Vec<Vec<Run>> = Vec::new();
    let mut seen: BTreeSet<RunUid> = BTreeSet::new();
    while !wanted.is_empty() {
        let found = transaction.runs().find_many(&list(wanted)).await?;
        seen.extend(found.iter().map(Run::uid));
        wanted = found.iter().filter_map(|run| run.initiated_by).filter(|uid| !seen.contains(uid)).collect();
        generations.push(found);
    }
    Ok(generations.into_iter().rev().flatten().collect())
}
