//! Taking a location over from a manager that is gone.
//!
//! Places of the same manager may lie inside one another, and no place of one manager may ever lie inside one of another. So the outermost is taken over
//! first, and what lies inside it goes with it: there the claims are made nobody's before, and ours after the outer one. Whatever
//! happens in between, nobody manages those, and nobody else can.

mod inside;

use std::sync::Arc;

use bytes::Bytes;
use freehold_domain::{BlobKey, Capabilities, Claim, ClaimEpoch, InstanceUid, StorageRoot};
use freehold_ports::blobs::{BlobError, BlobStore, BlobVersion, FromBytes, PutOptions};
use freehold_ports::system::Progress;

use super::claim_desk::{self, ClaimState, RawClaim};
use super::claiming::{Claimant, Manageable, manageable};
use super::overlap::{Neighbour, Relation};
use super::succession::swap;
use super::{Locations, Overlap};

/// What came of taking a location over.
#[derive(Debug)]
pub(crate) enum Adoption {
    /// The claim is ours.
    Done(Adopted),
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
    /// It lies inside a place of the same manager, or one that was vacated, which is to be taken over first.
    OuterFirst { outer: StorageRoot, claim: Claim },
    /// Others than us and that manager claim places around it.
    Overlapping(Overlap),
    /// The place, or one inside it, cannot be managed.
    Unmanageable { place: StorageRoot, lack: String },
    /// In the place, or one inside it, another claim is kept at the key where the former one belongs.
    RetiredInTheWay { place: StorageRoot, key: BlobKey },
    /// The claim was replaced while it was taken over.
    Changed,
}

/// A location that was taken over.
#[derive(Debug)]
pub(crate) struct Adopted {
    /// Our claim.
    pub(crate) claim: Claim,
    /// Where the former claim is kept.
    pub(crate) retired: BlobKey,
    /// What its backend was seen to be able to do; absent when it could not be tried any more.
    pub(crate) capabilities: Option<Capabilities>,
    /// The places inside it that went with it.
    pub(crate) inside: Vec<AdoptedInside>,
}

/// A place that was taken over with the one around it.
#[derive(Debug, Clone)]
pub(crate) struct AdoptedInside {
    pub(crate) root: StorageRoot,
    /// Our claim.
    pub(crate) claim: Claim,
    /// What its backend was seen to be able to do, if it was tried.
    pub(crate) capabilities: Option<Capabilities>,
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

/// What lies around a place and is neither of us nor in the way.
#[derive(Debug, Default)]
struct Around {
    /// The outermost place of the manager that is gone, or that is nobody's by now.
    outer: Option<(StorageRoot, Claim)>,
    /// Places inside that were its, or are nobody's by now.
    inside: Vec<StorageRoot>,
    /// Places inside that we have taken over.
    taken: Vec<AdoptedInside>,
}

impl Around {
    /// Takes note of a neighbour, or finds that it is in the way.
    fn judge(
        &mut self,
        claimant: Claimant<'_>,
        Gone { manager, tolerated }: Gone,
        neighbour: Neighbour,
    ) -> Option<Overlap> {
        let Claimant { instance, database, .. } = claimant;
        if let Some(claim) = neighbour.claim_of(instance.uid()) {
            let is_taken = claim.reason().is_some()
                && claim.database().is_some_and(|named| named.is_ok_and(|named| named == database));
            if let (Relation::LiesInside, true, Some(root)) = (neighbour.relation, is_taken, &neighbour.root)
            {
                let (root, claim) = (root.clone(), claim.clone());
                self.taken.push(AdoptedInside { root, claim, capabilities: None });
            }
            return None;
        }
        let claim = neighbour.claim.as_ref().ok().filter(|claim| {
            manager
                .is_some_and(|gone| claim.is_vacated_by(gone) || (tolerated && claim.manager() == Some(gone)))
        });
        match (neighbour.relation, &neighbour.root, claim) {
            (Relation::Contains, Some(root), Some(claim)) => {
                let is_outermost = self.outer.as_ref().is_none_or(|(outer, _)| root.depth() < outer.depth());
                if is_outermost {
                    self.outer = Some((root.clone(), claim.clone()));
                }
                None
            }
            (Relation::LiesInside, Some(root), Some(_)) => {
                if !self.inside.contains(root) {
                    self.inside.push(root.clone());
                }
                None
            }
            (Relation::Contains | Relation::LiesInside, _, _) => Some(neighbour.overlap()),
        }
    }
}

/// The manager that is gone.
#[derive(Debug, Clone, Copy)]
struct Gone {
    /// Its uid, where that is known.
    manager: Option<InstanceUid>,
    /// Whether claims that still name it are not in the way: before ours takes the place of its.
    tolerated: bool,
}

impl Locations {
    /// Takes over the claim of a manager that is gone, and with it those of the same manager inside. The former claims are kept first, byte for byte.
    ///
    /// # Idempotency
    /// Interrupted anywhere, the same call finishes.
    pub(crate) async fn adopt(&self, request: AdoptionRequest<'_>) -> Result<Adoption, BlobError> {
        let AdoptionRequest { root, region, claimant, expected, .. } = request;
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
        let gone = expected.or_else(|| vacated_from(claim));
        let around = match self.look_around(&store, request, Gone { manager: gone, tolerated: true }).await? {
            Ok(around) => around,
            Err(overlap) => return Ok(Adoption::Overlapping(overlap)),
        };
        if let Some((outer, claim)) = around.outer {
            return Ok(Adoption::OuterFirst { outer, claim });
        }
        for place in std::iter::once(root).chain(&around.inside) {
            if let Manageable::No { lack } = manageable(&*self.open(place, region).await?, place).await? {
                return Ok(Adoption::Unmanageable { place: place.clone(), lack });
            }
        }
        let retired = BlobKey::retired_claim(claim.epoch(), claim.manager());
        if !keep(&*store, &retired, &found.bytes).await? {
            return Ok(Adoption::RetiredInTheWay { place: root.clone(), key: retired });
        }
        if let Some(gone) = gone
            && let Some(refusal) = self.vacate_inside(&around.inside, region, gone).await?
        {
            return Ok(refusal);
        }
        let (slug, id) = (claimant.instance.slug().to_string(), claimant.instance.id());
        let taken = claimant.signed(claim.adopted_by(&slug, id, request.reason));
        match take(&*store, &found, &taken).await {
            Ok(version) => self.finish_adoption(&store, request, taken, &version).await,
            Err(BlobError::VersionMismatch { .. } | BlobError::AlreadyExists { .. }) => Ok(Adoption::Changed),
            Err(error) => Err(error),
        }
    }

