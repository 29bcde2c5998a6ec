//! Adopt a storage location whose manager is gone: its claim is kept, and ours takes its place.

use freehold_domain::{
    BlobKey, Claim, InstanceUid, Provenance, Storage, StorageChange, StorageFields, StorageRoot,
    StorageRootError,
};
use freehold_ports::blobs::BlobError;
use freehold_ports::persistence::PersistenceError;
use freehold_ports::system::FileError;

use crate::location::{Adoption, AdoptionRequest, ClaimState, Overlap, describe_manager};
use crate::ownership::{Change, managed_instead, record_change, record_event};
use crate::registry::ActorError;
use crate::{Category, Registry, Transaction, UseCaseError};

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
}

/// Why a location was not taken over. The claim in it is as it was.
#[derive(Debug, thiserror::Error)]
pub enum AdoptStorageError {
    /// The root is not valid.
    #[error(transparent)]
    Root(#[from] StorageRootError),
    /// Nothing was said of the reason.
    #[error("a location is taken over for a reason that others can read; say why")]
    ReasonMissing,
    /// What was expected is no manager.
    #[error("{text:?} is not the uid of an instance")]
    NotAManager {
        /// What was typed.
        text: String,
    },
    /// Nobody claims the place.
    #[error("nobody manages {root}, so there is nobody to take it over from")]
    Unclaimed {
        /// The root.
        root: StorageRoot,
    },
    /// The claim cannot be read: it belongs to nobody we know, and is never overwritten.
    #[error(
        "{root} holds a claim that cannot be read ({reason}), and what cannot be read is never taken over"
    )]
    Unreadable {
        /// The root.
        root: StorageRoot,
        /// Why it cannot be read.
        reason: String,
    },
    /// The claim names another manager.
    #[error("{root} is managed by {found}, and {expected:?} was expected")]
    AnotherManager {
        /// The root.
        root: StorageRoot,
        /// Who was expected, as typed.
        expected: String,
        /// Who manages it, for people.
        found: String,
        /// What is to be typed for it.
        manager: String,
    },
    /// This instance manages it.
    #[error("this instance is the manager of {root} already, by its claim")]
    AlreadyOurs {
        /// The root.
        root: StorageRoot,
    },
    /// This instance manages it from another database.
    #[error(
        "{root} was claimed by this instance from another database; this one is a copy of it, or was moved"
    )]
    AnotherDatabase {
        /// The root.
        root: StorageRoot,
    },
    /// Somebody else manages a place around it.
    #[error("{root} {overlap}")]
    Overlaps {
        /// The root.
        root: StorageRoot,
        /// What lies around it.
        overlap: Overlap,
    },
    /// Its backend cannot hold a claim.
    #[error("{root} cannot be managed, because {lack}")]
    Unmanageable {
        /// The root.
        root: StorageRoot,
        /// What it lacks, for people.
        lack: String,
    },
    /// Another claim is kept where the former one belongs.
    #[error("{key} in {root} holds something else than the claim that would be kept there")]
    RetiredInTheWay {
        /// The root.
        root: StorageRoot,
        /// Where the former claim belongs.
        key: BlobKey,
    },
    /// The claim was replaced meanwhile.
    #[error("the claim in {root} was changed while it was taken over; look at it again")]
    Changed {
        /// The root.
        root: StorageRoot,
    },
    /// The location is recorded elsewhere, or under another uid.
    #[error(
        "the claim in {root} names storage location {claimed}, and {recorded} is recorded as another one"
    )]
    RecordedOtherwise {
        /// The root.
        root: StorageRoot,
        /// The uid in the claim.
        claimed: String,
        /// What is recorded, for people.
        recorded: String,
    },
    /// The user or the run cannot be recorded.
    #[error(transparent)]
    Actor(#[from] ActorError),
    /// The registry failed.
    #[error(transparent)]
    Persistence(#[from] PersistenceError),
    /// The storage failed.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// The machine's files failed.
    #[error(transparent)]
    File(#[from] FileError),
}

impl UseCaseError for AdoptStorageError {
    fn category(&self) -> Category {
        match self {
            Self::Root(_) | Self::ReasonMissing | Self::NotAManager { .. } => Category::Invalid,
            Self::Unclaimed { .. }
            | Self::Unreadable { .. }
            | Self::AnotherManager { .. }
            | Self::AlreadyOurs { .. }
            | Self::AnotherDatabase { .. }
            | Self::Overlaps { .. }
            | Self::Unmanageable { .. }
            | Self::RetiredInTheWay { .. }
            | Self::RecordedOtherwise { .. } => Category::Refused,
            Self::Changed { .. } => Category::Conflict,
            Self::Actor(error) => error.category(),
            Self::Persistence(error) => error.category(),
            Self::Blob(error) => error.category(),
            Self::File(error) => error.category(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::NotAManager { .. } => Some(format!(
                "`freehold storage show` names the manager; where the claim names none: --expect-manager {UNKNOWN_MANAGER}"
            )),
            Self::ReasonMissing => Some("--reason TEXT".to_owned()),
            Self::Unclaimed { root } | Self::AlreadyOurs { root } => {
                Some(format!("`freehold storage add {root}` manages it"))
            }
            Self::Unreadable { root, .. } => Some(format!(
                "put the right claim back into .lamindb/storage_uid.txt, from a backup or .lamindb/claims/; if nobody is left who knows, move that \
                 file away, and `freehold storage add {root}` begins anew; to read only: `freehold storage add {root} --link`"
            )),
            Self::AnotherManager { manager, .. } => Some(format!(
                "if that instance is really gone: --expect-manager {manager}; if it is not, let it hand the location over"
            )),
            Self::AnotherDatabase { root } => Some(format!(
                "go on with the registry that it was claimed from; if that was really moved here: `freehold connect {root} --moved`"
            )),
            Self::Overlaps { .. } => Some(
                "two managers never overlap: what lies around it must be released or handed over first"
                    .to_owned(),
            ),
            Self::RetiredInTheWay { key, .. } => {
                Some(format!("look at {key}, and move it away if it is of no use"))
            }
            Self::RecordedOtherwise { recorded, .. } => Some(format!(
                "`freehold storage show {recorded}` shows it; `freehold storage remove` forgets it"
            )),
            Self::Actor(error) => error.hint(),
            Self::Persistence(error) => error.hint(),
            Self::Blob(error) => error.hint(),
            Self::Root(_) | Self::Unmanageable { .. } | Self::Changed { .. } | Self::File(_) => None,
        }
    }
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
/// replaced by compare-and-swap; then the location is recorded.
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
    let known = registry
        .writing(|| {
            async |transaction: &mut Transaction| {
                registry.record_actor(transaction).await?;
                let found = transaction.storages().find_by_roots(std::slice::from_ref(&root)).await?.pop();
                Ok::<_, AdoptStorageError>(found)
            }
        })
        .await?;
    let adoption = AdoptionRequest {
        root: &root,
        region: request.region.as_deref().or(known.as_ref().and_then(|known| known.region.as_deref())),
        claimant: registry.claimant().await?,
        reason: &request.reason,
        expected: expected_manager(&request.expected_manager)?,
        progress: &host.progress,
    };
    let refusal = match host.locations.adopt(adoption).await? {
        Adoption::Done { claim, former, retired } => {
            let storage = record_adopted(registry, &root, &request, &claim, former).await?;
            return Ok(AdoptedStorage { storage, former, retired });
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
        Adoption::AnotherDatabase => AdoptStorageError::AnotherDatabase { root },
        Adoption::Overlapping(overlap) => AdoptStorageError::Overlaps { root, overlap },
        Adoption::Unmanageable { lack } => AdoptStorageError::Unmanageable { root, lack },
        Adoption::RetiredInTheWay(key) => AdoptStorageError::RetiredInTheWay { root, key },
        Adoption::Changed => AdoptStorageError::Changed { root },
    };
    Err(refusal)
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

async fn record_adopted(
    registry: &Registry,
    root: &StorageRoot,
    request: &AdoptStorage,
    claim: &Claim,
    former: Option<InstanceUid>,
) -> Result<Storage, AdoptStorageError> {
    let reason = claim.reason().map(str::to_owned);
    registry
        .writing(|| {
            async |transaction: &mut Transaction| {
                let actor = registry.record_actor(transaction).await?;
                let change =
                    Change::new(StorageChange::Adopted, claim.epoch()).with(former).because(reason.clone());
                let adopted = as_adopted(root, request, claim, &actor);
                let known = transaction.storages().find_by_roots(std::slice::from_ref(root)).await?.pop();
                let same = transaction.storages().find_many(&[claim.storage_uid()]).await?.pop();
                match (known, same) {
                    (None, None) => {
                        let id = transaction.storages().insert(&adopted).await?;
                        record_event(transaction, adopted.uid(), change, &actor).await?;
                        Ok(adopted.with_id(id))
                    }
                    (Some(known), Some(_)) if known.uid() == claim.storage_uid() => {
                        if known
                            .managed_by(&registry.instance)
                            .is_ok_and(|proof| Some(proof.epoch()) == claim.epoch())
                        {
                            return Ok(known);
                        }
                        let mut taken = managed_instead(&known, claim.manager(), claim.epoch());
                        record_change(transaction, &mut taken, change, &actor).await?;
                        Ok(taken)
                    }
                    (Some(other), _) | (None, Some(other)) => Err(AdoptStorageError::RecordedOtherwise {
                        root: root.clone(),
                        claimed: claim.storage_uid().to_string(),
                        recorded: other.root().to_string(),
                    }),
                }
            }
        })
        .await
}

fn as_adopted(root: &StorageRoot, request: &AdoptStorage, claim: &Claim, actor: &Provenance) -> Storage {
    Storage::from_fields(StorageFields {
        id: None,
        uid: claim.storage_uid(),
        root: root.clone(),
        instance_uid: claim.manager(),
        epoch: claim.epoch(),
        description: None,
        region: request.region.clone(),
        capabilities: None,
        provenance: actor.clone(),
    })
}
