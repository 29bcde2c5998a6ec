//! Claims around a place: in the folders that contain it, and in those below it.

use std::fmt;
use std::sync::Arc;

use freehold_domain::{BlobKey, Claim, InstanceUid, StorageRoot};
use freehold_ports::blobs::{BlobError, BlobStore, Sighting};
use freehold_ports::system::{Activity, Progress, ProgressEvent};
use futures_util::StreamExt;

use super::{ClaimState, Locations, claim_desk};
use crate::progress_task::Task;

/// How two overlapping places lie to one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Relation {
    /// The other place contains this one.
    Contains,
    /// The other place lies inside this one.
    LiesInside,
}

/// A claim of somebody else around a place: both cannot be managed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overlap {
    /// How the other place lies.
    pub relation: Relation,
    /// The other place, for people.
    pub place: String,
    /// Who manages it, for people.
    pub holder: String,
    /// Where it can be looked at again; absent below a name that cannot be a key.
    pub(crate) root: Option<StorageRoot>,
}

impl fmt::Display for Overlap {
    /// Says it as the second part of a sentence whose subject is the place asked for.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { relation, place, holder, .. } = self;
        match relation {
            Relation::Contains => write!(formatter, "lies inside {place}, which is managed by {holder}"),
            Relation::LiesInside => write!(formatter, "contains {place}, which is managed by {holder}"),
        }
    }
}

/// A claim that lies around a place.
#[derive(Debug)]
pub(super) struct Neighbour {
    pub(super) relation: Relation,
    /// The claimed place; absent below a name that cannot be a key.
    pub(super) root: Option<StorageRoot>,
    /// The claimed place, for people.
    place: String,
    /// The claim, or whose it may be: what cannot be read belongs to nobody we know.
    pub(super) claim: Result<Claim, String>,
}

impl Neighbour {
    fn above(root: StorageRoot, claim: Result<Claim, String>) -> Self {
        Self { relation: Relation::Contains, place: root.to_string(), root: Some(root), claim }
    }

    fn below(root: Option<StorageRoot>, place: String, claim: Result<Claim, String>) -> Self {
        Self { relation: Relation::LiesInside, root, place, claim }
    }

    /// The claim, if it proves that `instance` manages the place.
    pub(super) fn claim_of(&self, instance: InstanceUid) -> Option<&Claim> {
        self.claim.as_ref().ok().filter(|claim| claim.is_managed_by(instance))
    }

    /// What it is to everybody else.
    pub(super) fn overlap(self) -> Overlap {
        let Self { relation, root, place, claim } = self;
        let holder = match claim {
            Ok(claim) => claim_desk::describe_manager(&claim),
            Err(holder) => holder,
        };
        Overlap { relation, place, holder, root }
    }
}

/// What is thought of a claim around a place: an overlap ends the search.
pub(super) type Judge<'judge> = &'judge mut (dyn FnMut(Neighbour) -> Option<Overlap> + Send);

/// Everybody's claims but those of `ours` are in the way.
fn foreign_to(ours: InstanceUid) -> impl FnMut(Neighbour) -> Option<Overlap> + Send {
    move |neighbour| neighbour.claim_of(ours).is_none().then(|| neighbour.overlap())
}

impl Locations {
    /// The nearest claim above a place that is not `ours`, by whatever path. What cannot be read counts: it belongs to nobody we know.
    pub(super) async fn claim_above(
        &self,
        root: &StorageRoot,
        region: Option<&str>,
        ours: InstanceUid,
    ) -> Result<Option<Overlap>, BlobError> {
        self.judge_above(root, region, &mut foreign_to(ours)).await
    }

    /// Some claim below a place that is not `ours`. Everything there is looked through.
    pub(super) async fn claim_below(
        &self,
        store: &Arc<dyn BlobStore>,
        root: &StorageRoot,
        ours: InstanceUid,
        progress: &Arc<dyn Progress>,
    ) -> Result<Option<Overlap>, BlobError> {
        self.judge_below(store, root, progress, &mut foreign_to(ours)).await
    }

