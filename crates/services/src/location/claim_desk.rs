//! Claims: read, and placed with create-if-absent.

use freehold_domain::{BlobKey, Capabilities, Claim, Instance};
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
    Ours {
        /// The claim.
        claim: Claim,
        /// What the backend was seen to be able to do, if it was tried.
        capabilities: Option<Capabilities>,
    },
    /// The place is not ours to manage, and was left as it is.
    Foreign(ClaimState),
    /// Nobody manages the place, and it cannot be managed.
    Unmanageable {
        /// What it lacks, for people: `it refuses to be written`.
        lack: String,
        /// What the backend was seen to be able to do, if that could be tried.
        capabilities: Option<Capabilities>,
    },
}

/// Whether a place that nobody holds is tried out before it is claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trial {
    Wanted,
    Spared,
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

/// Places `claim`, unless there is one, or the place turns out to be none that can be managed. After any failure that leaves it open who won, the
/// claim is read back.
pub(super) async fn place(
    store: &dyn BlobStore,
    instance: &Instance,
    claim: Claim,
    trial: Trial,
) -> Result<ClaimOutcome, BlobError> {
    let before = read(store).await?;
    if !matches!(before, ClaimState::Unclaimed) {
        return Ok(judge(before, instance, None));
    }
    let capabilities = match trial {
        Trial::Spared => None,
        Trial::Wanted => match store.probe().await {
            Ok(capabilities) if capabilities.can_be_managed() => Some(capabilities),
            Ok(capabilities) => {
                let (lack, capabilities) = (lacks(capabilities), Some(capabilities));
                return Ok(ClaimOutcome::Unmanageable { lack, capabilities });
            }
            Err(error) => return unmanageable(error, None),
        },
    };
    let body = FromBytes::boxed(claim.to_bytes());
    match store.put(&BlobKey::claim(), body, PutOptions::CREATE).await {
        Ok(_) => Ok(ClaimOutcome::Ours { claim, capabilities }),
        Err(BlobError::AlreadyExists { .. }) => Ok(judge(read(store).await?, instance, capabilities)),
        Err(error) => match read(store).await {
            Ok(state) => match judge(state, instance, capabilities) {
                ours @ ClaimOutcome::Ours { .. } => Ok(ours),
                ClaimOutcome::Foreign(ClaimState::Unclaimed) if trial == Trial::Wanted => {
                    unmanageable(error, capabilities)
                }
                ClaimOutcome::Foreign(_) | ClaimOutcome::Unmanageable { .. } => Err(error),
            },
            Err(_) => Err(error),
        },
    }
}

/// An error that says that a place can be read and not managed is no failure.
fn unmanageable(error: BlobError, capabilities: Option<Capabilities>) -> Result<ClaimOutcome, BlobError> {
    let lack = match error {
        BlobError::PermissionDenied { .. } => {
            "it may be read with these credentials, and not written".to_owned()
        }
        BlobError::Unsupported { what, .. } => format!("its backend does not support {what}"),
        error => return Err(error),
    };
    Ok(ClaimOutcome::Unmanageable { lack, capabilities })
}

/// What a backend lacks for its locations to be managed, for people.
fn lacks(capabilities: Capabilities) -> String {
    let conditions = [
        (capabilities.create_if_absent, "create only where nothing is (If-None-Match)"),
        (capabilities.compare_and_swap, "replace only what is unchanged (If-Match)"),
    ];
    let missing: Vec<&str> =
        conditions.into_iter().filter(|(is_honoured, _)| !is_honoured).map(|(_, what)| what).collect();
    format!("its backend does not keep the promise to {}", missing.join(", nor the one to "))
}

fn judge(state: ClaimState, instance: &Instance, capabilities: Option<Capabilities>) -> ClaimOutcome {
    match state {
        ClaimState::Held { claim, .. } if claim.is_managed_by(instance.uid()) => {
            ClaimOutcome::Ours { claim, capabilities }
        }
        state => ClaimOutcome::Foreign(state),
    }
}
