//! Claims, as they are read in the storage.

use freehold_domain::{BlobKey, Claim};
use freehold_ports::blobs::{BlobError, BlobStore, BlobVersion};
use futures_util::TryStreamExt;

/// A claim is a few hundred bytes; what is longer is none.
const LONGEST_CLAIM: u64 = 64 * 1024;

/// Who manages a place, by the word of the place itself.
#[derive(Debug, Clone)]
pub enum ClaimState {
    /// Nobody has claimed it.
    Unclaimed,
    /// There is a claim that can be read.
    Held {
        /// The claim.
        claim: Claim,
        /// The version of the claim's blob.
        version: BlobVersion,
    },
    /// There is a claim that cannot be read: it belongs to nobody we know, and is never overwritten.
    Unreadable {
        /// Why not.
        reason: String,
    },
}

/// Reads who manages a place: the claim, else the legacy one of older LaminDB versions.
pub(super) async fn read(store: &dyn BlobStore) -> Result<ClaimState, BlobError> {
    match read_key(store, &BlobKey::claim()).await? {
        ClaimState::Unclaimed => read_key(store, &BlobKey::legacy_claim()).await,
        state => Ok(state),
    }
}

pub(super) async fn read_key(store: &dyn BlobStore, key: &BlobKey) -> Result<ClaimState, BlobError> {
    let reader = match store.read(key, None).await {
        Ok(reader) => reader,
        Err(BlobError::NotFound { .. }) => return Ok(ClaimState::Unclaimed),
        Err(error @ (BlobError::NotABlob { .. } | BlobError::OutsideLocation { .. })) => {
            return Ok(ClaimState::Unreadable { reason: error.to_string() });
        }
        Err(error) => return Err(error),
    };
    let version = reader.metadata.version;
    if reader.metadata.size > LONGEST_CLAIM {
        return Ok(ClaimState::Unreadable { reason: format!("it is {} bytes long", reader.metadata.size) });
    }
    let bytes = reader
        .body
        .try_fold(Vec::new(), async |mut bytes, piece| {
            bytes.extend_from_slice(&piece);
            Ok(bytes)
        })
        .await
        .map_err(|source| BlobError::Backend { location: key.to_string(), source: source.into() })?;
    Ok(match Claim::parse(&bytes) {
        Ok(claim) => ClaimState::Held { claim, version },
        Err(error) => ClaimState::Unreadable { reason: error.to_string() },
    })
}

/// Names the manager of a claim for people.
pub(crate) fn describe_manager(claim: &Claim) -> String {
    match (claim.slug(), claim.manager()) {
        (Some(slug), Some(uid)) => format!("instance {slug} ({uid})"),
        (None, Some(uid)) => format!("instance {uid}"),
        (Some(slug), None) => format!("instance {slug}, whose identity the claim does not say"),
        (None, None) => "somebody unknown".to_owned(),
    }
}
