//! Add a storage location: managed if it can be claimed, linked otherwise.

mod error;
mod standing;
mod unrecorded;

use freehold_domain::{
    Access, Claim, ClaimAuthor, ClaimEpoch, Instance, Provenance, Storage, StorageChange, StorageEvent,
    StorageFields, StorageKind, StorageRoot, StorageUid,
};
use freehold_ports::persistence::PersistenceError;
use freehold_ports::system::FileError;

use crate::location::{ClaimOrigin, ClaimOutcome, ClaimRequest, ClaimState, Found, describe_manager};
use crate::moved_registry::accepting_command;
use crate::ownership::{record_change, record_event};
use crate::recorded_root::recorded_root;
use crate::{Registry, Transaction};

pub use error::AddStorageError;
use standing::Standing;
use unrecorded::{stands_as_recorded, take_back_unrecorded};

/// How often a place is looked at again while other processes change its claim, or what is recorded of it.
const ATTEMPTS: u32 = 8;

/// A request to add a storage location.
#[derive(Debug, Clone, Default)]
pub struct AddStorage {
    /// Its root: a path or URL.
    pub root: String,
    /// What it is for.
    pub description: Option<String>,
    /// Cloud region, when it is not to be asked for; or the identifier of the host of a local folder.
    pub region: Option<String>,
    /// Only link it: claim nothing, write nothing there.
    pub link: bool,
    /// Leave a receipt in a location that is linked, so that its manager knows who reads from it. It is the only thing that is ever written into a
    /// linked location.
    pub announce: bool,
}

/// Why an added location is what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AddOutcome {
    /// This instance manages it.
    Managed,
    /// It is linked, as asked.
    LinkedAsAsked,
    /// It is linked, because somebody else manages it.
    ManagedElsewhere {
        /// Who manages it, for people.
        manager: String,
    },
    /// It is linked, because it cannot be managed.
    Unmanageable {
        /// What it lacks, for people: `it refuses to be written`.
        lack: String,
    },
}

/// A location that was added, or was there already.
#[derive(Debug, Clone, PartialEq)]
pub struct AddedStorage {
    /// The location.
    pub storage: Storage,
    /// Why it is managed or linked.
    pub outcome: AddOutcome,
    /// What this instance could do there before; absent when the location is new to it.
    pub before: Option<Access>,
    /// Whether it was recorded now; otherwise it was known already, and what changed was updated.
    pub created: bool,
    /// Whether a receipt was left there.
    pub announced: bool,
}

/// Adds a storage location to the instance.
///
/// The place is claimed with an atomic create-if-absent, and then recorded. Somebody else's claim makes it linked; a claim that cannot be
/// read is an error, or linked on request. A place that nobody holds is tried out first: one that cannot be written, or whose backend
/// ignores conditions, becomes linked, too. Interrupted in between, the same request finds its own claim and finishes. A location that is recorded already,
/// under whatever name, is brought up to date with its claim.
///
/// # Errors
/// See [`AddStorageError`].
pub async fn add_storage(registry: &Registry, request: AddStorage) -> Result<AddedStorage, AddStorageError> {
    let host = &registry.host;
    let typed = StorageRoot::parse(&request.root, &host.files.surroundings()?)?;
    let root = host.locations.resolve(&typed).await?;
    let root = recorded_root::<AddStorageError>(registry, root).await?;
    let mut added = match add_at(registry, &root, &request).await {
        // Meanwhile another process may have recorded the place under another of its names, or made it in another spelling.
        Err(AddStorageError::CopiedClaim { recorded, .. })
            if host.locations.is_alias(&recorded, &host.locations.resolve(&typed).await?).await? =>
        {
            add_at(registry, &recorded, &request).await?
        }
        added => added?,
    };
    if request.announce && added.storage.access(&registry.instance) == Access::Linked {
        added.announced = announce(registry, &added.storage).await;
    }
    Ok(added)
}

