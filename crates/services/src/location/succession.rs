//! From one manager to the next: a claim is handed over by its holder, or taken over from one that is gone.

use std::sync::Arc;

use bytes::Bytes;
use freehold_domain::{
    BlobKey, Claim, ClaimEpoch, DatabaseFingerprint, InstanceUid, ManagedStorage, Storage, StorageKind,
    StorageRoot,
};
use freehold_ports::blobs::{BlobError, BlobStore, BlobVersion, FromBytes, PutOptions};
use freehold_ports::system::Progress;
use uuid::Uuid;

use super::claim_desk::{self, ClaimState, RawClaim};
use super::claiming::{Claimant, lacks};
use super::{AccessError, Locations, Overlap, fence};

/// Who is to manage a location from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Receiver {
    pub(crate) id: Uuid,
    /// What people call it; its uid where nobody knows.
    pub(crate) slug: String,
}

impl Receiver {
    pub(crate) fn uid(&self) -> InstanceUid {
        InstanceUid::of(self.id)
    }
}

/// What came of handing a location over.
#[derive(Debug)]
pub(crate) enum HandOver {
    /// The claim is the receiver's.
    Done,
    /// Places around it are claimed by others than the receiver. The claim is ours still.
    Overlapping(Overlap),
    /// The same, but it was found out when the claim was the receiver's already. It is ours again, in a later epoch.
    TakenBack(Claim, Overlap),
}

/// What came of taking a location over.
#[derive(Debug)]
pub(crate) enum Adoption {
    /// The claim is ours. The former manager is the one that its kept claim names.
    Done { claim: Claim, former: Option<InstanceUid>, retired: BlobKey },
    /// Nobody claims the place.
    Unclaimed,
    /// The claim cannot be read.
    Unreadable { reason: String },
    /// The claim names another manager than expected.
    AnotherManager(Claim),
    /// We are its manager, and took it over from nobody.
    AlreadyOurs,
    /// It is ours, of another database.
    AnotherDatabase,
    /// Others than us claim places around it.
    Overlapping(Overlap),
    /// Its backend does not honour conditions.
    Unmanageable { lack: String },
    /// Another claim is kept at the key where the former one belongs.
    RetiredInTheWay(BlobKey),
    /// The claim was replaced while it was taken over.
    Changed,
}

/// A request to take a location over.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AdoptionRequest<'adoption> {
    pub(crate) root: &'adoption StorageRoot,
    pub(crate) region: Option<&'adoption str>,
    pub(crate) claimant: Claimant<'adoption>,
    pub(crate) reason: &'adoption str,
    /// The manager that the claim must name; `None` for a claim that names nobody.
    pub(crate) expected: Option<InstanceUid>,
    pub(crate) progress: &'adoption Arc<dyn Progress>,
}

impl Locations {
    /// Some claim around a place that is not of `whose`, above or below.
    pub(crate) async fn overlap(
        &self,
        store: &Arc<dyn BlobStore>,
        root: &StorageRoot,
        region: Option<&str>,
        whose: InstanceUid,
        progress: &Arc<dyn Progress>,
    ) -> Result<Option<Overlap>, BlobError> {
        match self.claim_above(root, region, whose).await? {
            Some(overlap) => Ok(Some(overlap)),
            None => self.claim_below(store, root, whose, progress).await,
        }
    }

    /// What stands in the way of handing a location over, before anything is changed.
    pub(crate) async fn look_before_hand_over(
        &self,
        proof: ManagedStorage<'_>,
        claimant: Claimant<'_>,
        receiver: InstanceUid,
        progress: &Arc<dyn Progress>,
    ) -> Result<Option<Overlap>, AccessError> {
        let (root, region) = (proof.storage().root(), proof.storage().region.as_deref());
        let store = self.open_recorded(proof.storage()).await?;
        fence(proof, claimant, claim_desk::read(&*store).await?)?;
        Ok(self.overlap(&store, root, region, receiver, progress).await?)
    }

