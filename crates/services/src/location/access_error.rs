//! Why a location cannot be written.

use freehold_domain::{Instance, InstanceUid, ManagedStorage, NotManaged, StorageRoot};
use freehold_ports::blobs::BlobError;

use super::ClaimState;
use crate::{Category, UseCaseError};

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
    /// The database believes that the location is managed, but the claim says something else.
    #[error(
        "storage location {root} is recorded as managed by this instance, but its claim says {found}; nothing was written"
    )]
    ClaimDisagrees {
        /// The location.
        root: StorageRoot,
        /// What the claim says.
        found: String,
    },
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

    pub(super) fn denied(proof: ManagedStorage<'_>, state: &ClaimState) -> Self {
        let root = proof.storage().root().clone();
        match state {
            ClaimState::Unclaimed => Self::ClaimMissing { root },
            ClaimState::Unreadable { reason } => {
                Self::ClaimDisagrees { root, found: format!("nothing that can be read ({reason})") }
            }
            ClaimState::Held { claim, .. } => {
                let manager = claim.manager().map_or_else(|| "unknown".to_owned(), |uid| uid.to_string());
                let epoch = claim.epoch().map_or_else(|| "none".to_owned(), |epoch| epoch.to_string());
                let found = format!("storage {}, manager {manager}, epoch {epoch}", claim.storage_uid());
                Self::ClaimDisagrees { root, found }
            }
        }
    }
}

impl UseCaseError for AccessError {
    fn category(&self) -> Category {
        match self {
            Self::NotManaged(_)
            | Self::ManagedElsewhere { .. }
            | Self::ClaimMissing { .. }
            | Self::ClaimDisagrees { .. } => Category::Refused,
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
                "find out who removed .lamindb/storage_uid.txt; `freehold storage add {root}` claims the location again"
            )),
            Self::ClaimDisagrees { root, .. } => {
                Some(format!("`freehold storage add {root}` records what the claim says now"))
            }
            Self::Blob(error) => error.hint(),
        }
    }
}