    /// Looks around a claim that was taken over, and takes what lies inside and is nobody's by now; if somebody has claimed a place around it meanwhile, the
    /// former claim is put back, and what is nobody's stays so.
    async fn finish_adoption(
        &self,
        store: &Arc<dyn BlobStore>,
        request: AdoptionRequest<'_>,
        claim: Claim,
        version: &BlobVersion,
    ) -> Result<Adoption, BlobError> {
        let AdoptionRequest { root, claimant, expected, .. } = request;
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
        let kept = former.as_ref().and_then(|former| former.parsed.as_ref().ok());
        let gone = expected.or_else(|| kept.and_then(vacated_from));
        let mut around =
            match self.look_around(store, request, Gone { manager: gone, tolerated: false }).await? {
                Ok(around) => around,
                Err(overlap) => {
                    match former.filter(|former| former.key == BlobKey::claim()) {
                        Some(former) => {
                            store.replace(&BlobKey::claim(), former.bytes, version).await?;
                        }
                        None => store.remove(&BlobKey::claim(), version).await?,
                    }
                    return Ok(Adoption::Overlapping(overlap));
                }
            };
        for place in &around.inside {
            let Some(taken) = self.take_inside(place, request, gone).await? else {
                return Ok(Adoption::Changed);
            };
            around.taken.push(taken);
        }
        let capabilities = manageable(&**store, root).await?.capabilities();
        Ok(Adoption::Done(Adopted { claim, retired, capabilities, inside: around.taken }))
    }

    async fn look_around(
        &self,
        store: &Arc<dyn BlobStore>,
        request: AdoptionRequest<'_>,
        gone: Gone,
    ) -> Result<Result<Around, Overlap>, BlobError> {
        let AdoptionRequest { root, region, claimant, progress, .. } = request;
        let mut around = Around::default();
        let mut judge = |neighbour| around.judge(claimant, gone, neighbour);
        let mut overlap = self.judge_above(root, region, &mut judge).await?;
        if overlap.is_none() {
            overlap = self.judge_below(store, root, progress, &mut judge).await?;
        }
        Ok(match overlap {
            Some(overlap) => Err(overlap),
            None => Ok(around),
        })
    }
}

/// The last manager of what is nobody's by this claim.
fn vacated_from(claim: &Claim) -> Option<InstanceUid> {
    claim.vacated_from()?.parse().ok()
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
        ClaimEpoch::from_number(number)
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