    /// Looks at the claims above a place, the nearest first, by whatever path.
    pub(super) async fn judge_above(
        &self,
        root: &StorageRoot,
        region: Option<&str>,
        judge: Judge<'_>,
    ) -> Result<Option<Overlap>, BlobError> {
        for ancestor in self.0.enclosing(root).await? {
            let claim = match self.look_at(&ancestor, region).await {
                Ok(state) => told(state),
                Err(error @ BlobError::PermissionDenied { .. }) => {
                    Some(Err(format!("somebody whose claim cannot be looked at ({error})")))
                }
                // A file system's root may be no place for locations, and then nobody manages it.
                Err(BlobError::NotALocation { .. }) => None,
                Err(error) => return Err(error),
            };
            if let Some(claim) = claim
                && let Some(overlap) = judge(Neighbour::above(ancestor, claim))
            {
                return Ok(Some(overlap));
            }
        }
        Ok(None)
    }

    /// Looks at every claim below a place, in no particular order.
    pub(super) async fn judge_below(
        &self,
        store: &Arc<dyn BlobStore>,
        root: &StorageRoot,
        progress: &Arc<dyn Progress>,
        judge: Judge<'_>,
    ) -> Result<Option<Overlap>, BlobError> {
        let _task = Task::begin(progress, Activity::Scanning, None, None);
        let mut sightings = store.find_claims().await;
        while let Some(sighting) = sightings.next().await {
            let neighbour = match sighting? {
                Sighting::Passed(items) => {
                    progress.report(ProgressEvent::Advanced { items, bytes: 0 });
                    continue;
                }
                Sighting::Claim(key) => {
                    let Some(claim) = told(counted(&**store, &key).await?) else { continue };
                    let inner = claimed_place(root, &key);
                    let place = inner.as_ref().map_or_else(|| key.to_string(), ToString::to_string);
                    Neighbour::below(inner, place, claim)
                }
                Sighting::ClaimBelowUnusableName(place) => {
                    let holder = "somebody whose claim lies below a name that cannot be a key".to_owned();
                    Neighbour::below(None, place, Err(holder))
                }
            };
            if let Some(overlap) = judge(neighbour) {
                return Ok(Some(overlap));
            }
        }
        Ok(None)
    }

    /// Whether the claim of an overlap is still there, as somebody else's.
    pub(super) async fn stands(
        &self,
        overlap: &Overlap,
        region: Option<&str>,
        ours: InstanceUid,
    ) -> Result<bool, BlobError> {
        let Some(root) = &overlap.root else { return Ok(true) };
        match self.look_at(root, region).await {
            Ok(ClaimState::Held { claim, .. }) => Ok(!claim.is_managed_by(ours)),
            Ok(ClaimState::Unclaimed) => Ok(false),
            Ok(ClaimState::Unreadable { .. }) | Err(BlobError::PermissionDenied { .. }) => Ok(true),
            Err(error) => Err(error),
        }
    }

    async fn look_at(&self, root: &StorageRoot, region: Option<&str>) -> Result<ClaimState, BlobError> {
        claim_desk::read(&*self.open(root, region).await?).await
    }
}

/// The claim of a place, if it has one, or whose it may be.
fn told(state: ClaimState) -> Option<Result<Claim, String>> {
    match state {
        ClaimState::Unclaimed => None,
        ClaimState::Held { claim, .. } => Some(Ok(claim)),
        ClaimState::Unreadable { reason } => {
            Some(Err(format!("somebody whose claim cannot be read ({reason})")))
        }
    }
}

/// Reads the claim that counts in the folder where one was seen: a legacy one only where it is alone.
async fn counted(store: &dyn BlobStore, seen: &BlobKey) -> Result<ClaimState, BlobError> {
    let newer = seen.claimed_folder().and_then(|folder| folder.join(&BlobKey::claim()).ok());
    if let Some(newer) = newer.filter(|newer| newer != seen) {
        match claim_desk::read_key(store, &newer).await? {
            ClaimState::Unclaimed => {}
            found => return Ok(found),
        }
    }
    claim_desk::read_key(store, seen).await
}

/// The place whose claim lies at `key` below `root`, if a root can spell it.
fn claimed_place(root: &StorageRoot, key: &BlobKey) -> Option<StorageRoot> {
    StorageRoot::try_from(root.join(&key.claimed_folder()?)).ok()
}
