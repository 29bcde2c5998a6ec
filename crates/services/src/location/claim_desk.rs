//! Claims, as they are read in the storage.

use bytes::Bytes;
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

/// A claim as it lies in the storage, byte for byte.
#[derive(Debug)]
pub(super) struct RawClaim {
    /// Where it lies.
    pub(super) key: BlobKey,
    pub(super) bytes: Bytes,
    pub(super) version: BlobVersion,
    /// What it says, or why it cannot be read.
    pub(super) parsed: Result<Claim, String>,
}

impl RawClaim {
    fn unreadable(key: &BlobKey, version: BlobVersion, reason: String) -> Self {
        Self { key: key.clone(), bytes: Bytes::new(), version, parsed: Err(reason) }
    }
}

/// Reads who manages a place: the claim, else the legacy one of older LaminDB versions.
pub(super) async fn read(store: &dyn BlobStore) -> Result<ClaimState, BlobError> {
    Ok(state(read_raw(store).await?))
}

pub(super) async fn read_key(store: &dyn BlobStore, key: &BlobKey) -> Result<ClaimState, BlobError> {
    Ok(state(read_bytes(store, key).await?))
}

fn state(raw: Option<RawClaim>) -> ClaimState {
    match raw {
        None => ClaimState::Unclaimed,
        Some(RawClaim { parsed: Ok(claim), version, .. }) => ClaimState::Held { claim, version },
        Some(RawClaim { parsed: Err(reason), .. }) => ClaimState::Unreadable { reason },
    }
}

/// Reads the claim of a place, else the legacy one, with its bytes.
pub(super) async fn read_raw(store: &dyn BlobStore) -> Result<Option<RawClaim>, BlobError> {
    match read_bytes(store, &BlobKey::claim()).await? {
        None => read_bytes(store, &BlobKey::legacy_claim()).await,
        found => Ok(found),
    }
}

/// Reads the claim at `key`, with its bytes unless it is no blob or too long.
pub(super) async fn read_bytes(store: &dyn BlobStore, key: &BlobKey) -> Result<Option<RawClaim>, BlobError> {
    let reader = match store.read(key, None).await {
        Ok(reader) => reader,
        Err(BlobError::NotFound { .. }) => return Ok(None),
        Err(error @ (BlobError::NotABlob { .. } | BlobError::OutsideLocation { .. })) => {
            return Ok(Some(RawClaim::unreadable(key, BlobVersion(String::new()), error.to_string())));
        }
        Err(error) => return Err(error),
    };
    let version = reader.metadata.version;
    if reader.metadata.size > LONGEST_CLAIM {
        let reason = format!("it is {} bytes long", reader.metadata.size);
        return Ok(Some(RawClaim::unreadable(key, version, reason)));
    }
    let bytes = reader
        .body
        .try_fold(Vec::new(), async |mut bytes, piece| {
            bytes.extend_from_slice(&piece);
            Ok(bytes)
        })
        .await
        .map_err(|source| BlobError::Backend { location: key.to_string(), source: source.into() })?;
    let parsed = Claim::parse(&bytes).map_err(|error| error.to_string());
    Ok(Some(RawClaim { key: key.clone(), bytes: bytes.into(), version, parsed }))
}

/// Names the manager of a claim for people.
pub(crate) fn describe_manager(claim: &Claim) -> String {
    if let Some(former) = claim.vacated_from() {
        return format!(
            "nobody: taking it over from {former} was begun and not finished (`freehold storage adopt`)"
        );
    }
    match (claim.slug(), claim.manager()) {
        (Some(slug), Some(uid)) => format!("instance {slug} ({uid})"),
        (None, Some(uid)) => format!("instance {uid}"),
        (Some(slug), None) => format!("instance {slug}, whose identity the claim does not say"),
        (None, None) => "somebody unknown".to_owned(),
    }
}
