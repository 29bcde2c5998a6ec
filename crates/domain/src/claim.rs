//! The claim of a storage location: the marker object that says who manages it.
//!
//! The truth about ownership lies in the storage, not in a database. `LaminDB` and Freehold honour one another's claims,
//! so they share a file, `.lamindb/storage_uid.txt`: UTF-8, lines end in LF, and the last has no line end.
//!
//! ```text
//! nUYsCWitlepu
//! creation info:
//! instance_slug=lab/primary
//! instance_id=3fae3ac9c7685a6396f2d619d4a5b2bf
//! instance_uid=186kfOVJd0dZ
//! freehold_epoch=1
//! freehold_checksum=a52abe6e
//! ```
//!
//! The last line is the CRC-32 (IEEE) of all bytes before it, the preceding line end included, as eight lower-case
//! hexadecimal digits. Between both `freehold_` lines there may be more of that kind: a later release's, kept in order.
//! `freehold_database=` names the database of the manager, and `freehold_reason=` why the location was taken over. A claim without a
//! manager is one of nobody, and says so by `freehold_vacated=` with the uid of the last one.
//! A claim that is damaged in any way is either refused or looks as if `LaminDB` had written it, and both mean the same
//! to Freehold: not ours.

mod epoch;
mod error;
mod extension;
mod reading;
mod receipt;
mod succession;
mod writing;

use uuid::Uuid;

pub use epoch::ClaimEpoch;
pub use error::{ClaimError, ClaimExtensionError};
pub use receipt::{LinkReceipt, ReceiptError};

use crate::uid::{InstanceUid, StorageUid};
use extension::Extension;

/// Which program wrote a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClaimAuthor {
    /// Freehold: the checksum proves that it is complete.
    Freehold,
    /// `LaminDB`, or a Freehold claim that lost its end.
    LaminDb,
}

/// What a storage location says about who manages it.
///
/// ```
/// use freehold_domain::claim::{Claim, ClaimEpoch};
/// use freehold_domain::uid::InstanceUid;
/// use uuid::Uuid;
///
/// let id = Uuid::from_u128(0x3fae3ac9c7685a6396f2d619d4a5b2bf);
/// let claim = Claim::new("nUYsCWitlepu".parse()?, "lab/primary", id, ClaimEpoch::FIRST);
/// let read = Claim::parse(&claim.to_bytes())?;
/// assert_eq!(read, claim);
/// assert!(read.is_managed_by(InstanceUid::of(id)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    storage_uid: StorageUid,
    slug: Option<String>,
    instance_id: Option<Uuid>,
    seal: Option<Seal>,
}

/// What Freehold adds to a claim; only claims with a valid checksum have it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seal {
    epoch: ClaimEpoch,
    extensions: Vec<Extension>,
}

impl Claim {
    /// The largest claim that is read or written, in bytes.
    pub const MAXIMUM_LENGTH: usize = 64 * 1024;

    /// The claim of an instance on a location.
    ///
    /// The slug is for people: it is cut to 512 characters, and what would break its line is left out.
    #[must_use]
    pub fn new(storage_uid: StorageUid, slug: &str, instance_id: Uuid, epoch: ClaimEpoch) -> Self {
        Self {
            storage_uid,
            slug: one_line(slug),
            instance_id: Some(instance_id),
            seal: Some(Seal { epoch, extensions: Vec::new() }),
        }
    }

    /// The uid of the location, the same for everyone who links it.
    #[must_use]
    pub fn storage_uid(&self) -> StorageUid {
        self.storage_uid
    }

    /// The managing instance's name at the time of the claim, for people.
    #[must_use]
    pub fn slug(&self) -> Option<&str> {
        self.slug.as_deref()
    }

    /// The id of the managing instance, where the claim names one.
    #[must_use]
    pub fn instance_id(&self) -> Option<Uuid> {
        self.instance_id
    }

    /// The uid of the managing instance; `None` means that it is not known.
    #[must_use]
    pub fn manager(&self) -> Option<InstanceUid> {
        self.instance_id.map(InstanceUid::of)
    }

