//! Adopt a storage location whose manager is gone: its claim is kept, and ours takes its place.

mod error;
mod recording;

use freehold_domain::{BlobKey, Claim, InstanceUid, Storage, StorageRoot};

use crate::location::{Adoption, AdoptionRequest, ClaimState, describe_manager};
use crate::moved_registry::accepting_command;
use crate::recorded_root::recorded_root;
use crate::{Registry, Transaction};

pub use error::AdoptStorageError;
use recording::{in_the_way, record_adopted, recorded_otherwise};

/// What is to be typed for the manager of a claim that names none.
pub const UNKNOWN_MANAGER: &str = "unknown";

/// A request to take a location over.
#[derive(Debug, Clone, Default)]
pub struct AdoptStorage {
    /// Its root: a path or URL.
    pub root: String,
    /// Why, for those who read the claim and the history.
    pub reason: String,
    /// The uid of the manager that the claim names, exactly; [`UNKNOWN_MANAGER`] for a claim that names none.
    pub expected_manager: String,
    /// Cloud region, when it is not to be asked for; or the identifier of the host of a local folder.
    pub region: Option<String>,
}

/// Who would lose a location if it were taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormerManager {
    /// The location's root, in its one spelling.
    pub root: StorageRoot,
    /// The manager, for people.
    pub description: String,
    /// What is to be typed for it: its uid, or [`UNKNOWN_MANAGER`].
    pub uid: String,
}

/// A location that was taken over.
#[derive(Debug, Clone, PartialEq)]
pub struct AdoptedStorage {
    /// The location, managed by now.
    pub storage: Storage,
    /// Its former manager, if the claim named one.
    pub former: Option<InstanceUid>,
    /// Where the former claim is kept.
    pub retired: BlobKey,
    /// The locations inside it that had the same manager, and were taken over with it.
    pub inside: Vec<Storage>,
}

/// Reads who would lose the location at `root` if it were taken over. Nothing is changed.
///
/// # Errors
/// [`AdoptStorageError`] when there is nobody to take it over from, or when that cannot be told.
pub async fn former_manager(registry: &Registry, root: &str) -> Result<FormerManager, AdoptStorageError> {
    let host = &registry.host;
    let root = StorageRoot::parse(root, &host.files.surroundings()?)?;
    let root = host.locations.resolve(&root).await?;
    let claim = match host.locations.claim(&root, None).await?.found {
        ClaimState::Unclaimed => return Err(AdoptStorageError::Unclaimed { root }),
        ClaimState::Unreadable { reason } => return Err(AdoptStorageError::Unreadable { root, reason }),
        ClaimState::Held { claim, .. } => claim,
    };
    if claim.is_managed_by(registry.instance.uid()) {
        return Err(AdoptStorageError::AlreadyOurs { root });
    }
    Ok(FormerManager { root, description: describe_manager(&claim), uid: typed_manager(&claim) })
}

/// Takes a location over from the manager that its claim names. The former claim is kept first, byte for byte, under `.lamindb/claims/`; then it is
/// replaced by compare-and-swap; then the location is recorded. Locations of the same manager inside it go with it, since no location may lie inside one of
/// another manager; they are nobody's in between.
///
/// # Idempotency
/// Interrupted anywhere, the same call finishes.
///
/// # Errors
/// See [`AdoptStorageError`].
pub async fn adopt_storage(
    registry: &Registry,
    request: AdoptStorage,
) -> Result<AdoptedStorage, AdoptStorageError> {
    if request.reason.chars().all(|character| character.is_whitespace() || character.is_control()) {
        return Err(AdoptStorageError::ReasonMissing);
    }
    let host = &registry.host;
    let root = StorageRoot::parse(&request.root, &host.files.surroundings()?)?;
    let root = host.locations.resolve(&root).await?;
    let root = recorded_root::<AdoptStorageError>(registry, root).await?;
    let known = recordable(registry, &root, &request).await?;
    let adoption = AdoptionRequest {
        root: &root,
        region: request.region.as_deref().or(known.as_ref().and_then(|known| known.region.as_deref())),
        claimant: registry.claimant().await?,
        reason: &request.reason,
        expected: expected_manager(&request.expected_manager)?,
        progress: &host.progress,
    };
    let refusal = match host.locations.adopt(adoption).await? {
        Adoption::Done(adopted) => {
            let former = adoption.expected;
            let (storage, inside) = record_adopted(registry, &root, &request, &adopted, former).await?;
            return Ok(AdoptedStorage { storage, former, retired: adopted.retired, inside });
        }
        Adoption::AnotherManager(claim) => AdoptStorageError::AnotherManager {
            root,
            expected: request.expected_manager,
            found: describe_manager(&claim),
            manager: typed_manager(&claim),
        },
        Adoption::Unclaimed => AdoptStorageError::Unclaimed { root },
        Adoption::Unreadable { reason } => AdoptStorageError::Unreadable { root, reason },
        Adoption::AlreadyOurs => AdoptStorageError::AlreadyOurs { root },
        Adoption::AnotherDatabase => {
            let accept = accepting_command(&registry.database, &root);
            AdoptStorageError::AnotherDatabase { root, accept }
        }
        Adoption::Overlapping(overlap) => AdoptStorageError::Overlaps { root, overlap },
        Adoption::Unmanageable { place, lack } => AdoptStorageError::Unmanageable { root: place, lack },
        Adoption::RetiredInTheWay { place, key } => AdoptStorageError::RetiredInTheWay { root: place, key },
        Adoption::OuterFirst { outer, claim } => {
            AdoptStorageError::OuterFirst { root, outer, manager: typed_manager(&claim) }
        }
        Adoption::Changed => AdoptStorageError::Changed { root },
    };
    Err(refusal)
}

/// The location that is recorded at `root`. Nothing may be taken over by somebody, or under a run, that cannot be recorded afterwards, nor what is
/// recorded otherwise; so that is found out here.
async fn recordable(
    registry: &Registry,
    root: &StorageRoot,
    request: &AdoptStorage,
) -> Result<Option<Storage>, AdoptStorageError> {
    let claim = match registry.host.locations.claim(root, request.region.as_deref()).await?.found {
        ClaimState::Held { claim, .. } => Some(claim),
        ClaimState::Unclaimed | ClaimState::Unreadable { .. } => None,
    };
    registry
        .writing(|| {
            async |transaction: &mut Transaction| {
                registry.record_actor(transaction).await?;
                if let Some(claim) = &claim
                    && let Some(other) = in_the_way(transaction, root, claim).await?
                {
                    return Err(recorded_otherwise(root, claim, &other));
                }
                Ok(transaction.storages().find_by_roots(std::slice::from_ref(root)).await?.pop())
            }
        })
        .await
}

/// What is to be typed for the manager of a claim.
fn typed_manager(claim: &Claim) -> String {
    claim.manager().map_or_else(|| UNKNOWN_MANAGER.to_owned(), |manager| manager.to_string())
}

fn expected_manager(text: &str) -> Result<Option<InstanceUid>, AdoptStorageError> {
    if text == UNKNOWN_MANAGER {
        return Ok(None);
    }
    let uid = text.parse().map_err(|_| AdoptStorageError::NotAManager { text: text.to_owned() })?;
    Ok(Some(uid))
}
