//! Claims around a place: in the folders that contain it, and in those below it.

use std::fmt;
use std::sync::Arc;

use freehold_domain::{BlobKey, InstanceUid, StorageRoot};
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

impl Locations {
    /// The nearest claim above a place that is not `ours`. What cannot be read counts: it belongs to nobody we know.
    pub(super) async fn claim_above(
        &self,
        root: &StorageRoot,
        region: Option<&str>,
        ours: InstanceUid,
    ) -> Result<Option<Overlap>, BlobError> {
        for ancestor in root.ancestors() {
            let holder = match self.look_at(&ancestor, region).await {
                Ok(state) => holder(&state, ours),
                Err(error @ BlobError::PermissionDenied { .. }) => {
                    Some(format!("somebody whose claim cannot be looked at ({error})"))
                }
                // A file system's root may be no place for locations, and then nobody manages it.
                Err(BlobError::NotALocation { .. }) => None,
                Err(error) => return Err(error),
            };
            if let Some(holder) = holder {
                let (relation, place) = (Relation::Contains, ancestor.to_string());
                return Ok(Some(Overlap { relation, place, holder, root: Some(ancestor) }));
            }
        }
        Ok(None)
    }

    /// Some claim below a place that is not `ours`. Everything there is looked through.
    pub(super) async fn claim_below(
        &self,
        store: &Arc<dyn BlobStore>,
        root: &StorageRoot,
        ours: InstanceUid,
        progress: &Arc<dyn Progress>,
    ) -> Result<Option<Overlap>, BlobError> {
        let _task = Task::begin(progress, Activity::Scanning, None, None);
        let relation = Relation::LiesInside;
        let mut sightings = store.find_claims().await;
        while let Some(sighting) = sightings.next().await {
            match sighting? {
                Sighting::Passed(items) => progress.report(ProgressEvent::Advanced { items, bytes: 0 }),
                Sighting::Claim(key) => {
                    let state = claim_desk::read_key(&**store, &key).await?;
                    if let Some(holder) = holder(&state, ours) {
                        let inner = claimed_place(root, &key);
                        let place = inner.as_ref().map_or_else(|| key.to_string(), ToString::to_string);
                        return Ok(Some(Overlap { relation, place, holder, root: inner }));
                    }
                }
                Sighting::ClaimBelowUnusableName(place) => {
                    let holder = "somebody whose claim lies below a name that cannot be a key".to_owned();
                    return Ok(Some(Overlap { relation, place, holder, root: None }));
                }
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
            Ok(state) => Ok(holder(&state, ours).is_some()),
            Err(BlobError::PermissionDenied { .. }) => Ok(true),
            Err(error) => Err(error),
        }
    }

    async fn look_at(&self, root: &StorageRoot, region: Option<&str>) -> Result<ClaimState, BlobError> {
        claim_desk::read(&*self.open(root, region).await?).await
    }
}

/// Who else manages a place, for people; `None` when nobody does, or it is us.
fn holder(state: &ClaimState, ours: InstanceUid) -> Option<String> {
    match state {
        ClaimState::Unclaimed => None,
        ClaimState::Held { claim, .. } if claim.is_managed_by(ours) => None,
        ClaimState::Held { claim, .. } => Some(claim_desk::describe_manager(claim)),
        ClaimState::Unreadable { reason } => Some(format!("somebody whose claim cannot be read ({reason})")),
    }
}

/// The place whose claim lies at `key` below `root`, if a root can spell it.
fn claimed_place(root: &StorageRoot, key: &BlobKey) -> Option<StorageRoot> {
    StorageRoot::try_from(root.join(&key.claimed_folder()?)).ok()
}