    /// How often the location has been handed over; `None` in a claim of `LaminDB`.
    #[must_use]
    pub fn epoch(&self) -> Option<ClaimEpoch> {
        self.seal.as_ref().map(|seal| seal.epoch)
    }

    /// Which program wrote the claim.
    #[must_use]
    pub fn author(&self) -> ClaimAuthor {
        match self.seal {
            Some(_) => ClaimAuthor::Freehold,
            None => ClaimAuthor::LaminDb,
        }
    }

    /// The value of the line `freehold_{name}=`, other than epoch and checksum.
    #[must_use]
    pub fn extension(&self, name: &str) -> Option<&str> {
        let mut extensions = self.seal.iter().flat_map(|seal| &seal.extensions);
        extensions.find(|extension| extension.name() == name).map(Extension::value)
    }

    /// The same claim with the line `freehold_{name}={value}`: in its former place, or after the others.
    ///
    /// # Errors
    /// [`ClaimExtensionError`] when the line cannot be written, or the claim is not one of Freehold.
    pub fn with_extension(mut self, name: &str, value: &str) -> Result<Self, ClaimExtensionError> {
        let extension = Extension::new(name, value)?;
        let seal = self.seal.as_mut().ok_or(ClaimExtensionError::NotFreehold)?;
        match seal.extensions.iter_mut().find(|former| former.name() == name) {
            Some(former) => *former = extension,
            None => seal.extensions.push(extension),
        }
        let length = self.to_bytes().len();
        if length > Self::MAXIMUM_LENGTH {
            return Err(ClaimExtensionError::TooLong { length });
        }
        Ok(self)
    }

    /// The same claim, whose manager is called `slug` by people: it is cut as in [`Claim::new`].
    ///
    /// # Errors
    /// [`ClaimExtensionError::NotFreehold`] for a claim of `LaminDB`, and [`ClaimExtensionError::TooLong`] when there is no room for it.
    pub fn with_slug(mut self, slug: &str) -> Result<Self, ClaimExtensionError> {
        if self.seal.is_none() {
            return Err(ClaimExtensionError::NotFreehold);
        }
        self.slug = one_line(slug);
        let length = self.to_bytes().len();
        if length > Self::MAXIMUM_LENGTH {
            return Err(ClaimExtensionError::TooLong { length });
        }
        Ok(self)
    }

    /// The same claim in another epoch.
    ///
    /// # Errors
    /// [`ClaimExtensionError::NotFreehold`] when the claim has no epoch, and [`ClaimExtensionError::TooLong`] when there
    /// is no room for it.
    pub fn with_epoch(mut self, epoch: ClaimEpoch) -> Result<Self, ClaimExtensionError> {
        self.seal.as_mut().ok_or(ClaimExtensionError::NotFreehold)?.epoch = epoch;
        let length = self.to_bytes().len();
        if length > Self::MAXIMUM_LENGTH {
            return Err(ClaimExtensionError::TooLong { length });
        }
        Ok(self)
    }

    /// Whether this claim proves that `instance` manages the location.
    ///
    /// A claim of `LaminDB` never does, even when it names the instance: it may be one of ours that lost its end.
    #[must_use]
    pub fn is_managed_by(&self, instance: InstanceUid) -> bool {
        self.author() == ClaimAuthor::Freehold && self.manager() == Some(instance)
    }

    /// Whether this claim proves that `manager` manages the location `storage` in this `epoch`.
    #[must_use]
    pub fn is_held_by(&self, storage: StorageUid, manager: InstanceUid, epoch: ClaimEpoch) -> bool {
        self.is_managed_by(manager) && self.storage_uid == storage && self.epoch() == Some(epoch)
    }
}

/// The longest slug, in characters.
const LONGEST_SLUG: usize = 512;

/// The beginning of a text, without anything that some reader takes for a line end; `None` when nothing is left.
fn one_line(text: &str) -> Option<String> {
    let line: String =
        text.chars().filter(|character| !breaks_lines(*character)).take(LONGEST_SLUG).collect();
    (!line.is_empty()).then_some(line)
}

/// Whether the character is a control character or one at which Python, and with it `LaminDB`, splits lines.
fn breaks_lines(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests;
