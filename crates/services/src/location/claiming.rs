//! The protocol by which a place is claimed: write, then look.
//!
//! Everyone writes their claim before they look for overlapping ones, so of two that race for overlapping places at least one sees the
//! other, and takes its own claim back. Both may; then each tries again after a random pause.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use freehold_domain::{
    BlobKey, Capabilities, Claim, ClaimEpoch, DatabaseFingerprint, DatabaseUrl, Instance, StorageKind,
    StorageRoot, StorageUid,
};
use freehold_ports::blobs::{BlobError, BlobStore, BlobVersion, FromBytes, PutOptions};
use freehold_ports::system::Progress;

use super::claim_desk::{self, ClaimState};
use super::{Found, Locations, Overlap};
use crate::transaction::random_fraction;

/// How often a place is tried for while others withdraw from around it.
const ATTEMPTS: u32 = 8;
/// The pause after the first withdrawal; each further one is twice as long, and all are random.
const FIRST_PAUSE: Duration = Duration::from_millis(25);

/// Who claims, from which database.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Claimant<'claim> {
    pub(crate) instance: &'claim Instance,
    /// Where the database is.
    pub(crate) registry: &'claim DatabaseUrl,
    pub(crate) database: DatabaseFingerprint,
}

impl Claimant<'_> {
    /// A claim of this instance under its name and with its database in it. Who handed the location over may have known neither.
    pub(super) fn signed(&self, claim: Claim) -> Claim {
        let named = claim.clone().with_slug(&self.instance.slug().to_string()).unwrap_or(claim);
        named.clone().with_database(self.database).unwrap_or(named)
    }
}

/// A request for a place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ClaimRequest<'claim> {
    pub(crate) root: &'claim StorageRoot,
    /// Its region, where that is known.
    pub(crate) region: Option<&'claim str>,
    pub(crate) claimant: Claimant<'claim>,
    /// The location's uid if nobody has given it one.
    pub(crate) fresh_uid: StorageUid,
    /// The epoch in which the claimant's registry records the place as managed, if it does: then everything around it was looked at before.
    pub(crate) recorded: Option<ClaimEpoch>,
    /// The last epoch that the claimant's registry knows of, also from a time when it managed the place.
    pub(crate) last_epoch: Option<ClaimEpoch>,
    pub(crate) progress: &'claim Arc<dyn Progress>,
}

/// How a claim became ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClaimOrigin {
    /// It was just placed.
    Placed,
    /// Another instance handed the location over, and we have just put our name and database in.
    Received,
    /// It was ours before.
    Found,
}

/// What came of claiming a place.
#[derive(Debug, Clone)]
pub enum ClaimOutcome {
    /// The claim is ours: it was just placed, or was ours before.
    Ours {
        /// The claim.
        claim: Claim,
        /// The version of the claim's blob.
        version: BlobVersion,
        /// How it became ours.
        origin: ClaimOrigin,
        /// What the backend was seen to be able to do, if it was tried.
        capabilities: Option<Capabilities>,
    },
    /// The place is not ours to manage, and was left as it is.
    Foreign(ClaimState),
    /// Nobody manages the place, and it cannot be managed.
    Unmanageable {
        /// What it lacks, for people: `it refuses to be written`.
        lack: String,
        /// What the backend was seen to be able to do, if that could be tried.
        capabilities: Option<Capabilities>,
    },
    /// Somebody else manages a place around it.
    Overlapping(Overlap),
    /// Our own claim names another database: this one is a copy of it, or was moved.
    AnotherDatabase(Claim),
    /// Others kept claiming places around it, and withdrawing.
    Contended,
}

/// What one attempt came to.
enum Attempt {
    Done(ClaimOutcome),
    /// Our claim was withdrawn, for an overlapping one that is gone by now.
    Again,
}

impl Locations {
    /// Claims a place, unless somebody holds it or a place around it, or it cannot be held.
    ///
    /// Interrupted anywhere, the same call finishes: an own claim that is not recorded is looked around for like a new one.
    pub(crate) async fn claim_for(
        &self,
        request: ClaimRequest<'_>,
    ) -> Result<Found<ClaimOutcome>, BlobError> {
        let store = self.open(request.root, request.region).await?;
        let region = store.region().map(str::to_owned);
        let mut pause = FIRST_PAUSE;
        for _ in 0..ATTEMPTS {
            match self.attempt(&store, request).await? {
                Attempt::Done(found) => return Ok(Found { found, region }),
                Attempt::Again => tokio::time::sleep(pause.mul_f64(1.0 + random_fraction())).await,
            }
            pause *= 2;
        }
        Ok(Found { found: ClaimOutcome::Contended, region })
    }

