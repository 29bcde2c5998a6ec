//! Why a location was not taken over.

use freehold_domain::{BlobKey, StorageRoot, StorageRootError};
use freehold_ports::blobs::BlobError;
use freehold_ports::persistence::PersistenceError;
use freehold_ports::system::FileError;

use super::UNKNOWN_MANAGER;
use crate::location::Overlap;
use crate::registry::ActorError;
use crate::{Category, UseCaseError, moved_registry};

/// Why a location was not taken over. The claim in it is as it was. One inside it, of the same manager, may be nobody's by now: the same request takes it
/// along when nothing is in the way any more.
#[derive(Debug, thiserror::Error)]
pub enum AdoptStorageError {
    /// The root is not valid.
    #[error(transparent)]
    Root(#[from] StorageRootError),
    /// Nothing was said of the reason.
    #[error("a location is taken over for a reason that others can read; say why")]
    ReasonMissing,
    /// What was expected is no manager.
    #[error("{text:?} is not the uid of an instance")]
    NotAManager {
        /// What was typed.
        text: String,
    },
    /// Nobody claims the place.
    #[error("nobody manages {root}, so there is nobody to take it over from")]
    Unclaimed {
        /// The root.
        root: StorageRoot,
    },
    /// The claim cannot be read: it belongs to nobody we know, and is never overwritten.
    #[error(
        "{root} holds a claim that cannot be read ({reason}), and what cannot be read is never taken over"
    )]
    Unreadable {
        /// The root.
        root: StorageRoot,
        /// Why it cannot be read.
        reason: String,
    },
    /// The claim names another manager.
    #[error("{root} is managed by {found}, and {expected:?} was expected")]
    AnotherManager {
        /// The root.
        root: StorageRoot,
        /// Who was expected, as typed.
        expected: String,
        /// Who manages it, for people.
        found: String,
        /// What is to be typed for it.
        manager: String,
    },
    /// This instance manages it.
    #[error("this instance is the manager of {root} already, by its claim")]
    AlreadyOurs {
        /// The root.
        root: StorageRoot,
    },
    /// This instance manages it from another database.
    #[error(
        "{root} was claimed by this instance from another database; this one is a copy of it, or was moved"
    )]
    AnotherDatabase {
        /// The root.
        root: StorageRoot,
        /// The command that accepts this database if it was really moved.
        accept: String,
    },
    /// It lies inside a place of the same manager, or one that is nobody's since it was that manager's. No place may lie inside one of another manager, so the outer one goes first.
    #[error(
        "{root} lies inside {outer}, which has or had the same manager; the outer one is taken over first, and what lies inside goes with it"
    )]
    OuterFirst {
        /// The root.
        root: StorageRoot,
        /// The outermost place of that manager.
        outer: StorageRoot,
        /// What is to be typed for the manager.
        manager: String,
    },
    /// Somebody else manages a place around it.
    #[error("{root} {overlap}")]
    Overlaps {
        /// The root.
        root: StorageRoot,
        /// What lies around it.
        overlap: Overlap,
    },
    /// Its backend cannot hold a claim.
    #[error("{root} cannot be managed, because {lack}")]
    Unmanageable {
        /// The root.
        root: StorageRoot,
        /// What it lacks, for people.
        lack: String,
    },
    /// Another claim is kept where the former one belongs.
    #[error("{key} in {root} holds something else than the claim that would be kept there")]
    RetiredInTheWay {
        /// The root.
        root: StorageRoot,
        /// Where the former claim belongs.
        key: BlobKey,
    },
    /// The claim was replaced meanwhile.
    #[error("the claim in {root} was changed while it was taken over; look at it again")]
    Changed {
        /// The root.
        root: StorageRoot,
    },
    /// The location is recorded elsewhere, or under another uid.
    #[error(
        "the claim in {root} names storage location {claimed}, and {recorded} is recorded as another one"
    )]
    RecordedOtherwise {
        /// The root.
        root: StorageRoot,
        /// The uid in the claim.
        claimed: String,
        /// What is recorded, for people.
        recorded: String,
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

impl UseCaseError for AdoptStorageError {
    fn category(&self) -> Category {
        match self {
            Self::Root(_) | Self::ReasonMissing | Self::NotAManager { .. } => Category::Invalid,
            Self::Unclaimed { .. }
            | Self::Unreadable { .. }
            | Self::AnotherManager { .. }
            | Self::AlreadyOurs { .. }
            | Self::AnotherDatabase { .. }
            | Self::OuterFirst { .. }
            | Self::Overlaps { .. }
            | Self::Unmanageable { .. }
            | Self::RetiredInTheWay { .. }
            | Self::RecordedOtherwise { .. } => Category::Refused,
            Self::Changed { .. } => Category::Conflict,
            Self::Actor(error) => error.category(),
            Self::Persistence(error) => error.category(),
            Self::Blob(error) => error.category(),
            Self::File(error) => error.category(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::NotAManager { .. } => Some(format!(
                "`freehold storage show` names the manager; where the claim names none: --expect-manager {UNKNOWN_MANAGER}"
            )),
            Self::ReasonMissing => Some("--reason TEXT".to_owned()),
            Self::Unclaimed { root } | Self::AlreadyOurs { root } => {
                Some(format!("`freehold storage add {root}` manages it"))
            }
            Self::Unreadable { root, .. } => Some(format!(
                "put the right claim back into .lamindb/storage_uid.txt, from a backup or .lamindb/claims/; if nobody is left who knows, move that \
                 file away, and `freehold storage add {root}` begins anew; to read only: `freehold storage add {root} --link`"
            )),
            Self::AnotherManager { manager, .. } => Some(format!(
                "if that instance is really gone: --expect-manager {manager}; if it is not, let it hand the location over"
            )),
            Self::AnotherDatabase { accept, .. } => Some(moved_registry::hint(accept)),
            Self::OuterFirst { outer, manager, .. } => Some(format!(
                "`freehold storage adopt {outer} --expect-manager {manager} --reason TEXT` takes over both"
            )),
            Self::Unmanageable { root, .. } => {
                Some(format!("to read only: `freehold storage add {root} --link`"))
            }
            Self::Overlaps { .. } => Some(
                "two managers never overlap: what lies around it must be released or handed over first"
                    .to_owned(),
            ),
            Self::RetiredInTheWay { key, .. } => {
                Some(format!("look at {key}, and move it away if it is of no use"))
            }
            Self::RecordedOtherwise { recorded, .. } => Some(format!(
                "`freehold storage show {recorded}` shows it; `freehold storage remove` forgets it"
            )),
            Self::Actor(error) => error.hint(),
            Self::Persistence(error) => error.hint(),
            Self::Blob(error) => error.hint(),
            Self::Root(_) | Self::Changed { .. } | Self::File(_) => None,
        }
    }
}
