//! Why a location was not added.

use freehold_domain::{StorageRoot, StorageRootError, StorageUid};
use freehold_ports::blobs::BlobError;
use freehold_ports::persistence::PersistenceError;
use freehold_ports::system::FileError;

use crate::location::Overlap;
use crate::registry::ActorError;
use crate::{Category, UseCaseError, moved_registry};

/// Why a location was not added.
#[derive(Debug, thiserror::Error)]
pub enum AddStorageError {
    /// The root is not valid.
    #[error(transparent)]
    Root(#[from] StorageRootError),
    /// The place holds a claim that cannot be read: it belongs to nobody we know, and is never overwritten.
    #[error("{root} holds a claim that cannot be read ({reason}), so it can only be linked")]
    UnreadableClaim {
        /// The root.
        root: StorageRoot,
        /// Why it cannot be read.
        reason: String,
    },
    /// Another recorded location has the uid that the claim names: one of them is a copy of the other.
    #[error(
        "the claim in {root} names the storage location that is recorded at {recorded}; one is a copy of the other"
    )]
    CopiedClaim {
        /// The root.
        root: StorageRoot,
        /// Where the location is recorded.
        recorded: StorageRoot,
    },
    /// The place is recorded under another uid than its claim names.
    #[error("{root} is recorded as storage location {recorded}, but its claim names {claimed}")]
    AnotherUid {
        /// The root.
        root: StorageRoot,
        /// The uid in the claim.
        claimed: StorageUid,
        /// The uid in the registry.
        recorded: StorageUid,
    },
    /// Somebody else manages a place that contains this one, or lies inside it.
    #[error("{root} {overlap}")]
    Overlaps {
        /// The root.
        root: StorageRoot,
        /// What lies around it.
        overlap: Overlap,
    },
    /// The place was claimed by this instance from another database, of which this one is a copy.
    #[error(
        "{root} was claimed by this instance from another database; this one is a copy of it, or was moved"
    )]
    AnotherDatabase {
        /// The root.
        root: StorageRoot,
        /// The command that accepts this database if it was really moved.
        accept: String,
    },
    /// Others claimed places around this one at the same time, again and again.
    #[error("others are claiming places around {root} at this moment; try again")]
    Contended {
        /// The root.
        root: StorageRoot,
    },
    /// The place does not exist, and this user may not make it.
    #[error("there is nothing at {root}, and you may not make a folder there")]
    NotMade {
        /// The root.
        root: StorageRoot,
    },
    /// The place to link does not exist.
    #[error("there is nothing at {root} to link")]
    NothingToLink {
        /// The root.
        root: StorageRoot,
    },
    /// The user or the run cannot be recorded.
    #[error(transparent)]
    Actor(#[from] ActorError),
    /// The registry failed.
    #[error(transparent)]
    Persistence(#[from] PersistenceError),
    /// The storage failed.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// The machine's files failed.
    #[error(transparent)]
    File(#[from] FileError),
}

impl UseCaseError for AddStorageError {
    fn category(&self) -> Category {
        match self {
            Self::Root(_) => Category::Invalid,
            Self::UnreadableClaim { .. }
            | Self::CopiedClaim { .. }
            | Self::AnotherUid { .. }
            | Self::Overlaps { .. }
            | Self::AnotherDatabase { .. } => Category::Refused,
            Self::Contended { .. } => Category::Conflict,
            Self::NotMade { .. } => Category::Failed,
            Self::NothingToLink { .. } => Category::NotFound,
            Self::Actor(error) => error.category(),
            Self::Persistence(error) => error.category(),
            Self::Blob(error) => error.category(),
            Self::File(error) => error.category(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::UnreadableClaim { root, .. } => {
                Some(format!("`freehold storage add {root} --link` reads from it and never writes there"))
            }
            Self::Overlaps { root, .. } => Some(format!(
                "link it instead: `freehold storage add {root} --link`; or choose a place apart"
            )),
            Self::AnotherDatabase { accept, .. } => Some(moved_registry::hint(accept)),
            Self::CopiedClaim { root, recorded } => Some(format!(
                "a copied location cannot be managed beside its original; if it was moved and {recorded} is gone: `freehold connect {root} --moved`"
            )),
            Self::Blob(error @ BlobError::PermissionDenied { .. }) => {
                error.hint().or_else(|| Some("add --link to read from it only".to_owned()))
            }
            Self::AnotherUid { recorded, .. } => Some(format!(
                "`freehold storage remove {recorded}`, then add the location again to take it under the claim's uid"
            )),
            Self::Actor(error) => error.hint(),
            Self::Persistence(error) => error.hint(),
            Self::Blob(error) => error.hint(),
            Self::NotMade { .. } => {
                Some("choose a place that you may write to, or let its owner make the folder".to_owned())
            }
            Self::Root(_) | Self::NothingToLink { .. } | Self::Contended { .. } | Self::File(_) => None,
        }
    }
}