    /// Puts a claim of a later epoch than `last` in place of one of this very database, by compare-and-swap: whoever is about to give that up finds another
    /// one. Gives nothing when it is not there any more.
    pub(crate) async fn renew(
        &self,
        root: &StorageRoot,
        region: Option<&str>,
        claimant: Claimant<'_>,
        last: ClaimEpoch,
    ) -> Result<Option<Claim>, BlobError> {
        let store = self.open(root, region).await?;
        let ClaimState::Held { claim, version } = claim_desk::read(&*store).await? else { return Ok(None) };
        let instance = claimant.instance;
        let is_ours = matches!(claim.database(), Some(Ok(database)) if database == claimant.database);
        if !is_ours || !claim.is_managed_by(instance.uid()) {
            return Ok(None);
        }
        let mut renewed = claim;
        while renewed.epoch().is_none_or(|epoch| epoch <= last) {
            renewed = renewed.handed_over_to(&instance.slug().to_string(), instance.id());
        }
        let renewed = named(renewed, claimant.database);
        match swap(&*store, &renewed, &version).await {
            Ok(_) => Ok(Some(renewed)),
            Err(BlobError::VersionMismatch { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Makes `receiver` the manager of a location, by compare-and-swap. Around it there must be no claim but the receiver's: that is looked at
    /// before the claim is replaced, and again after it, since others look the other way round.
    ///
    /// # Idempotency
    /// A claim that is the receiver's already, in the epoch after ours, is success.
    pub(crate) async fn hand_over(
        &self,
        proof: ManagedStorage<'_>,
        claimant: Claimant<'_>,
        receiver: &Receiver,
        progress: &Arc<dyn Progress>,
    ) -> Result<HandOver, AccessError> {
        let (root, region) = (proof.storage().root(), proof.storage().region.as_deref());
        let store = self.open_recorded(proof.storage()).await?;
        let around = || self.overlap(&store, root, region, receiver.uid(), progress);
        let (uid, next) = (proof.storage().uid(), proof.epoch().next());
        let given = match claim_desk::read(&*store).await? {
            ClaimState::Held { claim, .. } if claim.is_held_by(uid, receiver.uid(), next) => claim,
            state => {
                let (claim, version) = fence(proof, claimant, state)?;
                if let Some(overlap) = around().await? {
                    return Ok(HandOver::Overlapping(overlap));
                }
                let given = claim.handed_over_to(&receiver.slug, receiver.id);
                swap(&*store, &given, &version).await?;
                given
            }
        };
        let Some(overlap) = around().await? else { return Ok(HandOver::Done) };
        match claim_desk::read(&*store).await? {
            ClaimState::Held { claim, version } if claim == given => {
                let instance = claimant.instance;
                let back = given.handed_over_to(&instance.slug().to_string(), instance.id());
                let back = named(back, claimant.database);
                swap(&*store, &back, &version).await?;
                Ok(HandOver::TakenBack(back, overlap))
            }
            // The receiver has looked around, too, and did not see what is there now.
            _ => Ok(HandOver::Done),
        }
    }

    /// Takes over the claim of a manager that is gone. The former claim is kept first, byte for byte.
    ///
    /// # Idempotency
    /// Interrupted anywhere, the same call finishes.
    pub(crate) async fn adopt(&self, request: AdoptionRequest<'_>) -> Result<Adoption, BlobError> {
        let AdoptionRequest { root, region, claimant, expected, progress, .. } = request;
        let store = self.open(root, region).await?;
        let ours = claimant.instance.uid();
        let Some(found) = claim_desk::read_raw(&*store).await? else { return Ok(Adoption::Unclaimed) };
        let claim = match &found.parsed {
            Ok(claim) if claim.is_managed_by(ours) => {
                return self.finish_adoption(&store, request, claim.clone(), &found.version).await;
            }
            Ok(claim) if claim.manager() != expected => return Ok(Adoption::AnotherManager(claim.clone())),
            Ok(claim) => claim,
            Err(reason) => return Ok(Adoption::Unreadable { reason: reason.clone() }),
        };
        if let Some(overlap) = self.overlap(&store, root, region, ours, progress).await? {
            return Ok(Adoption::Overlapping(overlap));
        }
        if let Some(lack) = lack_of(&*store, root.kind()).await? {
            return Ok(Adoption::Unmanageable { lack });
        }
        let retired = BlobKey::retired_claim(claim.epoch(), claim.manager());
        if !keep(&*store, &retired, &found.bytes).await? {
            return Ok(Adoption::RetiredInTheWay(retired));
        }
        let (slug, id) = (claimant.instance.slug().to_string(), claimant.instance.id());
        let taken = named(claim.adopted_by(&slug, id, request.reason), claimant.database);
        let version = match take(&*store, &found, &taken).await {
            Ok(version) => version,
            Err(BlobError::VersionMismatch { .. } | BlobError::AlreadyExists { .. }) => {
                return Ok(Adoption::Changed);
            }
            Err(error) => return Err(error),
        };
        self.finish_adoption(&store, request, taken, &version).await
    }

    /// Looks around a claim that was taken over; if somebody has claimed a place around it meanwhile, the former claim is put back.
    async fn finish_adoption(
        &self,
        store: &Arc<dyn BlobStore>,
        request: AdoptionRequest<'_>,
        claim: Claim,
        version: &BlobVersion,
    ) -> Result<Adoption, BlobError> {
        let AdoptionRequest { root, region, claimant, expected, progress, .. } = request;
        if claim.reason().is_none() {
            return Ok(Adoption::AlreadyOurs);
        }
        match claim.database() {
            Some(Ok(database)) if database == claimant.database => {}
            Some(_) | None => return Ok(Adoption::AnotherDatabase),
        }
        let Some((retired, former)) = retired_before(&**store, &claim, expected).await? else {
            return Ok(Adoption::AlreadyOurs);
        };
        let Some(overlap) = self.overlap(store, root, region, claimant.instance.uid(), progress).await?
        else {
            return Ok(Adoption::Done { claim, former: expected, retired });
        };
        match former.filter(|former| former.key == BlobKey::claim()) {
            Some(former) => store.replace(&BlobKey::claim(), former.bytes, version).await.map(drop)?,
            None => store.remove(&BlobKey::claim(), version).await?,
        }
        Ok(Adoption::Overlapping(overlap))
    }

    /// Puts the claimant's database into the claim of a location, in place of the one that it names, by compare-and-swap. A claim that names it
    /// already is success. Says whether the claim was changed.
    ///
    /// # Errors
    /// [`AccessError`] when the claim says anything else than is recorded, or names one of the databases that are `alive`; it is left as it is.
    pub(crate) async fn rename_database(
        &self,
        storage: &Storage,
        claimant: Claimant<'_>,
        alive: &[DatabaseFingerprint],
    ) -> Result<bool, AccessError> {
        let proof = storage.managed_by(claimant.instance)?;
        let store = self.open_recorded(storage).await?;
        let state = claim_desk::read(&*store).await?;
        if let ClaimState::Held { claim, version } = &state
            && let Some(Ok(former)) = claim.database()
            && former != claimant.database
            && !alive.contains(&former)
            && proof.confirm(claim, former).is_ok()
        {
            swap(&*store, &named(claim.clone(), claimant.database), version).await?;
            return Ok(true);
        }
        let (claim, version) = fence(proof, claimant, state)?;
        let is_named = claim.database().is_some();
        if !is_named {
            swap(&*store, &named(claim, claimant.database), &version).await?;
        }
        Ok(!is_named)
    }
}

/// The claim with its manager's database in it.
fn named(claim: Claim, database: DatabaseFingerprint) -> Claim {
    claim.clone().with_database(database).unwrap_or(claim)
}

/// Replaces a claim by compare-and-swap. After a defeat the claim is read back: a lost answer makes our own success look like one.
async fn swap(
    store: &dyn BlobStore,
    claim: &Claim,
    expected: &BlobVersion,
) -> Result<BlobVersion, BlobError> {
    match store.replace(&BlobKey::claim(), Bytes::from(claim.to_bytes()), expected).await {
        Ok(metadata) => Ok(metadata.version),
        Err(error @ BlobError::VersionMismatch { .. }) => match claim_desk::read(store).await? {
            ClaimState::Held { claim: found, version } if found == *claim => Ok(version),
            _ => Err(error),
        },
        Err(error) => Err(error),
    }
}

/// Puts our claim in place of the one that was found; beside it when that is a legacy one, which is never changed.
async fn take(store: &dyn BlobStore, found: &RawClaim, taken: &Claim) -> Result<BlobVersion, BlobError> {
    if found.key == BlobKey::claim() {
        return swap(store, taken, &found.version).await;
    }
    let body = FromBytes::boxed(taken.to_bytes());
    match store.put(&BlobKey::claim(), body, PutOptions::CREATE).await {
        Ok(metadata) => Ok(metadata.version),
        Err(error @ BlobError::AlreadyExists { .. }) => match claim_desk::read(store).await? {
            ClaimState::Held { claim, version } if claim == *taken => Ok(version),
            _ => Err(error),
        },
        Err(error) => Err(error),
    }
}

/// Keeps bytes at a key that is free, or holds the same ones already; says whether they are there.
async fn keep(store: &dyn BlobStore, key: &BlobKey, bytes: &Bytes) -> Result<bool, BlobError> {
    match store.put(key, FromBytes::boxed(bytes.clone()), PutOptions::CREATE).await {
        Ok(_) => Ok(true),
        Err(BlobError::AlreadyExists { .. }) => {
            Ok(claim_desk::read_bytes(store, key).await?.is_some_and(|kept| kept.bytes == *bytes))
        }
        Err(error) => Err(error),
    }
}

/// The claim that was kept when ours took the place of one of `expected`. The second part is where it lay, and is `None` for a legacy one, which
/// lies there still.
async fn retired_before(
    store: &dyn BlobStore,
    ours: &Claim,
    expected: Option<InstanceUid>,
) -> Result<Option<(BlobKey, Option<RawClaim>)>, BlobError> {
    let before = ours.epoch().and_then(|epoch| {
        let number = epoch.number().checked_sub(1)?;
        freehold_domain::ClaimEpoch::from_number(number)
    });
    // A claim without an epoch counts as one of the first.
    for epoch in [before, None] {
        let key = BlobKey::retired_claim(epoch, expected);
        let Some(kept) = claim_desk::read_bytes(store, &key).await? else { continue };
        let legacy = claim_desk::read_bytes(store, &BlobKey::legacy_claim()).await?;
        let lies_still = legacy.is_some_and(|legacy| legacy.bytes == kept.bytes);
        let former = RawClaim { key: BlobKey::claim(), ..kept };
        return Ok(Some((key, (!lies_still).then_some(former))));
    }
    Ok(None)
}

/// What the backend of a place lacks for it to be managed, if anything.
async fn lack_of(store: &dyn BlobStore, kind: StorageKind) -> Result<Option<String>, BlobError> {
    match kind {
        // The claim itself shows what a local folder can do.
        StorageKind::Local => Ok(None),
        StorageKind::S3 | StorageKind::Gs => {
            let capabilities = store.probe().await?;
            Ok((!capabilities.can_be_managed()).then(|| lacks(capabilities)))
        }
    }
}
