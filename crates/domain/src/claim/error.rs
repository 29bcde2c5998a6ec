//! Why bytes are not a claim, or a line cannot become part of one.

use thiserror::Error;
use uuid::Uuid;

use super::Claim;
use crate::uid::{InstanceUid, UidError};

/// The content of a claim file says nothing that can be trusted: the location belongs to nobody we know.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ClaimError {
    /// There are more bytes than [`Claim::MAXIMUM_LENGTH`].
    #[error("claim has {length} bytes, at most {} are read", Claim::MAXIMUM_LENGTH)]
    TooLong {
        /// The length in bytes.
        length: usize,
    },
    /// The bytes are not text.
    #[error("claim is not valid UTF-8")]
    NotUtf8(#[source] std::str::Utf8Error),
    /// The first line is blank: nobody claims the location.
    #[error("claim is blank: its first line names no storage location")]
    Blank,
    /// The first line is not a storage uid.
    #[error("first line of the claim is not a storage uid")]
    InvalidStorageUid(#[source] UidError),
    /// The line `instance_id=` holds no UUID.
    #[error("claim names an instance by an id that is not a UUID")]
    InvalidInstanceId,
    /// The line `instance_uid=` holds another uid than that of the instance's id.
    #[error("claim contradicts itself: instance {instance_id} has the uid {expected}, not the one it states")]
    ContradictoryInstance {
        /// The id that the claim states.
        instance_id: Uuid,
        /// The uid of that instance.
        expected: InstanceUid,
    },
    /// There are lines of Freehold, but no checksum.
    #[error("claim has lines of freehold but no checksum: it is incomplete or was edited")]
    MissingChecksum,
    /// Something follows the checksum.
    #[error("claim has text after its checksum: it was edited")]
    TextAfterChecksum,
    /// The checksum is not that of the bytes before it.
    #[error("claim does not match its checksum, expected {expected}: it is damaged or was edited")]
    ChecksumMismatch {
        /// The checksum of the bytes as read.
        expected: String,
    },
    /// A line of Freehold occurs twice.
    #[error("claim has the line freehold_{name} twice")]
    DuplicateLine {
        /// The line's name, without `freehold_`.
        name: String,
    },
    /// A line of Freehold has no name or value, or not one of its kind.
    #[error("line {number} of the claim is not one that freehold writes")]
    MalformedLine {
        /// The line's number, from 1.
        number: usize,
    },
    /// A claim of Freehold lacks its epoch or its instance, or has other lines or another order than Freehold writes.
    #[error("claim has a valid checksum but is not in the form that freehold writes")]
    NotNormal,
}

/// A line cannot become part of a claim.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ClaimExtensionError {
    /// The claim was not written by Freehold.
    #[error("claim was not written by freehold and cannot be extended; write a new one")]
    NotFreehold,
    /// The name is taken, or not made of ASCII lower-case letters, digits and `_`.
    #[error("{name:?} cannot name a line of a claim; use a-z, 0-9 and '_', but neither epoch nor checksum")]
    InvalidName {
        /// The name as given.
        name: String,
    },
    /// The value does not fit on a line.
    #[error("value of the claim's line {name} contains a control character or line end; remove it")]
    InvalidValue {
        /// The line's name.
        name: String,
    },
    /// The claim would exceed [`Claim::MAXIMUM_LENGTH`].
    #[error(
        "claim would have {length} bytes, at most {} are allowed; shorten the value",
        Claim::MAXIMUM_LENGTH
    )]
    TooLong {
        /// The length in bytes.
        length: usize,
    },
}
