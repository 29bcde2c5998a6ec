//! Claims of former managers, kept when their location was taken over.

use std::sync::Arc;

use freehold_domain::{BlobKey, Claim, InstanceUid, RESERVED_DIRECTORY, Storage};
use freehold_ports::blobs::BlobError;
use freehold_ports::system::Progress;
use futures_util::StreamExt;

use super::{Locations, Overlap, claim_desk};

/// How many former claims of a location are read.
const MOST_RETIRED: usize = 1000;

/// A claim that was kept when its location was taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetiredClaim {
    /// Where it is kept.
    pub key: BlobKey,
    /// What it says; absent when that cannot be read.
    pub claim: Option<Claim>,
}

/// Whether a key is one of the papers about a location's ownership, the claim itself included: they are no data.
pub(crate) fn is_ownership_paper(key: &BlobKey) -> bool {
    *key == BlobKey::claim() || key.starts_with(&BlobKey::link_receipts()) || is_retired(key)
}

fn is_retired(key: &BlobKey) -> bool {
    let mut segments = key.segments();
    segments.next() == Some(RESERVED_DIRECTORY)
        && segments.next() == Some("claims")
        && segments.next().is_some()
}

impl Locations {
    /// Reads the former claims in a location, by key; at most a thousand.
    pub(crate) async fn retired_claims(&self, storage: &Storage) -> Result<Vec<RetiredClaim>, BlobError> {
        let Some(folder) = BlobKey::parse(&format!("{RESERVED_DIRECTORY}/claims")).ok() else {
            return Ok(Vec::new());
        };
        let store = self.open_recorded(storage).await?;
        let mut retired = Vec::new();
        let mut found = store.list(Some(folder)).await.take(MOST_RETIRED);
        while let Some(blob) = found.next().await {
            let key = blob?.key;
            let claim = claim_desk::read_bytes(&*store, &key).await?.and_then(|raw| raw.parsed.ok());
            retired.push(RetiredClaim { key, claim });
        }
        retired.sort_by(|one, other| one.key.cmp(&other.key));
        Ok(retired)
    }

    /// The claims around a recorded location that are not of `ours`: the nearest above, and some one below.
    pub(crate) async fn overlaps(
        &self,
        storage: &Storage,
        ours: InstanceUid,
        progress: &Arc<dyn Progress>,
    ) -> Result<Vec<Overlap>, BlobError> {
        let store = self.open_recorded(storage).await?;
        let above = self.claim_above(storage.root(), storage.region.as_deref(), ours).await?;
        let below = self.claim_below(&store, storage.root(), ours, progress).await?;
        Ok(above.into_iter().chain(below).collect())
    }
}
