//! What a check of a location comes upon.

use std::fmt;

use freehold_domain::{Capabilities, ClaimDisagreement, InstanceUid, StorageRoot, StorageUid};

use crate::location::Overlap;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// It could not be checked, or may become a problem.
    Warning,
    /// The registry and the storage disagree, or a promise is broken.
    Problem,
}

/// What a check of a location came upon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// The default storage is not managed: nothing can be saved there.
    DefaultNotManaged,
    /// The storage cannot be read now.
    Unreachable {
        /// Why not.
        reason: String,
    },
    /// The location is recorded as managed, and holds no claim.
    ClaimMissing,
    /// The location is recorded as managed, and its claim cannot be read.
    ClaimUnreadable {
        /// Why not.
        reason: String,
    },
    /// The location is recorded as managed, and its claim says something else.
    ClaimDisagrees {
        /// What was expected and what was found.
        disagreement: ClaimDisagreement,
        /// The command that accepts the registry if it was really moved.
        accept: String,
    },
    /// The claim does not name the registry's database, so that a copy of it could write.
    DatabaseNotNamed,
    /// The location is managed, and cannot be written now.
    NotWritable {
        /// Why not.
        reason: String,
    },
    /// The location is managed, and its backend does not honour conditions.
    Unmanageable {
        /// What it was seen to be able to do.
        probed: Capabilities,
    },
    /// The backend can do something else than what was recorded.
    CapabilitiesChanged {
        /// What was recorded.
        recorded: Capabilities,
        /// What was seen.
        probed: Capabilities,
    },
    /// Somebody else claims a place around the location.
    Overlaps {
        /// What lies around it.
        overlap: Overlap,
    },
    /// It could not be looked around.
    NotLookedAround {
        /// Why not.
        reason: String,
    },
    /// The location is recorded as linked, and its claim names this instance.
    OursButLinked,
    /// The location is linked, and has another manager than recorded.
    ManagerChanged {
        /// Who is recorded.
        recorded: Option<InstanceUid>,
        /// Who manages it.
        found: Option<InstanceUid>,
    },
    /// The location is linked, and nobody manages it any more.
    ManagerGone {
        /// Who is recorded.
        manager: InstanceUid,
    },
    /// The claim of a linked location cannot be read.
    LinkedClaimUnreadable {
        /// Why not.
        reason: String,
    },
    /// The claim of a linked location is that of another location.
    AnotherLocation {
        /// The recorded uid.
        recorded: StorageUid,
        /// The uid in the claim.
        found: StorageUid,
    },
    /// Among the receipts lie files that are none.
    UnreadableReceipts {
        /// How many.
        number: u64,
    },
}

impl Finding {
    /// How bad it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        match self {
            Self::DefaultNotManaged
            | Self::ClaimMissing
            | Self::ClaimUnreadable { .. }
            | Self::ClaimDisagrees { .. }
            | Self::Unmanageable { .. }
            | Self::Overlaps { .. }
            | Self::OursButLinked
            | Self::AnotherLocation { .. }
            | Self::ManagerChanged { .. } => Severity::Problem,
            Self::Unreachable { .. }
            | Self::DatabaseNotNamed
            | Self::NotWritable { .. }
            | Self::NotLookedAround { .. }
            | Self::CapabilitiesChanged { .. }
            | Self::LinkedClaimUnreadable { .. } => Severity::Warning,
            Self::ManagerGone { .. } | Self::UnreadableReceipts { .. } => Severity::Note,
        }
    }

    /// The command that helps at the location with this root, where there is one.
    #[must_use]
    pub fn remedy(&self, root: &StorageRoot) -> Option<String> {
        let add = format!("freehold storage add {root}");
        match self {
            Self::DefaultNotManaged => Some("freehold storage default S".to_owned()),
            Self::ClaimMissing | Self::DatabaseNotNamed | Self::OursButLinked => Some(add),
            Self::ClaimDisagrees { disagreement, accept } => match disagreement {
                ClaimDisagreement::Database { .. } => Some(accept.clone()),
                ClaimDisagreement::Manager { .. } | ClaimDisagreement::Epoch { .. } => Some(add),
                ClaimDisagreement::Location { .. } => None,
            },
            Self::ManagerChanged { .. } | Self::ManagerGone { .. } => Some(format!("{add} --link")),
            Self::Unmanageable { .. } => Some(format!("freehold storage release {root}")),
            Self::Unreachable { .. }
            | Self::ClaimUnreadable { .. }
            | Self::NotWritable { .. }
            | Self::CapabilitiesChanged { .. }
            | Self::Overlaps { .. }
            | Self::NotLookedAround { .. }
            | Self::LinkedClaimUnreadable { .. }
            | Self::AnotherLocation { .. }
            | Self::UnreadableReceipts { .. } => None,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named =
            |manager: &Option<InstanceUid>| manager.map_or("nobody known".to_owned(), |uid| uid.to_string());
        match self {
            Self::DefaultNotManaged => {
                formatter.write_str("it is the default storage, and not managed by this instance")
            }
            Self::Unreachable { reason } => write!(formatter, "it cannot be read: {reason}"),
            Self::ClaimMissing => {
                formatter.write_str("it is recorded as managed, and the claim in it is gone")
            }
            Self::ClaimUnreadable { reason } => {
                write!(formatter, "it is recorded as managed, and its claim cannot be read: {reason}")
            }
            Self::ClaimDisagrees { disagreement, .. } => {
                write!(formatter, "it is recorded as managed, but {disagreement}")
            }
            Self::DatabaseNotNamed => formatter.write_str(
                "its claim does not name this registry's database, so that a copy could write, too",
            ),
            Self::NotWritable { reason } => write!(formatter, "it cannot be written: {reason}"),
            Self::Unmanageable { .. } => {
                formatter.write_str("its backend does not honour the conditions that a claim is made of")
            }
            Self::CapabilitiesChanged { .. } => {
                formatter.write_str("its backend can do something else than what was recorded")
            }
            Self::Overlaps { overlap } => write!(formatter, "it {overlap}"),
            Self::NotLookedAround { reason } => {
                write!(formatter, "what lies around it cannot be told: {reason}")
            }
            Self::OursButLinked => {
                formatter.write_str("it is recorded as linked, and its claim names this instance")
            }
            Self::ManagerChanged { recorded, found } => {
                write!(
                    formatter,
                    "{} is recorded as its manager, and it is {}",
                    named(recorded),
                    named(found)
                )
            }
            Self::ManagerGone { manager } => {
                write!(formatter, "{manager} is recorded as its manager, and nobody manages it any more")
            }
            Self::LinkedClaimUnreadable { reason } => write!(formatter, "its claim cannot be read: {reason}"),
            Self::AnotherLocation { recorded, found } => {
                write!(formatter, "it is recorded as {recorded}, and its claim is that of {found}")
            }
            Self::UnreadableReceipts { number } => {
                write!(formatter, "{number} files among the receipts of those who link it are none")
            }
        }
    }
}