/// Adds the location at `root`, which is the name under which it is recorded, if it is.
async fn add_at(
    registry: &Registry,
    root: &StorageRoot,
    request: &AddStorage,
) -> Result<AddedStorage, AddStorageError> {
    let (mut before, mut placed) = (None, None);
    for _ in 0..ATTEMPTS {
        let known = known_at(registry, root).await?;
        let standing = if request.link {
            look(registry, root, request, known.as_ref()).await?
        } else {
            claim(registry, root, request, known.as_ref()).await?
        };
        let recorded = registry
            .writing(|| {
                async |transaction: &mut Transaction| {
                    let provenance = registry.record_actor(transaction).await?;
                    if read_known(transaction, root).await? != known {
                        return Ok(None);
                    }
                    record(&registry.instance, transaction, root, request, &standing, provenance)
                        .await
                        .map(Some)
                }
            })
            .await;
        let added = match recorded {
            Ok(Some(added)) => added,
            // Another process has changed what is recorded since the claim was read.
            Ok(None) => {
                placed = placed.or_else(|| standing.placed.is_some().then_some(standing));
                continue;
            }
            Err(error) => {
                take_back_unrecorded(registry, root, placed.as_ref().unwrap_or(&standing), &error).await;
                return Err(error);
            }
        };
        let (access, created) = *before.get_or_insert((added.before, added.created));
        if stands_as_recorded(registry, &added).await {
            return Ok(AddedStorage { before: access, created, ..added });
        }
    }
    Err(AddStorageError::Contended { root: root.clone() })
}

/// Leaves a receipt in a linked location, and says whether it lies there. It is no condition for linking.
async fn announce(registry: &Registry, storage: &Storage) -> bool {
    let left =
        async { registry.host.locations.receipt_desk(storage, &registry.instance).await?.leave().await };
    match left.await {
        Ok(()) => true,
        Err(error) => {
            tracing::warn!(%error, root = %storage.root(), "the receipt that was to be left there could not be written");
            false
        }
    }
}

/// A location that is recorded at the place, and what became of it until then.
#[derive(Debug, PartialEq)]
struct Known {
    storage: Storage,
    history: Vec<StorageEvent>,
}

impl Known {
    /// The last epoch that is known of a location which was given up, and whose claim is still there: giving it up was interrupted, or is about to be
    /// finished.
    fn given_up(&self, instance: &Instance, claim: Option<ClaimEpoch>) -> Option<ClaimEpoch> {
        let last = self.history.last()?;
        let is_given_up = matches!(last.change, StorageChange::Released | StorageChange::HandedOver);
        if !is_given_up || self.managed_epoch(instance).is_some() {
            return None;
        }
        let epoch = self.history.iter().filter_map(|event| event.epoch).max()?;
        claim.is_none_or(|claim| claim <= epoch).then_some(epoch)
    }

    /// The epoch in which it is recorded as managed.
    fn managed_epoch(&self, instance: &Instance) -> Option<ClaimEpoch> {
        self.storage.managed_by(instance).ok().map(|proof| proof.epoch())
    }
}

/// The location that is recorded at `root`. Nothing may be claimed by a user or under a run that cannot be recorded afterwards, so that is found out
/// here.
async fn known_at(registry: &Registry, root: &StorageRoot) -> Result<Option<Known>, AddStorageError> {
    registry
        .writing(|| {
            async |transaction: &mut Transaction| {
                registry.record_actor(transaction).await?;
                Ok(read_known(transaction, root).await?)
            }
        })
        .await
}

async fn read_known(
    transaction: &mut Transaction,
    root: &StorageRoot,
) -> Result<Option<Known>, PersistenceError> {
    let found = transaction.storages().find_by_roots(std::slice::from_ref(root)).await?.pop();
    let Some(storage) = found else { return Ok(None) };
    let history = transaction.storages().history(&storage.uid()).await?;
    Ok(Some(Known { storage, history }))
}

/// The region to look in, and the uid of a location that nobody has given one.
fn surroundings<'request>(
    registry: &Registry,
    request: &'request AddStorage,
    known: Option<&'request Known>,
) -> (Option<&'request str>, StorageUid) {
    let region = request.region.as_deref().or(known.and_then(|known| known.storage.region.as_deref()));
    (region, known.map_or_else(|| registry.host.uids.storage_uid(), |known| known.storage.uid()))
}

