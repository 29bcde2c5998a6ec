//! Claims: read, and placed with create-if-absent.

use freehold_domain::{BlobKey, Claim, Instance};
use freehold_ports::blobs::{BlobError, BlobStore, BlobVersion, FromBytes, PutOptions};
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

/// What came of claiming a place.
#[derive(Debug, Clone)]
pub enum ClaimOutcome {
    /// The claim is ours: it was just placed, or was ours before.
    Ours(Claim),
    /// The place is not ours to manage, and was left as it is.
    Foreign(ClaimState),
}

/// Reads who manages a place: the claim, else the legacy one of older LaminDB versions.
pub(super) async fn read(store: &dyn BlobStore) -> Result<ClaimState, BlobError> {
    match read_key(store, &BlobKey::claim()).await? {
        ClaimState::Unclaimed => read_key(store, &BlobKey::legacy_claim()).await,
        state => Ok(state),
    }
}

async fn read_key(store: &dyn BlobStore, key: &BlobKey) -> Result<ClaimState, BlobError> {
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

/// Places `claim`, unless there is one. After any failure that leaves it open who won, the claim is read back.
pub(super) async fn place(
    store: &dyn BlobStore,
    instance: &Instance,
    claim: Claim,
) -> Result<ClaimOutcome, BlobError> {
    let before = read(store).await?;
    if !matches!(before, ClaimState::Unclaimed) {
        return Ok(judge(before, instance));
    }
    let body = FromBytes::boxed(claim.to_bytes());
    match store.put(&BlobKey::claim(), body, PutOptions::CREATE).await {
        Ok(_) => Ok(ClaimOutcome::Ours(claim)),
        Err(BlobError::AlreadyExists { .. }) => Ok(judge(read(store).await?, instance)),
        Err(error) => match read(store).await {
            Ok(state) => match judge(state, instance) {
                ours @ ClaimOutcome::Ours(_) => Ok(ours),
                ClaimOutcome::Foreign(_) => Err(error),
            },
            Err(_) => Err(error),
        },
    }
}

fn judge(state: ClaimState, instance: &Instance) -> ClaimOutcome {
    match state {
        ClaimState::Held { claim, .. } if claim.is_managed_by(instance.uid()) => ClaimOutcome::Ours(claim),
        state => ClaimOutcome::Foreign(state),
    }
}
