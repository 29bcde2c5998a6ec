//! Delete an instance: its claims, on request its ingested data, and last its registry.
//!
//! It is planned, and refused if need be, before anything is changed. Then the instance is closed: one unit of work in which no session that may be
//! alive has announced a change, and the books are still those of the plan. Whoever wants to write from then on is refused, also when the deletion is
//! interrupted; the same call, or any other deletion, finishes it.

mod carrying_out;
mod closing;
mod order;

use freehold_domain::{Access, InstanceUid, NotManaged, Slug, Storage, StorageRoot};
use freehold_ports::blobs::BlobError;
use freehold_ports::persistence::{AccessMode, PersistenceError, Tally};
use freehold_ports::system::{DirectoryError, LivenessError};

use crate::connect_instance::{ConnectError, find};
use crate::hand_over_storage::HandOverStorageError;
use crate::plan_deletion::{DeletionPlan, PlanDeletionError, plan_deletion};
use crate::registry::ActorError;
use crate::release_storage::ReleaseStorageError;
use crate::{AccessError, Category, Host, Registry, Transaction, UseCaseError};
use carrying_out::{Fate, carry_out};
use closing::{Books, close};
pub use order::{DeletionOrder, LocationFate, apply_deletion};

/// How often a deletion is planned anew when the books change under it.
const ATTEMPTS: u32 = 8;

/// What becomes of the data in managed locations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DataFate {
    /// Nothing was said: data makes the deletion refuse.
    Unsaid,
    /// It stays where it is, and nobody manages it any more.
    Release,
    /// Ingested data is deleted. Files recorded in place, and files that the registry does not know, stay.
    Purge,
}

/// An instance that was deleted.
#[derive(Debug, Clone, PartialEq)]
pub struct DeletedInstance {
    /// What was planned and done.
    pub plan: DeletionPlan,
    /// Ingested artifacts whose bytes were deleted.
    pub purged: Tally,
}

