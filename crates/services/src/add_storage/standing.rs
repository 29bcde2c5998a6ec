//! Where an instance stands at a place that is added: by whose claim, and how that came about.

use freehold_domain::{
    Capabilities, Claim, ClaimEpoch, Instance, InstanceUid, Storage, StorageChange, StorageEvent, StorageUid,
};

use freehold_ports::blobs::BlobVersion;

use super::AddOutcome;
use crate::location::ClaimOrigin;
use crate::ownership::Change;

/// Where the instance stands at a place.
pub(super) struct Standing {
    /// The uid that the claim gives the location; one of our choice when there is none.
    pub(super) uid: StorageUid,
    pub(super) manager: Option<InstanceUid>,
    /// Kept only where we manage: it is what later writes are held to.
    pub(super) epoch: Option<ClaimEpoch>,
    pub(super) outcome: AddOutcome,
    /// How the claim became ours, where we manage.
    pub(super) origin: ClaimOrigin,
    /// The version of the claim's blob, if this very call has placed it.
    pub(super) placed: Option<BlobVersion>,
    /// Why we took the location over, by the claim, if we did.
    pub(super) reason: Option<String>,
    /// The region in which the place was found.
    pub(super) region: Option<String>,
    /// What was seen of the backend, if it was tried.
    pub(super) capabilities: Option<Capabilities>,
}

impl Standing {
    /// What follows from a claim of ours.
    pub(super) fn by_own_claim(claim: &Claim, origin: ClaimOrigin) -> Self {
        Self {
            manager: claim.manager(),
            epoch: claim.epoch(),
            origin,
            reason: claim.reason().map(str::to_owned),
            ..Self::of_nobody(claim.storage_uid(), AddOutcome::Managed)
        }
    }

    /// What follows from a claim that does not make us the manager. One that names us and does not prove it makes nobody the manager.
    pub(super) fn by_other_claim(claim: &Claim, ours: InstanceUid, outcome: AddOutcome) -> Self {
        let manager = claim.manager().filter(|manager| *manager != ours);
        Self { manager, ..Self::of_nobody(claim.storage_uid(), outcome) }
    }

    /// What this does to the ownership of a location, with what became of it until now.
    pub(super) fn change(
        &self,
        instance: &Instance,
        history: &[StorageEvent],
        known: Option<&Storage>,
    ) -> Option<Change> {
        let before = known.map(|known| known.managed_by(instance).ok().map(|proof| proof.epoch()));
        if self.outcome == AddOutcome::Managed {
            let is_as_recorded = before.is_some_and(|before| before.is_some() && before == self.epoch);
            return (!is_as_recorded).then(|| self.gain(history));
        }
        match before {
            None => Some(Change::new(StorageChange::Linked, None).with(self.manager)),
            Some(Some(_)) => Some(Change::new(StorageChange::Lost, None).with(self.manager)),
            Some(None) => None,
        }
    }

    /// How the location came to us. A claim that an interrupted call left tells most of it.
    fn gain(&self, history: &[StorageEvent]) -> Change {
        let last = history.iter().filter_map(|event| event.epoch).max();
        let follows_ours = last.is_some() && self.epoch == last.map(ClaimEpoch::next);
        let is_first = self.epoch.is_none_or(|epoch| epoch == ClaimEpoch::FIRST);
        let change = match self.origin {
            ClaimOrigin::Placed => StorageChange::Claimed,
            ClaimOrigin::Found if self.reason.is_some() => StorageChange::Adopted,
            ClaimOrigin::Found if is_first || follows_ours => StorageChange::Claimed,
            ClaimOrigin::Received | ClaimOrigin::Found => StorageChange::Received,
        };
        let reason = self.reason.clone().filter(|_| change == StorageChange::Adopted);
        Change::new(change, self.epoch).because(reason)
    }

    pub(super) fn of_nobody(uid: StorageUid, outcome: AddOutcome) -> Self {
        Self {
            uid,
            manager: None,
            epoch: None,
            outcome,
            origin: ClaimOrigin::Found,
            placed: None,
            reason: None,
            region: None,
            capabilities: None,
        }
    }
}
