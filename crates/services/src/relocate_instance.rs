//! Relocate an instance: its database, or a root of it, was really moved, and the claims are to say so.

use freehold_domain::{
    Claim, DatabaseFingerprint, DatabaseUrl, InstanceUid, Storage, StorageChange, StoragePath, StorageRoot,
};
use freehold_ports::blobs::BlobError;
use freehold_ports::persistence::{AccessMode, PersistenceError};
use freehold_ports::system::DirectoryError;

use crate::connect_instance::{ConnectError, make_current, meant_root, open_instance};
use crate::initialise_instance::DEFAULT_DATABASE;
use crate::list_storages::all_storages;
use crate::location::{ClaimState, Overlap, describe_manager};
use crate::ownership::{Change, moved_to, record_change, record_event};
use crate::registry::ActorError;
use crate::{AccessError, Category, Host, Registry, Transaction, UseCaseError};

/// An instance that was moved.
#[derive(Debug)]
pub struct Relocated {
    /// The instance, opened and current.
    pub registry: Registry,
    /// The locations whose recorded root or whose claim was changed.
    pub moved: Vec<Storage>,
    /// Managed locations whose claims could not be changed. They are fenced off until that is sorted out.
    pub left: Vec<LeftBehind>,
}

/// A managed location whose claim could not be changed.
#[derive(Debug)]
pub struct LeftBehind {
    /// The location.
    pub storage: Storage,
    /// Why not.
    pub reason: AccessError,
}