    async fn attempt(
        &self,
        store: &Arc<dyn BlobStore>,
        request: ClaimRequest<'_>,
    ) -> Result<Attempt, BlobError> {
        let done = |outcome| Ok(Attempt::Done(outcome));
        let ClaimRequest { root, region, claimant, progress, .. } = request;
        let ours = claimant.instance.uid();
        let (standing, origin) = match claim_desk::read(&**store).await? {
            ClaimState::Held { claim, version } if claim.is_managed_by(ours) => {
                let standing = Standing { claim, version, capabilities: None };
                if request.recorded.is_some() && standing.claim.epoch() == request.recorded {
                    return settle(&**store, claimant, standing, ClaimOrigin::Found).await.map(Attempt::Done);
                }
                let origin = standing.origin();
                (standing, origin)
            }
            ClaimState::Unclaimed => {
                if let Some(overlap) = self.claim_above(root, region, ours).await? {
                    return done(ClaimOutcome::Overlapping(overlap));
                }
                match place(&**store, request).await? {
                    Placed::Ours(standing) => (standing, ClaimOrigin::Placed),
                    Placed::Otherwise(outcome) => return done(outcome),
                }
            }
            state => return done(ClaimOutcome::Foreign(state)),
        };
        let looked = match self.claim_above(root, region, ours).await {
            Ok(None) => self.claim_below(store, root, ours, progress).await,
            found => found,
        };
        match looked {
            Ok(None) => settle(&**store, claimant, standing, origin).await.map(Attempt::Done),
            Ok(Some(overlap)) => {
                if !is_withdrawn(origin, &standing, request) {
                    return done(ClaimOutcome::Overlapping(overlap));
                }
                self.withdraw(&**store, root, &standing.version).await?;
                tokio::time::sleep(FIRST_PAUSE.mul_f64(random_fraction())).await;
                if self.stands(&overlap, region, ours).await? {
                    return done(ClaimOutcome::Overlapping(overlap));
                }
                Ok(Attempt::Again)
            }
            Err(error) => {
                // It is not known what lies around: what was just claimed must not stay claimed.
                if origin == ClaimOrigin::Placed {
                    self.withdraw(&**store, root, &standing.version).await?;
                }
                Err(error)
            }
        }
    }
}

impl Locations {
    /// Takes back a claim that was just placed in `version`, and is of no use. Somebody may have done it already, or replaced it.
    pub(crate) async fn take_back(
        &self,
        root: &StorageRoot,
        region: Option<&str>,
        version: &BlobVersion,
    ) -> Result<(), BlobError> {
        self.withdraw(&*self.open(root, region).await?, root, version).await
    }

    /// Takes back the claim that was just placed, with the empty folders that it leaves. Somebody may have done it already.
    async fn withdraw(
        &self,
        store: &dyn BlobStore,
        root: &StorageRoot,
        version: &BlobVersion,
    ) -> Result<(), BlobError> {
        match store.remove(&BlobKey::claim(), version).await {
            Ok(()) | Err(BlobError::VersionMismatch { .. }) => {}
            Err(error) => return Err(error),
        }
        if let Err(error) = self.remove_empty(root).await {
            tracing::debug!(%error, %root, "the empty folders of a withdrawn claim are left");
        }
        Ok(())
    }
}

/// Our own claim, as it lies in the storage.
struct Standing {
    claim: Claim,
    version: BlobVersion,
    capabilities: Option<Capabilities>,
}

impl Standing {
    /// How a claim that was found became ours: who hands a location over begins an epoch, and names no database.
    fn origin(&self) -> ClaimOrigin {
        let is_first = self.claim.epoch() == Some(ClaimEpoch::FIRST);
        match self.claim.database() {
            None if !is_first => ClaimOrigin::Received,
            None | Some(_) => ClaimOrigin::Found,
        }
    }
}

/// Whether a claim of ours makes way for one around it: one that was just placed, or that an interrupted call of this registry left. What was handed
/// over, or was placed from another database, is not taken away.
fn is_withdrawn(origin: ClaimOrigin, standing: &Standing, request: ClaimRequest<'_>) -> bool {
    match origin {
        ClaimOrigin::Placed => true,
        ClaimOrigin::Received => false,
        ClaimOrigin::Found => {
            let is_ours = match standing.claim.database() {
                Some(Ok(database)) => database == request.claimant.database,
                Some(Err(_)) => false,
                None => true,
            };
            is_ours && request.recorded.is_none() && standing.claim.reason().is_none()
        }
    }
}

enum Placed {
    Ours(Standing),
    Otherwise(ClaimOutcome),
}

