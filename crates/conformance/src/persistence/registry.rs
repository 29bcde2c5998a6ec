//! A registry to arrange with: an instance, a user, a managed location, a transform and a run.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use freehold_domain::{Artifact, ArtifactUid, Family, Instance, Provenance, Run, Storage, Transform, User};
use freehold_ports::persistence::{AccessMode, Persistence, PersistenceError, UnitOfWork};

use super::{Fresh, records};
use crate::case::{Failure, Outcome};

/// How often a unit of work is begun again after a conflict: a dropped unit may hold its lock a while longer.
const ATTEMPTS: u32 = 500;

/// A registry with one record of each kind that others refer to. Nothing refers to the run.
pub(super) struct Registry {
    pub(super) persistence: Arc<dyn Persistence>,
    pub(super) instance: Instance,
    pub(super) user: User,
    pub(super) storage: Storage,
    pub(super) transform: Transform,
    pub(super) run: Run,
}

impl Registry {
    /// The numbers of the records that the registry begins with.
    pub(super) const FIRST: u32 = 1;

    pub(super) async fn create(fresh: &Fresh) -> Result<Self, Failure> {
        let persistence = fresh.databases.create(&fresh.url).await?;
        let instance = records::instance(Self::FIRST)?;
        let user = records::user(Self::FIRST);
        let storage = records::storage(Self::FIRST, instance.uid(), user.uid)?;
        let transform = records::transform(Self::FIRST, 0, user.uid)?;
        let run = records::run(Self::FIRST, transform.uid, user.uid);

        let mut unit = begin(persistence.as_ref(), AccessMode::Write).await?;
        unit.instance().insert(&instance).await?;
        unit.users().insert_many(std::slice::from_ref(&user)).await?;
        unit.transforms().insert_many(std::slice::from_ref(&transform)).await?;
        unit.runs().insert_many(std::slice::from_ref(&run)).await?;
        let id = unit.storages().insert(&storage).await?;
        let storage = storage.with_id(id);
        let instance = default_at(&instance, &storage);
        unit.instance().update(&instance).await?;
        unit.commit().await?;
        Ok(Self { persistence, instance, user, storage, transform, run })
    }

    /// Begins a unit that writes.
    pub(super) async fn write(&self) -> Result<Box<dyn UnitOfWork>, Failure> {
        begin(self.persistence.as_ref(), AccessMode::Write).await
    }

    /// Begins a unit that reads.
    pub(super) async fn read(&self) -> Result<Box<dyn UnitOfWork>, Failure> {
        begin(self.persistence.as_ref(), AccessMode::Read).await
    }

    /// Another location that the instance manages.
    pub(super) fn another_storage(&self, number: u32) -> Result<Storage, Failure> {
        records::storage(number, self.instance.uid(), self.user.uid)
    }

    /// Another run of the registry's transform.
    pub(super) fn another_run(&self, number: u32) -> Run {
        records::run(number, self.transform.uid, self.user.uid)
    }

    /// An own family without versions.
    pub(super) fn family(&self, number: u32, key: &str) -> Result<Family, Failure> {
        records::family(number, key, self.instance.uid())
    }

    /// The next version of a family, ingested at the registry's location.
    pub(super) fn next_version(&self, family: &mut Family, number: u32) -> Result<Artifact, Failure> {
        records::next_version(family, number, self.storage.uid(), self.user.uid)
    }

    /// A family of one version, both of this number, not yet recorded.
    pub(super) fn artifact(&self, number: u32, key: &str) -> Result<(Family, Artifact), Failure> {
        let mut family = self.family(number, key)?;
        let artifact = self.next_version(&mut family, number)?;
        Ok((family, artifact))
    }

    /// The provenance of a record that the registry's user made under `run`.
    pub(super) fn made_under(&self, run: &Run) -> Provenance {
        Provenance::created(records::moment(run_number(run)), self.user.uid, Some(run.uid()))
    }

    /// Records a family of one version, both of this number, in a unit of its own.
    pub(super) async fn save(&self, number: u32, key: &str) -> Result<Artifact, Failure> {
        let (family, artifact) = self.artifact(number, key)?;
        let (mut families, mut artifacts) = ([family], [artifact]);
        let mut unit = self.write().await?;
        save(unit.as_mut(), &mut families, &mut artifacts).await?;
        unit.commit().await?;
        let [artifact] = artifacts;
        Ok(artifact)
    }

    /// The artifact of this uid, as it is read in a unit of its own.
    pub(super) async fn artifact_as_read(&self, uid: ArtifactUid) -> Result<Option<Artifact>, Failure> {
        let mut unit = self.read().await?;
        let found = unit.artifacts().find_many(&[uid]).await?;
        unit.rollback().await?;
        Ok(found.into_iter().next())
    }
}

/// The instance with its default at `storage`.
pub(super) fn default_at(instance: &Instance, storage: &Storage) -> Instance {
    let default = Some(storage.uid());
    Instance::recorded(
        instance.id(),
        instance.slug().clone(),
        instance.created_at(),
        default,
        instance.is_closing(),
    )
}

/// Begins a unit, again and again while others are in the way.
pub(super) async fn begin(
    persistence: &dyn Persistence,
    mode: AccessMode,
) -> Result<Box<dyn UnitOfWork>, Failure> {
    for _ in 1..ATTEMPTS {
        match persistence.begin(mode).await {
            Err(PersistenceError::Conflict { .. }) => tokio::time::sleep(Duration::from_millis(10)).await,
            begun => return Ok(begun?),
        }
    }
    Ok(persistence.begin(mode).await?)
}

/// Records families without a head, then their versions, then the heads. The given values become what is to be read.
pub(super) async fn save(
    unit: &mut dyn UnitOfWork,
    families: &mut [Family],
    artifacts: &mut [Artifact],
) -> Outcome {
    unit.families().insert_many(families).await?;
    unit.artifacts().insert_many(artifacts).await?;
    settle_heads(unit, families, artifacts).await
}

/// Gives families the heads that follow from the states of these versions, which are all of theirs.
pub(super) async fn settle_heads(
    unit: &mut dyn UnitOfWork,
    families: &mut [Family],
    artifacts: &mut [Artifact],
) -> Outcome {
    let mut states = HashMap::<_, Vec<_>>::new();
    for artifact in artifacts.iter() {
        states.entry(artifact.uid.stem()).or_default().push((artifact.version(), artifact.state));
    }
    for family in families.iter_mut() {
        family.settle_head(states.remove(&family.stem()).unwrap_or_default());
    }
    unit.families().update_many(families).await?;
    let recorded: HashMap<_, _> = families.iter().map(|family| (family.stem(), family)).collect();
    for artifact in artifacts {
        if let Some(family) = recorded.get(&artifact.uid.stem()) {
            artifact.key = family.key.clone();
            artifact.is_latest = family.head() == Some(artifact.uid);
        }
    }
    Ok(())
}

/// A number for the times of a run's records.
fn run_number(run: &Run) -> u32 {
    run.uid().as_str().bytes().map(u32::from).sum()
}
