//! What records refer to must be there.

use freehold_domain::{
    Artifact, ArtifactStem, ArtifactUid, Family, Provenance, RunUid, StorageUid, TransformUid, UserUid,
};
use freehold_ports::persistence::{Entity, PersistenceError};

use super::State;
use crate::persistence::error::{in_use, not_found};

type Checked = Result<(), PersistenceError>;

fn require(present: bool, entity: Entity, id: &str) -> Checked {
    if present { Ok(()) } else { Err(not_found(entity, id)) }
}

impl State {
    pub(crate) fn require_user(&self, uid: &UserUid) -> Checked {
        require(self.users.contains(uid), Entity::User, uid.as_str())
    }

    pub(crate) fn require_storage(&self, uid: &StorageUid) -> Checked {
        require(self.storages.contains(uid), Entity::Storage, uid.as_str())
    }

    pub(crate) fn require_transform(&self, uid: &TransformUid) -> Checked {
        require(self.transforms.contains(uid), Entity::Transform, uid.as_str())
    }

    pub(crate) fn require_run(&self, uid: &RunUid) -> Checked {
        require(self.runs.contains(uid), Entity::Run, uid.as_str())
    }

    pub(crate) fn require_family(&self, stem: &ArtifactStem) -> Checked {
        require(self.families.contains(stem), Entity::Family, stem.as_str())
    }

    pub(crate) fn require_artifact(&self, uid: &ArtifactUid) -> Checked {
        require(self.artifacts.contains(uid), Entity::Artifact, uid.as_str())
    }

    /// Checks the head of a family.
    pub(crate) fn require_head(&self, family: &Family) -> Checked {
        family.head().map_or(Ok(()), |head| self.require_artifact(&head))
    }

    /// Checks the user and the runs of a provenance.
    pub(crate) fn require_provenance(&self, provenance: &Provenance) -> Checked {
        self.require_user(&provenance.created_by())?;
        runs_of(provenance).try_for_each(|run| self.require_run(&run))
    }

    /// Checks all that an artifact refers to.
    pub(crate) fn require_references(&self, artifact: &Artifact) -> Checked {
        self.require_family(&artifact.uid.stem())?;
        storages_of(artifact).try_for_each(|storage| self.require_storage(storage))?;
        self.require_provenance(&artifact.provenance)
    }
}

/// Every run that a provenance names.
pub(crate) fn runs_of(provenance: &Provenance) -> impl Iterator<Item = RunUid> {
    provenance.previous_runs().iter().copied().chain(provenance.run())
}

/// Every storage location that an artifact refers to.
pub(crate) fn storages_of(artifact: &Artifact) -> impl Iterator<Item = &StorageUid> {
    std::iter::once(&artifact.placement).chain(&artifact.copied_from).map(|placement| &placement.storage)
}

/// The provenance that a record has after an update: what was recorded at its creation stays, and former runs accumulate.
pub(crate) fn updated_provenance(
    entity: Entity,
    id: &str,
    recorded: &Provenance,
    updated: &Provenance,
) -> Result<Provenance, PersistenceError> {
    if !updated.previous_runs().starts_with(recorded.previous_runs()) {
        return Err(in_use(entity, id, Entity::Run));
    }
    Ok(Provenance::recorded(
        recorded.created_at(),
        recorded.created_by(),
        updated.run(),
        updated.updated_at(),
        updated.previous_runs().to_vec(),
    ))
}
