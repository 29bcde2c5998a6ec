//! Units of work: the only place that commits, and that retries.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

use freehold_ports::persistence::{
    AccessMode, ArtifactRepository, FamilyRepository, InstanceRepository, IntentRepository,
    LineageRepository, Persistence, PersistenceError, RunRepository, StorageRepository, TransformRepository,
    UnitOfWork, UserRepository,
};

use crate::{Category, UseCaseError};

/// How often a unit of work is begun again after a conflict.
const ATTEMPTS: u32 = 8;
/// The first pause between two attempts; it doubles each time.
const FIRST_PAUSE: Duration = Duration::from_millis(5);

/// A unit of work as use cases see it: every repository, and no way to end it.
#[derive(Debug)]
pub struct Transaction(Box<dyn UnitOfWork>);

impl Transaction {
    /// The registry's instance row.
    pub fn instance(&mut self) -> &mut dyn InstanceRepository {
        self.0.instance()
    }

    /// Users.
    pub fn users(&mut self) -> &mut dyn UserRepository {
        self.0.users()
    }

    /// Storage locations.
    pub fn storages(&mut self) -> &mut dyn StorageRepository {
        self.0.storages()
    }

    /// Transforms.
    pub fn transforms(&mut self) -> &mut dyn TransformRepository {
        self.0.transforms()
    }

    /// Runs.
    pub fn runs(&mut self) -> &mut dyn RunRepository {
        self.0.runs()
    }

    /// What runs read and made.
    pub fn lineage(&mut self) -> &mut dyn LineageRepository {
        self.0.lineage()
    }

    /// Families of artifact versions.
    pub fn families(&mut self) -> &mut dyn FamilyRepository {
        self.0.families()
    }

    /// Artifacts.
    pub fn artifacts(&mut self) -> &mut dyn ArtifactRepository {
        self.0.artifacts()
    }

    /// Intents.
    pub fn intents(&mut self) -> &mut dyn IntentRepository {
        self.0.intents()
    }
}

/// Does a work in one unit of work: all of it is kept when it succeeds, and nothing of it when it fails.
///
/// After a conflict it is begun again, some times, with growing random pauses; so the work must not act on anything but the
/// transaction. Each attempt is a work of its own that `work` gives: `|| async |transaction: &mut Transaction| ..`. (A
/// future that holds an `AsyncFnMut` with borrows cannot be spawned, and a use case must be.)
///
/// # Errors
/// What `work` fails with, or the database.
pub async fn in_transaction<T, E, Work>(
    persistence: &dyn Persistence,
    mode: AccessMode,
    work: impl Fn() -> Work,
) -> Result<T, E>
where
    Work: AsyncFnOnce(&mut Transaction) -> Result<T, E>,
    E: UseCaseError + From<PersistenceError>,
{
    let mut pause = FIRST_PAUSE;
    for _ in 1..ATTEMPTS {
        match attempt(persistence, mode, work()).await {
            Err(error) if error.category() == Category::Conflict => {
                tracing::debug!(%error, "the unit of work met a conflict and is begun again");
                tokio::time::sleep(pause + pause.mul_f64(random_fraction())).await;
                pause *= 2;
            }
            result => return result,
        }
    }
    attempt(persistence, mode, work()).await
}

async fn attempt<T, E>(
    persistence: &dyn Persistence,
    mode: AccessMode,
    work: impl AsyncFnOnce(&mut Transaction) -> Result<T, E>,
) -> Result<T, E>
where
    E: UseCaseError + From<PersistenceError>,
{
    let mut transaction = Transaction(persistence.begin(mode).await?);
    match work(&mut transaction).await {
        Ok(value) => {
            transaction.0.commit().await?;
            Ok(value)
        }
        Err(error) => {
            if let Err(rollback) = transaction.0.rollback().await {
                tracing::warn!(error = %rollback, "rolling back failed; the database does it by itself");
            }
            Err(error)
        }
    }
}

/// A number from 0 to 1 that differs between processes and calls.
pub(crate) fn random_fraction() -> f64 {
    let sixteen_bits = u16::try_from(RandomState::new().build_hasher().finish() & 0xffff).unwrap_or(0);
    f64::from(sixteen_bits) / f64::from(u16::MAX)
}
