//! Hand a storage location over to another instance, which manages it from then on.
//!
//! As with a [release](crate::release_storage), the record goes first and then the claim. If a place around the location turns out to be claimed by others,
//! the claim stays ours, or becomes ours again, in an epoch after all that were recorded.

use freehold_domain::{Claim, InstanceUid, Slug, Storage, StorageChange, StorageRoot};
use freehold_ports::persistence::{AccessMode, PersistenceError};
use uuid::Uuid;

use crate::connect_instance::{ConnectError, open_instance};
use crate::location::{HandOver, Linkers, Overlap, Receiver};
use crate::ownership::{Change, managed_instead, record_change};
use crate::release_storage::{
    Holding, ReleaseStorageError, finished, holding, read_linkers, record_given_up,
};
use crate::{AccessError, Category, Registry, Transaction, UseCaseError};

/// How often a location is handed over anew that turns out to have been taken back.
const ATTEMPTS: u32 = 3;

/// A location that was handed over.
#[derive(Debug, Clone, PartialEq)]
pub struct HandedOverStorage {
    /// The location, linked by now.
    pub storage: Storage,
    /// The new manager.
    pub receiver: InstanceUid,
    /// What people call the new manager, or its uid.
    pub slug: String,
    /// Who said that they link it; absent when that could not be read.
    pub linkers: Option<Linkers>,
}

