//! Universal identifiers: short base62 texts that mean the same thing in every instance.
//!
//! A uid is either made by a generator port (random ones, from entropy), derived (an [`InstanceUid`] from the
//! instance's UUID, a versioned uid from its stem) or parsed. Uids are `Copy`, compare in byte order, which is also
//! the counting order of base62, and never change their spelling.
//!
//! ```
//! use freehold_domain::uid::StorageUid;
//!
//! let uid: StorageUid = "nUYsCWitlepu".parse()?;
//! assert_eq!(uid.as_str(), "nUYsCWitlepu");
//! assert!("too short".parse::<StorageUid>().is_err());
//! # Ok::<(), freehold_domain::uid::UidError>(())
//! ```

pub(crate) mod base62;
mod error;
mod inline_text;
mod instance;
mod prefix;
pub(crate) mod serde_text;
mod versioned;

pub use error::{UidError, UidKind};
pub use prefix::UidPrefix;

use inline_text::InlineText;

/// Defines one uid: `NAME(LENGTH, kind)`, with `or LONGER` where a second length is read as well.
macro_rules! define_uid {
    ($(#[$documentation:meta])* $name:ident, $length:literal $(or $longer:literal)?, $kind:expr) => {
        $(#[$documentation])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(InlineText<{ define_uid!(@capacity $length $($longer)?) }>);

        impl $name {
            /// How many characters a new uid of this kind has.
            pub const LENGTH: usize = $length;

            /// The uid's text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.pad(self.as_str())
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "{}({})", stringify!($name), self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = UidError;

            fn from_str(text: &str) -> Result<Self, UidError> {
                inline_text::parse(text, $kind, &[$length $(, $longer)?]).map(Self)
            }
        }

        serde_text::serde_as_text!($name, stringify!($name), str::parse::<$name>);
    };
    (@capacity $length:literal) => { $length };
    (@capacity $length:literal $longer:literal) => { $longer };
}

/// Gives uids a constructor from random bits.
macro_rules! from_entropy {
    ($($name:ident),+ $(,)?) => {$(
        impl $name {
            /// Makes a uid of [`Self::LENGTH`] characters from `entropy`, which must be uniformly random.
            ///
            /// Equal arguments give equal uids: the caller answers for the randomness.
            #[must_use]
            pub fn from_entropy(entropy: u128) -> Self {
                Self(InlineText::from_entropy(entropy, Self::LENGTH))
            }
        }
    )+};
}

define_uid! {
    /// Identifies an instance in every registry; derived from its UUID by [`InstanceUid::of`].
    InstanceUid, 12, UidKind::Instance
}
define_uid! {
    /// Identifies a storage location; it stands in the first line of the location's claim.
    StorageUid, 12, UidKind::Storage
}
define_uid! {
    /// Identifies a user profile.
    UserUid, 8, UidKind::User
}
define_uid! {
    /// Identifies a run: 16 characters, and 20 are read as well, as other registries write them.
    RunUid, 16 or 20, UidKind::Run
}
define_uid! {
    /// What the versions of one transform have in common: the first 12 characters of its [`TransformUid`].
    TransformStem, 12, UidKind::TransformStem
}
define_uid! {
    /// Identifies one version of a transform: 12 characters of stem, 4 of version.
    TransformUid, 16, UidKind::Transform
}
define_uid! {
    /// What the versions of one family of artifacts have in common: the first 16 characters of an [`ArtifactUid`].
    ArtifactStem, 16, UidKind::ArtifactStem
}
define_uid! {
    /// Identifies one version of an artifact: 16 characters of stem, 4 of version.
    ArtifactUid, 20, UidKind::Artifact
}
define_uid! {
    /// Identifies a session: one process at work, whose liveness lock it names.
    SessionUid, 12, UidKind::Session
}
define_uid! {
    /// Identifies an intent: work on a blob that is announced before it begins.
    IntentUid, 16, UidKind::Intent
}

from_entropy!(StorageUid, UserUid, RunUid, TransformStem, ArtifactStem, SessionUid, IntentUid);

#[cfg(test)]
mod tests;
