//! From one manager to the next: a claim is handed over by its holder, renewed, or follows its holder's database.

use std::sync::Arc;

use bytes::Bytes;
use freehold_domain::{
    BlobKey, Claim, ClaimEpoch, DatabaseFingerprint, InstanceUid, ManagedStorage, Storage, StorageRoot,
};
use freehold_ports::blobs::{BlobError, BlobStore, BlobVersion};
use freehold_ports::system::Progress;
use uuid::Uuid;

use super::claim_desk::{self, ClaimState};
use super::claiming::Claimant;
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
        let renewed = claimant.signed(renewed);
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
                let back = claimant.signed(back);
                swap(&*store, &back, &version).await?;
                Ok(HandOver::TakenBack(back, overlap))
            }
            // The receiver has looked around, too, and did not see what is there now.
            _ => Ok(HandOver::Done),
        }
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
            swap(&*store, &claimant.signed(claim.clone()), version).await?;
            return Ok(true);
        }
        let (claim, version) = fence(proof, claimant, state)?;
        let is_named = claim.database().is_some();
        if !is_named {
            swap(&*store, &claimant.signed(claim), &version).await?;
        }
        Ok(!is_named)
    }
}

/// Replaces a claim by compare-and-swap. After a defeat the claim is read back: a lost answer makes our own success look like one.
pub(super) async fn swap(
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