/// Creates our claim where nobody has one. After any failure that leaves it open who won, the claim is read back.
async fn place(store: &dyn BlobStore, request: ClaimRequest<'_>) -> Result<Placed, BlobError> {
    let instance = request.claimant.instance;
    let capabilities = match store.probe().await {
        Ok(capabilities) if capabilities.can_be_managed() => Some(capabilities),
        Ok(capabilities) => {
            let lack = lacks(capabilities);
            let outcome = ClaimOutcome::Unmanageable { lack, capabilities: Some(capabilities) };
            return Ok(Placed::Otherwise(outcome));
        }
        Err(error) => return unmanageable(error, request.root, None).map(Placed::Otherwise),
    };
    // A claim that somebody removed is followed by one of a later epoch: whoever believes in the former is fenced off.
    let epoch = request.recorded.max(request.last_epoch).map_or(ClaimEpoch::FIRST, ClaimEpoch::next);
    let slug = instance.slug().to_string();
    let claim = request.claimant.signed(Claim::new(request.fresh_uid, &slug, instance.id(), epoch));
    let body = FromBytes::boxed(claim.to_bytes());
    let error = match store.put(&BlobKey::claim(), body, PutOptions::CREATE).await {
        Ok(metadata) => {
            return Ok(Placed::Ours(Standing { claim, version: metadata.version, capabilities }));
        }
        Err(error) => error,
    };
    match claim_desk::read(store).await {
        Ok(ClaimState::Held { claim, version }) if claim.is_managed_by(instance.uid()) => {
            Ok(Placed::Ours(Standing { claim, version, capabilities }))
        }
        Ok(state) if matches!(error, BlobError::AlreadyExists { .. }) => {
            Ok(Placed::Otherwise(ClaimOutcome::Foreign(state)))
        }
        Ok(ClaimState::Unclaimed) => unmanageable(error, request.root, capabilities).map(Placed::Otherwise),
        Ok(_) | Err(_) => Err(error),
    }
}

/// Takes a claim of ours as the one to work under: it names this instance and this database, or is made to when it names none.
async fn settle(
    store: &dyn BlobStore,
    claimant: Claimant<'_>,
    standing: Standing,
    origin: ClaimOrigin,
) -> Result<ClaimOutcome, BlobError> {
    let Standing { claim, version, capabilities } = standing;
    match claim.database() {
        Some(Ok(database)) if database == claimant.database => {}
        Some(_) => return Ok(ClaimOutcome::AnotherDatabase(claim)),
        None => {}
    }
    let ours = |claim, version| ClaimOutcome::Ours { claim, version, origin, capabilities };
    let signed = claimant.signed(claim.clone());
    if signed == claim {
        return Ok(ours(claim, version));
    }
    match store.replace(&BlobKey::claim(), Bytes::from(signed.to_bytes()), &version).await {
        Ok(metadata) => Ok(ours(signed, metadata.version)),
        Err(BlobError::VersionMismatch { .. }) => Ok(match claim_desk::read(store).await? {
            ClaimState::Held { claim, version } if claim == signed => ours(claim, version),
            state => ClaimOutcome::Foreign(state),
        }),
        Err(error) => Err(error),
    }
}

/// Whether a place can be managed, as far as trying tells.
pub(super) enum Manageable {
    Yes(Capabilities),
    No { lack: String },
}

impl Manageable {
    pub(super) fn capabilities(self) -> Option<Capabilities> {
        match self {
            Self::Yes(capabilities) => Some(capabilities),
            Self::No { .. } => None,
        }
    }
}

/// Tries what the backend of a place can do.
pub(super) async fn manageable(store: &dyn BlobStore, root: &StorageRoot) -> Result<Manageable, BlobError> {
    match store.probe().await {
        Ok(capabilities) if capabilities.can_be_managed() => Ok(Manageable::Yes(capabilities)),
        Ok(capabilities) => Ok(Manageable::No { lack: lacks(capabilities) }),
        Err(error) => Ok(Manageable::No { lack: lack_of(error, root.kind())? }),
    }
}

fn unmanageable(
    error: BlobError,
    root: &StorageRoot,
    capabilities: Option<Capabilities>,
) -> Result<ClaimOutcome, BlobError> {
    Ok(ClaimOutcome::Unmanageable { lack: lack_of(error, root.kind())?, capabilities })
}

/// An error that says that a place can be read and not managed is no failure.
fn lack_of(error: BlobError, kind: StorageKind) -> Result<String, BlobError> {
    match error {
        BlobError::PermissionDenied { .. } => Ok(match kind {
            StorageKind::Local => "it cannot be written with your permissions".to_owned(),
            StorageKind::S3 | StorageKind::Gs => {
                "it may be read with these credentials, and not written".to_owned()
            }
        }),
        BlobError::Unsupported { what, .. } => Ok(format!("its backend does not support {what}")),
        error => Err(error),
    }
}

/// What a backend lacks for its locations to be managed, for people.
fn lacks(capabilities: Capabilities) -> String {
    let conditions = [
        (capabilities.create_if_absent, "create only where nothing is (If-None-Match)"),
        (capabilities.compare_and_swap, "replace only what is unchanged (If-Match)"),
    ];
    let missing: Vec<&str> =
        conditions.into_iter().filter(|(is_honoured, _)| !is_honoured).map(|(_, what)| what).collect();
    format!("its backend does not keep the promise to {}", missing.join(", nor the one to "))
}