/// Why a location was not handed over.
#[derive(Debug, thiserror::Error)]
pub enum HandOverStorageError {
    /// The receiver is this instance.
    #[error("the receiver {to:?} is this very instance")]
    ToItself {
        /// The receiver as typed.
        to: String,
    },
    /// The receiver cannot be found by what was typed, so that its identity is not known.
    #[error("the receiver {to:?} cannot be found, and a claim names its manager by the instance's id")]
    UnknownReceiver {
        /// The receiver as typed.
        to: String,
        /// Why not.
        #[source]
        source: Box<ConnectError>,
    },
    /// The receiver is being deleted, and would leave the location without a manager that is alive. Nothing was changed.
    #[error("the receiver {slug} is being deleted")]
    ReceiverClosing {
        /// The receiver.
        slug: Slug,
    },
    /// A location around it is managed by another than the receiver, such as this instance itself. The claim is still ours.
    #[error("{root} cannot be handed over, because it {overlap}")]
    Overlaps {
        /// The location.
        root: StorageRoot,
        /// What lies around it.
        overlap: Overlap,
    },
    /// The location cannot be given up at all.
    #[error(transparent)]
    Release(#[from] ReleaseStorageError),
    /// The location is not this instance's to hand over.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The registry failed.
    #[error(transparent)]
    Persistence(#[from] PersistenceError),
}

impl UseCaseError for HandOverStorageError {
    fn category(&self) -> Category {
        match self {
            Self::ToItself { .. } => Category::Invalid,
            Self::UnknownReceiver { source, .. } => source.category(),
            Self::ReceiverClosing { .. } | Self::Overlaps { .. } => Category::Refused,
            Self::Release(error) => error.category(),
            Self::Access(error) => error.category(),
            Self::Persistence(error) => error.category(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::ToItself { .. } | Self::ReceiverClosing { .. } => None,
            Self::UnknownReceiver { .. } => Some(
                "name an instance that you know (`freehold instance list`), or give its id in full: `freehold info` in that instance shows it"
                    .to_owned(),
            ),
            Self::Overlaps { .. } => Some(
                "two managers never overlap: release that location first, or hand over the innermost one to an instance that manages what lies \
                 around it"
                    .to_owned(),
            ),
            Self::Release(error) => error.hint(),
            Self::Access(error) => error.hint(),
            Self::Persistence(error) => error.hint(),
        }
    }
}

/// Hands the location that `storage` means over to the instance that `to` means: a known slug or uid, a root or database, or an instance's id in
/// full. This instance links it from then on; the receiver manages it as soon as it adds the location.
///
/// # Idempotency
/// Interrupted anywhere, the same call finishes.
///
/// # Errors
/// See [`HandOverStorageError`].
pub async fn hand_over_storage(
    registry: &Registry,
    storage: &str,
    to: &str,
) -> Result<HandedOverStorage, HandOverStorageError> {
    let receiver = find_receiver(registry, to).await?;
    if receiver.id == registry.instance.id() {
        return Err(HandOverStorageError::ToItself { to: to.to_owned() });
    }
    let holding = holding(registry, storage).await?;
    let linkers = read_linkers(registry, &holding.storage).await;
    let storage = hand_over(registry, holding, &receiver).await?;
    Ok(HandedOverStorage { storage, receiver: receiver.uid(), slug: receiver.slug, linkers })
}

/// Hands a location over, or finishes handing it over.
pub(crate) async fn hand_over(
    registry: &Registry,
    mut holding: Holding,
    receiver: &Receiver,
) -> Result<Storage, HandOverStorageError> {
    let root = holding.storage.root().clone();
    for _ in 0..ATTEMPTS {
        match attempt(registry, &holding, receiver).await? {
            Attempt::Given(storage) => return Ok(storage),
            Attempt::OursAgain(storage) => holding = Holding { storage, last: None },
        }
    }
    Err(ReleaseStorageError::Busy { root }.into())
}

/// What one attempt came to.
enum Attempt {
    Given(Storage),
    /// An earlier attempt had taken the location back, which was not recorded until now.
    OursAgain(Storage),
}

async fn attempt(
    registry: &Registry,
    holding: &Holding,
    receiver: &Receiver,
) -> Result<Attempt, HandOverStorageError> {
    let (locations, progress) = (&registry.host.locations, &registry.host.progress);
    let (claimant, uid) = (registry.claimant().await?, receiver.uid());
    let root = || holding.storage.root().clone();
    let (held, given) = match holding.before(StorageChange::HandedOver, &registry.instance) {
        Some(held) if holding.storage.managed_by(&registry.instance).is_err() && holding.is_with(uid) => {
            (held, holding.storage.clone())
        }
        _ => {
            let proof = locations.managed(&holding.storage, &registry.instance).await?;
            if let Some(overlap) = locations.look_before_hand_over(proof, claimant, uid, progress).await? {
                return Err(HandOverStorageError::Overlaps { root: root(), overlap });
            }
            let change = Change::new(StorageChange::HandedOver, Some(proof.epoch().next())).with(Some(uid));
            let given = record_given_up(registry, &holding.storage, Some(uid), change).await?;
            (holding.storage.clone(), given)
        }
    };
    let proof = held.managed_by(&registry.instance).map_err(AccessError::from)?;
    match finished(locations.hand_over(proof, claimant, receiver, progress).await)? {
        Some(HandOver::Done) => Ok(Attempt::Given(given)),
        None => match locations.own_claim(&held, claimant).await.map_err(AccessError::from)? {
            Some(claim) => Ok(Attempt::OursAgain(record_taken_back(registry, &held, &claim, uid).await?)),
            None => Ok(Attempt::Given(given)),
        },
        Some(HandOver::Overlapping(overlap)) => {
            let region = held.region.as_deref();
            let last = proof.epoch().next();
            if let Some(claim) =
                locations.renew(held.root(), region, claimant, last).await.map_err(AccessError::from)?
            {
                record_taken_back(registry, &held, &claim, uid).await?;
            }
            Err(HandOverStorageError::Overlaps { root: root(), overlap })
        }
        Some(HandOver::TakenBack(claim, overlap)) => {
            record_taken_back(registry, &held, &claim, uid).await?;
            Err(HandOverStorageError::Overlaps { root: root(), overlap })
        }
    }
}

/// Who is meant. An id is taken by its word, and what people call it is looked up; anything else must lead to a registry that says its id.
pub(crate) async fn find_receiver(registry: &Registry, to: &str) -> Result<Receiver, HandOverStorageError> {
    let host = &registry.host;
    if let Ok(id) = Uuid::try_parse(to) {
        let uid = InstanceUid::of(id);
        let known = host.directory.list().await.unwrap_or_default();
        let slug = known.into_iter().find(|known| known.uid == uid).map(|known| known.slug.to_string());
        return Ok(Receiver { id, slug: slug.unwrap_or_else(|| uid.to_string()) });
    }
    let opened = open_instance(host, Some(to), AccessMode::Read).await;
    let receiver = opened.map_err(|source| HandOverStorageError::UnknownReceiver {
        to: to.to_owned(),
        source: Box::new(source),
    })?;
    receiver.close().await?;
    let instance = receiver.instance();
    if instance.is_closing() {
        return Err(HandOverStorageError::ReceiverClosing { slug: instance.slug().clone() });
    }
    Ok(Receiver { id: instance.id(), slug: instance.slug().to_string() })
}

/// Records that the location is managed again, by this claim of ours, and gives it as it is recorded then.
async fn record_taken_back(
    registry: &Registry,
    held: &Storage,
    claim: &Claim,
    receiver: InstanceUid,
) -> Result<Storage, HandOverStorageError> {
    registry
        .writing(|| {
            async |transaction: &mut Transaction| {
                let actor = registry.record_actor(transaction).await.map_err(ReleaseStorageError::from)?;
                let recorded = transaction.storages().find_many(&[held.uid()]).await?.pop();
                let Some(recorded) = recorded else {
                    return Err(AccessError::GivenUp { root: held.root().clone() }.into());
                };
                let mut back = managed_instead(&recorded, claim.manager(), claim.epoch());
                if back != recorded {
                    let change = Change::new(StorageChange::Received, back.epoch()).with(Some(receiver));
                    record_change(transaction, &mut back, change, &actor).await?;
                }
                Ok(back)
            }
        })
        .await
}