/// Looks at a place that is to be linked. A location of ours stays managed as it is recorded; one that could become ours is left.
async fn look(
    registry: &Registry,
    root: &StorageRoot,
    request: &AddStorage,
    known: Option<&Known>,
) -> Result<Standing, AddStorageError> {
    let (region, uid) = surroundings(registry, request, known);
    let ours = registry.instance.uid();
    let recorded = known.and_then(|known| known.managed_epoch(&registry.instance));
    let Found { found, region } = registry.host.locations.claim(root, region).await?;
    let standing = match found {
        ClaimState::Held { claim, .. }
            if claim.is_managed_by(ours) && recorded.is_some() && claim.epoch() == recorded =>
        {
            Standing::by_own_claim(&claim, ClaimOrigin::Found)
        }
        ClaimState::Held { claim, .. } => Standing::by_other_claim(&claim, ours, AddOutcome::LinkedAsAsked),
        ClaimState::Unreadable { .. } => Standing::of_nobody(uid, AddOutcome::LinkedAsAsked),
        ClaimState::Unclaimed => {
            if is_absent_folder(registry, root).await {
                return Err(AddStorageError::NothingToLink { root: root.clone() });
            }
            Standing::of_nobody(uid, AddOutcome::LinkedAsAsked)
        }
    };
    Ok(Standing { region, ..standing })
}

async fn is_absent_folder(registry: &Registry, root: &StorageRoot) -> bool {
    match root.local_path() {
        None => false,
        Some(path) => matches!(registry.host.files.inspect(path).await, Err(FileError::NotFound { .. })),
    }
}

async fn claim(
    registry: &Registry,
    root: &StorageRoot,
    request: &AddStorage,
    known: Option<&Known>,
) -> Result<Standing, AddStorageError> {
    let ours = registry.instance.uid();
    let unreadable = |reason| AddStorageError::UnreadableClaim { root: root.clone(), reason };
    let (region, uid) = surroundings(registry, request, known);
    let request = ClaimRequest {
        root,
        region,
        claimant: registry.claimant().await?,
        fresh_uid: uid,
        recorded: known.and_then(|known| known.managed_epoch(&registry.instance)),
        last_epoch: known.and_then(|known| known.history.iter().filter_map(|event| event.epoch).max()),
        progress: &registry.host.progress,
    };
    let Found { found, region } = registry.host.locations.claim_for(request).await?;
    let (standing, capabilities) = match found {
        ClaimOutcome::Ours { claim, origin: origin @ ClaimOrigin::Found, capabilities, .. } => {
            let given_up = known.and_then(|known| known.given_up(&registry.instance, claim.epoch()));
            let claim = match given_up {
                None => claim,
                Some(last) => {
                    let renewed = registry
                        .host
                        .locations
                        .renew(root, region.as_deref(), request.claimant, last)
                        .await?;
                    renewed.ok_or_else(|| AddStorageError::Contended { root: root.clone() })?
                }
            };
            (Standing::by_own_claim(&claim, origin), capabilities)
        }
        ClaimOutcome::Ours { claim, version, origin, capabilities } => {
            let placed = (origin == ClaimOrigin::Placed).then_some(version);
            (Standing { placed, ..Standing::by_own_claim(&claim, origin) }, capabilities)
        }
        ClaimOutcome::Foreign(ClaimState::Held { claim, .. }) => {
            (Standing::by_other_claim(&claim, ours, held_by(&claim)), None)
        }
        ClaimOutcome::Foreign(ClaimState::Unreadable { reason }) => return Err(unreadable(reason)),
        ClaimOutcome::Foreign(ClaimState::Unclaimed) => {
            return Err(unreadable("it came and went while it was read; try again".to_owned()));
        }
        ClaimOutcome::Unmanageable { .. } if is_absent_folder(registry, root).await => {
            return Err(AddStorageError::NotMade { root: root.clone() });
        }
        ClaimOutcome::Unmanageable { lack, capabilities } => {
            (Standing::of_nobody(uid, AddOutcome::Unmanageable { lack }), capabilities)
        }
        ClaimOutcome::Overlapping(overlap) => {
            return Err(AddStorageError::Overlaps { root: root.clone(), overlap });
        }
        ClaimOutcome::AnotherDatabase(_) => {
            let accept = accepting_command(&registry.database, root);
            return Err(AddStorageError::AnotherDatabase { root: root.clone(), accept });
        }
        ClaimOutcome::Contended => return Err(AddStorageError::Contended { root: root.clone() }),
    };
    Ok(Standing { region, capabilities, ..standing })
}

