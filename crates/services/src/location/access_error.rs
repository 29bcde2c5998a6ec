//! Why a location cannot be written.

use freehold_domain::{ClaimDisagreement, Instance, InstanceUid, NotManaged, StorageRoot};
use freehold_ports::blobs::BlobError;
use freehold_ports::persistence::PersistenceError;

use super::ClaimState;
use crate::{Category, UseCaseError, moved_registry};

/// Why a location cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// This instance does not manage the location, by its own database's word.
    #[error(transparent)]
    NotManaged(#[from] NotManaged),
    /// This instance does not manage the location, and its claim names who does.
    #[error(
        "storage location {root} is managed by instance {slug} ({manager}), and only its manager may write there"
    )]
    ManagedElsewhere {
        /// The location.
        root: StorageRoot,
        /// Who manages it.
        manager: InstanceUid,
        /// What its manager is called, by the claim.
        slug: String,
    },
    /// The database believes that the location is managed, but the storage holds no claim.
    #[error(
        "storage location {root} is recorded as managed by this instance, but the claim in it is gone; nothing was written"
    )]
    ClaimMissing {
        /// The location.
        root: StorageRoot,
    },
    /// The database believes that the location is managed, but its claim cannot be read.
    #[error(
        "storage location {root} is recorded as managed by this instance, but its claim cannot be read ({reason}); nothing was written"
    )]
    ClaimUnreadable {
        /// The location.
        root: StorageRoot,
        /// Why not.
        reason: String,
    },
    /// The database believes that the location is managed, but the claim says something else.
    #[error(
        "storage location {root} is recorded as managed by this instance, but {disagreement}; nothing was written"
    )]
    ClaimDisagrees {
        /// The location.
        root: StorageRoot,
        /// What was expected and what was found.
        disagreement: ClaimDisagreement,
        /// The command that accepts the registry if it was really moved.
        accept: String,
    },
    /// The location was given up, or claimed anew, since its claim was read.
    #[error(
        "storage location {root} is not managed by this instance in the same epoch any more; nothing was written"
    )]
    GivenUp {
        /// The location.
        root: StorageRoot,
    },
    /// The registry failed.
    #[error(transparent)]
    Persistence(#[from] PersistenceError),
    /// The storage failed.
    #[error(transparent)]
    Blob(#[from] BlobError),
}

impl AccessError {
    /// Puts the manager's name into a refusal, when the claim tells another instance's.
    pub(super) fn not_managed(refusal: NotManaged, claim: Option<ClaimState>, ours: &Instance) -> Self {
        let Some(ClaimState::Held { claim, .. }) = claim else { return refusal.into() };
        match (claim.manager().filter(|manager| *manager != ours.uid()), claim.slug()) {
            (Some(manager), Some(slug)) => {
                Self::ManagedElsewhere { root: refusal.root, manager, slug: slug.to_owned() }
            }
            (Some(manager), None) => NotManaged { manager: Some(manager), ..refusal }.into(),
            (None, _) => refusal.into(),
        }
    }
}

impl UseCaseError for AccessError {
    fn category(&self) -> Category {
        match self {
            Self::NotManaged(_)
            | Self::ManagedElsewhere { .. }
            | Self::ClaimMissing { .. }
            | Self::ClaimUnreadable { .. }
            | Self::GivenUp { .. }
            | Self::ClaimDisagrees { .. } => Category::Refused,
            Self::Persistence(error) => error.category(),
            Self::Blob(error) => error.category(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::NotManaged(error) => error.hint(),
            Self::ManagedElsewhere { slug, .. } => Some(format!(
                "work in instance {slug}, or save to a location of your own (`freehold storage list`)"
            )),
            Self::ClaimMissing { root } => Some(format!(
                "if the folder was moved: `freehold connect ROOT --moved`, with the place where it lies; else find out who removed \
                 .lamindb/storage_uid.txt, and `freehold storage add {root}` claims the location again"
            )),
            Self::ClaimUnreadable { root, .. } => {
                Some(format!("`freehold storage check {root}` says what is wrong with it"))
            }
            Self::ClaimDisagrees { root, disagreement, accept } => Some(way_out(root, disagreement, accept)),
            Self::GivenUp { root } => Some(format!("`freehold storage show {root}` tells what became of it")),
            Self::Persistence(error) => error.hint(),
            Self::Blob(error) => error.hint(),
        }
    }
}

/// What helps when a claim says something else.
fn way_out(root: &StorageRoot, disagreement: &ClaimDisagreement, accept: &str) -> String {
    match disagreement {
        ClaimDisagreement::Location { .. } => {
            format!("`freehold storage check {root}` compares; find out who replaced what lies there")
        }
        ClaimDisagreement::Manager { .. } => {
            format!("`freehold storage add {root}` records what the claim says now, and links the location")
        }
        ClaimDisagreement::Epoch { .. } => format!(
            "this registry is older than the claim: restore a newer one, or take note of the claim with `freehold storage add {root}`"
        ),
        ClaimDisagreement::Database { .. } => moved_registry::hint(accept),
    }
}
