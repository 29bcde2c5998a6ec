//! Delete an instance: its claims, on request its ingested data, and last its registry.

use std::collections::BTreeMap;

use freehold_domain::{Access, ArtifactState, NotManaged, Slug, Storage};
use freehold_ports::blobs::BlobError;
use freehold_ports::persistence::{
    AccessMode, ArtifactFilter, ArtifactOrder, PageRequest, PersistenceError, Tally,
};
use freehold_ports::system::{Activity, DirectoryError, LivenessError};

use crate::connect_instance::{ConnectError, find};
use crate::list_storages::PAGE;
use crate::plan_deletion::{DeletionPlan, PlanDeletionError, plan_deletion};
use crate::progress_task::Task;
use crate::purge::{Doomed, purge};
use crate::registries_folder::remove_empty_folders;
use crate::registry::ActorError;
use crate::{AccessError, Category, Host, Registry, Transaction, UseCaseError};

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
            Self::HasData { .. } | Self::StillThere { .. } => Category::Refused,
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
            Self::StillThere { .. } | Self::Busy { .. } => None,
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
    let plan = plan_deletion(registry).await?;
    if fate == DataFate::Unsaid && plan.has_data() {
        return Err(has_data(&plan));
    }
    let host = &registry.host;
    let managed = || plan.locations.iter().filter(|location| location.access == Access::Managed);
    refuse_while_others_write(registry).await?;
    for location in managed() {
        refuse_foreign_claim(registry, &location.storage).await?;
    }
    let mut purged = Tally::default();
    if fate == DataFate::Purge {
        // A run that has finished has nothing to do with it.
        let registry = registry.under_run(None);
        for location in managed() {
            let ingested = location.contents.unwrap_or_default().ingested;
            purge_location(&registry, &location.storage, ingested).await?;
            purged.artifacts += ingested.artifacts;
            purged.bytes += ingested.bytes;
        }
    }
    for location in managed() {
        let proof = location.storage.managed_by(&registry.instance)?;
        host.locations.release(proof, registry.claimant().await?).await?;
    }
    registry.close().await?;
    host.databases.destroy(&registry.database).await?;
    remove_empty_folders(host, &registry.database).await;
    for location in managed() {
        if let Err(error) = host.locations.remove_empty(location.storage.root()).await {
            tracing::warn!(%error, root = %location.storage.root(), "an empty folder could not be removed");
        }
    }
    host.directory.forget(registry.instance.uid()).await?;
    Ok(DeletedInstance { plan, purged })
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

/// What another process is writing now would end in a place that nobody manages.
async fn refuse_while_others_write(registry: &Registry) -> Result<(), DeleteInstanceError> {
    let sessions = registry
        .reading(|| async |transaction: &mut Transaction| transaction.intents().sessions().await)
        .await?;
    let own = registry.begun_session().await;
    for session in sessions.into_iter().filter(|session| Some(*session) != own) {
        if registry.host.liveness.is_alive(&registry.database, session).await? {
            return Err(DeleteInstanceError::Busy { slug: registry.instance.slug().clone() });
        }
    }
    Ok(())
}

/// A claim that is another's is found out before anything is deleted; one that is gone was given up by an interrupted deletion.
async fn refuse_foreign_claim(registry: &Registry, storage: &Storage) -> Result<(), DeleteInstanceError> {
    match registry.writable(storage).await {
        Ok(_) | Err(AccessError::ClaimMissing { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Purges the ingested artifacts of a location, a page at a time.
async fn purge_location(
    registry: &Registry,
    storage: &Storage,
    found: Tally,
) -> Result<(), DeleteInstanceError> {
    let location = match registry.writable(storage).await {
        Ok(location) => location,
        // An interrupted deletion had come to its end here.
        Err(AccessError::ClaimMissing { .. }) if found.artifacts == 0 => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let locations = BTreeMap::from([(storage.uid(), location)]);
    let _task = Task::begin(&registry.host.progress, Activity::Deleting, None, None);
    let filter = ArtifactFilter {
        storage: Some(storage.uid()),
        states: ArtifactState::ALL.to_vec(),
        all_versions: true,
        ..ArtifactFilter::default()
    };
    let mut page = PageRequest::first(PAGE);
    loop {
        let found = registry
            .reading(|| {
                async |transaction: &mut Transaction| {
                    transaction.artifacts().list(&filter, ArtifactOrder::Newest, &page).await
                }
            })
            .await?;
        let ingested = found.items.iter().filter(|artifact| artifact.placement.location.is_ingested());
        let doomed: Vec<Doomed<'_>> = ingested.map(|artifact| Doomed { artifact, version: None }).collect();
        let uids: Vec<_> = doomed.iter().map(|doomed| doomed.artifact.uid).collect();
        purge::<DeleteInstanceError>(registry, &uids, &doomed, &locations).await?;
        match found.next {
            Some(next) => page.after = Some(next),
            None => return Ok(()),
        }
    }
}