/// Why an instance was not relocated.
#[derive(Debug, thiserror::Error)]
pub enum RelocateError {
    /// The claim at the place does not say that this instance manages it, as it is recorded.
    #[error("{root} cannot be taken for a place of instance {instance}: {reason}")]
    NotOurs {
        /// The place.
        root: StorageRoot,
        /// The instance whose registry was opened.
        instance: InstanceUid,
        /// What the claim says.
        reason: String,
    },
    /// The registry that the claim names is still there: this one is a copy.
    #[error(
        "the registry that the claims name is still at {former}, so the one at {here} is a copy and was not moved"
    )]
    Copied {
        /// Where the registry is that the claims name.
        former: DatabaseUrl,
        /// Where the copy is.
        here: DatabaseUrl,
    },
    /// The former root still holds the same claim: one of both places is a copy.
    #[error("{former} still holds the claim that lies in {root}, so one is a copy of the other")]
    TwoPlaces {
        /// The place.
        root: StorageRoot,
        /// The recorded root.
        former: StorageRoot,
    },
    /// Somebody else manages a place around the new one.
    #[error("{root} {overlap}")]
    Overlaps {
        /// The place.
        root: StorageRoot,
        /// What lies around it.
        overlap: Overlap,
    },
    /// The instance cannot be opened.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The claim at the place cannot be changed.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The user cannot be recorded.
    #[error(transparent)]
    Actor(#[from] ActorError),
    /// The registry failed.
    #[error(transparent)]
    Persistence(#[from] PersistenceError),
    /// The storage failed.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// The settings failed.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
}

impl UseCaseError for RelocateError {
    fn category(&self) -> Category {
        match self {
            Self::NotOurs { .. } | Self::Copied { .. } | Self::TwoPlaces { .. } | Self::Overlaps { .. } => {
                Category::Refused
            }
            Self::Connect(error) => error.category(),
            Self::Access(error) => error.category(),
            Self::Actor(error) => error.category(),
            Self::Persistence(error) => error.category(),
            Self::Blob(error) => error.category(),
            Self::Directory(error) => error.category(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::NotOurs { root, .. } => Some(format!("`freehold storage check {root}` compares")),
            Self::Copied { former, .. } => Some(format!(
                "`freehold connect {}` goes on with it; or move it away first, if the copy is to take its place",
                former.without_password()
            )),
            Self::TwoPlaces { former, .. } => Some(format!(
                "go on with {former}, or remove it (or its .lamindb/storage_uid.txt) if the data was moved"
            )),
            Self::Overlaps { .. } => Some("move it to a place apart".to_owned()),
            Self::Connect(error) => error.hint(),
            Self::Access(error) => error.hint(),
            Self::Actor(error) => error.hint(),
            Self::Persistence(error) => error.hint(),
            Self::Blob(error) => error.hint(),
            Self::Directory(error) => error.hint(),
        }
    }
}

/// Takes note that the registry which `target` means, or the storage root that `target` is, was moved to where it lies now: the claims of all managed
/// locations name this registry's database afterwards, each changed by compare-and-swap, and moved roots are recorded. The instance becomes
/// current.
///
/// # Idempotency
/// Interrupted anywhere, the same call finishes; where nothing was moved, nothing is changed.
///
/// # Errors
/// See [`RelocateError`]. A refusal changes nothing.
pub async fn relocate_instance(host: &Host, target: &str) -> Result<Relocated, RelocateError> {
    let place = meant_root(host, target).await?;
    let registry = open_instance(host, Some(target), AccessMode::Write).await?;
    match relocate(&registry, place).await {
        Ok((moved, left)) => Ok(Relocated { registry, moved, left }),
        Err(error) => {
            if let Err(error) = registry.close().await {
                tracing::warn!(%error, "the registry could not be closed");
            }
            Err(error)
        }
    }
}

async fn relocate(
    registry: &Registry,
    place: Option<StorageRoot>,
) -> Result<(Vec<Storage>, Vec<LeftBehind>), RelocateError> {
    let (managed, default) = managed_locations(registry).await?;
    let anchor = Anchor::find(registry, &managed, default.as_ref(), place).await?;
    let alive = alive_elsewhere(registry, &anchor).await?;
    let alive: Vec<DatabaseFingerprint> = alive.into_iter().map(|alive| alive.fingerprint).collect();
    let mut locations = Vec::new();
    for storage in managed {
        locations.push(anchor.locate(registry, storage).await?);
    }
    let claimant = registry.claimant().await?;
    let (mut moved, mut left) = (Vec::new(), Vec::new());
    for Located { storage, has_moved } in locations {
        match registry.host.locations.rename_database(&storage, claimant, &alive).await {
            Ok(is_renamed) if is_renamed || has_moved => moved.push(Located { storage, has_moved }),
            Ok(_) => {}
            Err(error) if storage.uid() == anchor.storage.uid() => return Err(error.into()),
            Err(reason) => left.push(LeftBehind { storage, reason }),
        }
    }
    let moved = record_moved(registry, moved).await?;
    make_current(registry).await?;
    Ok((moved, left))
}

/// Every location that is recorded as managed, and the default one among them.
async fn managed_locations(registry: &Registry) -> Result<(Vec<Storage>, Option<Storage>), RelocateError> {
    registry
        .reading(|| {
            async |transaction: &mut Transaction| {
                let default =
                    transaction.instance().find().await?.and_then(|instance| instance.default_storage());
                let mut managed = all_storages(transaction).await?;
                managed.retain(|storage| storage.managed_by(&registry.instance).is_ok());
                let default = managed.iter().find(|storage| Some(storage.uid()) == default).cloned();
                Ok((managed, default))
            }
        })
        .await
}

/// The location by whose claim it is told what was moved.
struct Anchor {
    /// The location as it is recorded.
    storage: Storage,
    /// Where it lies.
    root: StorageRoot,
    /// The database that its claim names.
    database: Option<DatabaseFingerprint>,
}

/// A managed location where it lies.
struct Located {
    storage: Storage,
    has_moved: bool,
}

impl Anchor {
    /// Finds the location that lies at `place`, or the default one, and sees to it that its claim is ours in the recorded epoch.
    async fn find(
        registry: &Registry,
        managed: &[Storage],
        default: Option<&Storage>,
        place: Option<StorageRoot>,
    ) -> Result<Self, RelocateError> {
        let instance = registry.instance.uid();
        let Some(root) = place.or_else(|| default.map(|default| default.root().clone())) else {
            return Err(ConnectError::Unfinished { database: registry.database.clone() }.into());
        };
        let not_ours = |reason| RelocateError::NotOurs { root: root.clone(), instance, reason };
        let claim = match registry.host.locations.claim(&root, None).await?.found {
            ClaimState::Unclaimed => return Err(not_ours("there is no claim".to_owned())),
            ClaimState::Unreadable { reason } => {
                return Err(not_ours(format!("its claim cannot be read ({reason})")));
            }
            ClaimState::Held { claim, .. } => claim,
        };
        if !claim.is_managed_by(instance) {
            return Err(not_ours(format!("it is managed by {}", describe_manager(&claim))));
        }
        let Some(storage) = managed.iter().find(|storage| storage.uid() == claim.storage_uid()).cloned()
        else {
            return Err(not_ours(format!("location {} is not recorded as managed", claim.storage_uid())));
        };
        if storage.epoch() != claim.epoch() {
            return Err(not_ours("its claim is in another epoch than the registry believes".to_owned()));
        }
        let database = named_database(&claim).map_err(not_ours)?;
        Ok(Self { storage, root, database })
    }

    /// Finds out where a managed location lies: it may have been moved with the place.
    async fn locate(&self, registry: &Registry, storage: Storage) -> Result<Located, RelocateError> {
        let stays = |storage| Ok(Located { storage, has_moved: false });
        if self.root == *self.storage.root() {
            return stays(storage);
        }
        let Some(root) = self.moved_root(&storage) else { return stays(storage) };
        let locations = &registry.host.locations;
        if !holds_claim(registry, &root, &storage).await? {
            return stays(storage);
        }
        let is_alias = locations.is_alias(storage.root(), &root).await?;
        if !is_alias && holds_claim(registry, storage.root(), &storage).await? {
            if storage.uid() == self.storage.uid() {
                return Err(RelocateError::TwoPlaces { root, former: storage.root().clone() });
            }
            return stays(storage);
        }
        let storage = moved_to(&storage, root);
        let overlaps = locations.overlaps(&storage, registry.instance.uid(), &registry.host.progress).await?;
        match overlaps.into_iter().next() {
            Some(overlap) => Err(RelocateError::Overlaps { root: storage.root().clone(), overlap }),
            None => Ok(Located { storage, has_moved: true }),
        }
    }

    /// Where a location would lie if it had been moved with the place.
    fn moved_root(&self, storage: &Storage) -> Option<StorageRoot> {
        if storage.uid() == self.storage.uid() {
            return Some(self.root.clone());
        }
        let inner = self.storage.root().relative_key(&StoragePath::from(storage.root().clone()))?;
        StorageRoot::try_from(self.root.join(&inner)).ok()
    }
}

fn named_database(claim: &Claim) -> Result<Option<DatabaseFingerprint>, String> {
    match claim.database() {
        None => Ok(None),
        Some(Ok(database)) => Ok(Some(database)),
        Some(Err(text)) => Err(format!("its claim names a database that is none ({text})")),
    }
}

/// Whether the claim of a location lies at a place. What cannot be a location holds none; what cannot be looked at is an error.
async fn holds_claim(
    registry: &Registry,
    root: &StorageRoot,
    storage: &Storage,
) -> Result<bool, RelocateError> {
    match registry.host.locations.claim(root, storage.region.as_deref()).await {
        Ok(found) => Ok(match found.found {
            ClaimState::Held { claim, .. } => claim.storage_uid() == storage.uid(),
            ClaimState::Unclaimed => false,
            // It may be anything, also the claim that is looked for.
            ClaimState::Unreadable { .. } => true,
        }),
        Err(BlobError::NotALocation { .. } | BlobError::BucketMissing { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// A registry of this instance that is still where it was.
struct Alive {
    database: DatabaseUrl,
    fingerprint: DatabaseFingerprint,
}

/// The other registries of this instance that are still there. If the claims name one of them, this one is a copy.
async fn alive_elsewhere(registry: &Registry, anchor: &Anchor) -> Result<Vec<Alive>, RelocateError> {
    let mut alive = Vec::new();
    for database in former_databases(registry, anchor).await? {
        let opened = match registry.host.databases.open(&database, AccessMode::Read).await {
            Ok(opened) => opened,
            Err(PersistenceError::DatabaseMissing { .. } | PersistenceError::NotARegistry { .. }) => continue,
            Err(error) => return Err(error.into()),
        };
        let fingerprint = opened.fingerprint().await;
        opened.close().await?;
        alive.push(Alive { database, fingerprint: fingerprint? });
    }
    let here = registry.claimant().await?.database;
    alive.retain(|alive| alive.fingerprint != here);
    let named = alive.iter().find(|alive| Some(alive.fingerprint) == anchor.database);
    match named {
        Some(former) => {
            let (former, here) = (former.database.clone(), registry.database.clone());
            Err(RelocateError::Copied { former, here })
        }
        None => Ok(alive),
    }
}

/// Where this instance's registry was, as far as is known: in the settings, or in the root before it was moved.
async fn former_databases(registry: &Registry, anchor: &Anchor) -> Result<Vec<DatabaseUrl>, RelocateError> {
    let known = registry.host.directory.list().await?;
    let uid = registry.instance.uid();
    let mut former: Vec<DatabaseUrl> =
        known.into_iter().filter(|known| known.uid == uid).map(|known| known.database).collect();
    for root in [anchor.storage.root(), &anchor.root] {
        let inside = root.local_path().map(|path| path.join(DEFAULT_DATABASE));
        former.extend(inside.and_then(|path| DatabaseUrl::sqlite(&path).ok()));
    }
    former.retain(|database| *database != registry.database);
    Ok(former)
}

async fn record_moved(registry: &Registry, moved: Vec<Located>) -> Result<Vec<Storage>, RelocateError> {
    if moved.is_empty() {
        return Ok(Vec::new());
    }
    registry
        .writing(|| {
            async |transaction: &mut Transaction| {
                let actor = registry.record_actor(transaction).await?;
                let mut recorded = Vec::new();
                for Located { storage, has_moved } in &moved {
                    let now = transaction.storages().find_many(&[storage.uid()]).await?.pop();
                    // What another process has given up or claimed anew meanwhile is as it recorded it.
                    let is_as_read = |now: &Storage| {
                        (now.instance_uid(), now.epoch()) == (storage.instance_uid(), storage.epoch())
                    };
                    let Some(now) = now.filter(is_as_read) else { continue };
                    let change = Change::new(StorageChange::Moved, storage.epoch());
                    let mut storage = moved_to(&now, storage.root().clone());
                    if *has_moved {
                        record_change(transaction, &mut storage, change, &actor).await?;
                    } else {
                        record_event(transaction, storage.uid(), change, &actor).await?;
                    }
                    recorded.push(storage);
                }
                Ok(recorded)
            }
        })
        .await
}