/// Why an instance was not deleted.
#[derive(Debug, thiserror::Error)]
pub enum DeleteInstanceError {
    /// Managed locations hold data, and nothing was said of it.
    #[error("instance {slug} manages data: {artifacts} files, {bytes} bytes; say what becomes of them")]
    HasData {
        /// The instance.
        slug: Slug,
        /// How many files in its managed locations.
        artifacts: u64,
        /// Their bytes.
        bytes: u64,
    },
    /// Another process is writing to a location of the instance. Nothing was changed.
    #[error("another process is writing to a location of instance {slug}; try again when it has finished")]
    Busy {
        /// The instance.
        slug: Slug,
    },
    /// The registry of the instance to forget is still there.
    #[error("the registry of {target} is still there; delete the instance instead of forgetting it")]
    StillThere {
        /// What was named.
        target: String,
    },
    /// The plan is that of another instance.
    #[error("the plan is one for instance {planned}, and not for this one")]
    AnotherInstance {
        /// The instance that was planned for.
        planned: InstanceUid,
    },
    /// Something but the actions was edited in the plan.
    #[error(
        "the plan does not have the digest that it names: something else than its actions was changed in it"
    )]
    PlanEdited,
    /// The plan does not say what becomes of a location.
    #[error("the plan does not say what becomes of {root}")]
    Undecided {
        /// The location.
        root: StorageRoot,
    },
    /// The world is not as it was when the plan was made. Nothing was changed.
    #[error("{root} is not as it was when the plan was made; nothing was changed")]
    Changed {
        /// The location.
        root: StorageRoot,
    },
    /// A location could not be given up.
    #[error(transparent)]
    Release(#[from] ReleaseStorageError),
    /// A location could not be handed over.
    #[error(transparent)]
    HandOver(#[from] HandOverStorageError),
    /// The plan could not be made.
    #[error(transparent)]
    Plan(#[from] PlanDeletionError),
    /// The instance is not known.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// A location that the registry believes to be managed is not.
    #[error(transparent)]
    NotManaged(#[from] NotManaged),
    /// A claim is another's by now. What was done until then stays; the registry is still there.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The user cannot be recorded.
    #[error(transparent)]
    Actor(#[from] ActorError),
    /// The session cannot be begun.
    #[error(transparent)]
    Liveness(#[from] LivenessError),
    /// The settings failed.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The registry failed.
    #[error(transparent)]
    Persistence(#[from] PersistenceError),
    /// The storage failed.
    #[error(transparent)]
    Blob(#[from] BlobError),
}

impl UseCaseError for DeleteInstanceError {
    fn category(&self) -> Category {
        match self {
            Self::HasData { .. }
            | Self::StillThere { .. }
            | Self::Undecided { .. }
            | Self::Changed { .. } => Category::Refused,
            Self::AnotherInstance { .. } | Self::PlanEdited => Category::Invalid,
            Self::Release(error) => error.category(),
            Self::HandOver(error) => error.category(),
            Self::Busy { .. } => Category::Conflict,
            Self::Plan(error) => error.category(),
            Self::Connect(error) => error.category(),
            Self::NotManaged(error) => error.category(),
            Self::Access(error) => error.category(),
            Self::Actor(error) => error.category(),
            Self::Liveness(error) => error.category(),
            Self::Directory(error) => error.category(),
            Self::Persistence(error) => error.category(),
            Self::Blob(error) => error.category(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::HasData { .. } => Some(
                "--release keeps all data and gives up the claims; --purge deletes ingested data for good; --dry-run shows the plan"
                    .to_owned(),
            ),
            Self::StillThere { .. } | Self::Busy { .. } | Self::AnotherInstance { .. } => None,
            Self::PlanEdited | Self::Changed { .. } => {
                Some("make a new plan: `freehold instance delete --dry-run --json`".to_owned())
            }
            Self::Undecided { .. } => {
                Some("set its action to release, purge or hand_over, or plan with --release or --purge".to_owned())
            }
            Self::Release(error) => error.hint(),
            Self::HandOver(error) => error.hint(),
            Self::Plan(error) => error.hint(),
            Self::Connect(error) => error.hint(),
            Self::NotManaged(error) => error.hint(),
            Self::Access(error) => error.hint(),
            Self::Actor(error) => error.hint(),
            Self::Liveness(error) => error.hint(),
            Self::Directory(error) => error.hint(),
            Self::Persistence(error) => error.hint(),
            Self::Blob(error) => error.hint(),
        }
    }
}

/// Deletes the instance. Linked locations are not touched. The registry goes last, and then the settings forget the instance.
///
/// # Idempotency
/// Interrupted anywhere, the same call finishes: what is gone already is success.
///
/// # Errors
/// See [`DeleteInstanceError`]. A refusal changes nothing.
pub async fn delete_instance(
    registry: &Registry,
    fate: DataFate,
) -> Result<DeletedInstance, DeleteInstanceError> {
    let registry = &registry.for_its_deletion();
    for _ in 0..ATTEMPTS {
        let books =
            registry.reading(|| async |transaction: &mut Transaction| Books::read(transaction).await).await?;
        let plan = plan_deletion(registry).await?;
        if fate == DataFate::Unsaid && plan.has_data() {
            return Err(has_data(&plan));
        }
        let managed = || plan.locations.iter().filter(|location| location.access == Access::Managed);
        for location in managed() {
            refuse_foreign_claim(registry, &location.storage).await?;
        }
        if close(registry, &books).await? {
            let fate = match fate {
                DataFate::Unsaid | DataFate::Release => Fate::Release,
                DataFate::Purge => Fate::Purge,
            };
            let fates = managed().map(|location| (location.storage.uid(), fate.clone())).collect();
            return carry_out(registry, plan, &fates, books.is_closing).await;
        }
    }
    Err(DeleteInstanceError::Busy { slug: registry.instance.slug().clone() })
}

/// Forgets a known instance whose registry is gone: what is left of a deletion that was interrupted at its very end.
///
/// # Errors
/// The registry is still there, or the instance is not known.
pub async fn forget_instance(host: &Host, target: &str) -> Result<(), DeleteInstanceError> {
    let database = find(host, Some(target)).await?.database;
    match host.databases.open(&database, AccessMode::Read).await {
        Err(PersistenceError::DatabaseMissing { .. }) => {}
        Err(error) => return Err(error.into()),
        Ok(persistence) => {
            persistence.close().await?;
            return Err(DeleteInstanceError::StillThere { target: target.to_owned() });
        }
    }
    for known in host.directory.list().await? {
        if known.database == database {
            host.directory.forget(known.uid).await?;
        }
    }
    Ok(())
}

fn has_data(plan: &DeletionPlan) -> DeleteInstanceError {
    let (mut artifacts, mut bytes) = (0, 0);
    for contents in plan.locations.iter().filter_map(|location| location.contents) {
        for tally in [contents.ingested, contents.in_place, contents.unknown] {
            artifacts += tally.artifacts;
            bytes += tally.bytes;
        }
    }
    DeleteInstanceError::HasData { slug: plan.instance.slug().clone(), artifacts, bytes }
}

/// A claim that is another's is found out before anything is deleted; one that is gone was given up by an interrupted deletion.
async fn refuse_foreign_claim(registry: &Registry, storage: &Storage) -> Result<(), DeleteInstanceError> {
    match registry.writable(storage).await {
        Ok(_) | Err(AccessError::ClaimMissing { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