fn held_by(claim: &Claim) -> AddOutcome {
    let manager = describe_manager(claim);
    AddOutcome::ManagedElsewhere {
        manager: match claim.author() {
            ClaimAuthor::Freehold => manager,
            ClaimAuthor::LaminDb => format!("{manager} (by LaminDB's claim)"),
        },
    }
}

async fn record(
    instance: &Instance,
    transaction: &mut Transaction,
    root: &StorageRoot,
    request: &AddStorage,
    standing: &Standing,
    provenance: Provenance,
) -> Result<AddedStorage, AddStorageError> {
    let Standing { uid, manager, epoch, outcome, region: found_region, capabilities, .. } = standing;
    // A local folder's region is what people say of its host.
    let region = match root.kind() {
        StorageKind::Local => request.region.clone(),
        StorageKind::S3 | StorageKind::Gs => request.region.clone().or_else(|| found_region.clone()),
    };
    let known = transaction.storages().find_by_roots(std::slice::from_ref(root)).await?.pop();
    let Some(known) = known else {
        if let Some(other) = transaction.storages().find_many(&[*uid]).await?.pop() {
            return Err(AddStorageError::CopiedClaim { root: root.clone(), recorded: other.root().clone() });
        }
        let storage = Storage::from_fields(StorageFields {
            id: None,
            uid: *uid,
            root: root.clone(),
            instance_uid: *manager,
            epoch: *epoch,
            description: request.description.clone(),
            region,
            capabilities: *capabilities,
            provenance,
        });
        let id = transaction.storages().insert(&storage).await?;
        if let Some(change) = standing.change(instance, &[], None) {
            record_event(transaction, storage.uid(), change, &storage.provenance).await?;
        }
        return Ok(AddedStorage {
            storage: storage.with_id(id),
            outcome: outcome.clone(),
            before: None,
            created: true,
            announced: false,
        });
    };
    if *outcome == AddOutcome::Managed && *uid != known.uid() {
        return Err(AddStorageError::AnotherUid { root: root.clone(), claimed: *uid, recorded: known.uid() });
    }
    let mut updated = Storage::from_fields(StorageFields {
        id: known.id(),
        uid: known.uid(),
        root: root.clone(),
        instance_uid: *manager,
        epoch: *epoch,
        description: request.description.clone().or_else(|| known.description.clone()),
        region: region.or_else(|| known.region.clone()),
        capabilities: capabilities.or(known.capabilities),
        provenance: known.provenance.clone(),
    });
    let history = transaction.storages().history(&known.uid()).await?;
    let known = Known { storage: known, history };
    if *outcome == AddOutcome::Managed && known.given_up(instance, *epoch).is_some() {
        // Another process has given it up since the claim was read, and is about to remove that.
        return Err(AddStorageError::Contended { root: root.clone() });
    }
    let Known { storage: known, history } = known;
    match standing.change(instance, &history, Some(&known)) {
        Some(change) => record_change(transaction, &mut updated, change, &provenance).await?,
        None if updated != known => {
            updated.provenance.record_update(provenance.created_at(), provenance.run());
            transaction.storages().update(&updated).await?;
        }
        None => {}
    }
    let before = Some(known.access(instance));
    Ok(AddedStorage { storage: updated, outcome: outcome.clone(), before, created: false, announced: false })
}
