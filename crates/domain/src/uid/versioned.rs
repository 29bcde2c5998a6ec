//! Uids that name one version of a family: a stem, then the version.

use super::{ArtifactStem, ArtifactUid, InlineText, TransformStem, TransformUid};
use crate::version::Version;

/// Composes a versioned uid of its stem and version, and takes it apart again.
macro_rules! versioned {
    ($uid:ident, $stem:ident) => {
        impl $uid {
            /// The uid of `version` in the family of `stem`.
            #[must_use]
            pub fn new(stem: $stem, version: Version) -> Self {
                let characters = stem.as_str().bytes().chain(version.characters());
                Self(InlineText::collect(characters))
            }

            /// What all versions of the family have in common.
            #[must_use]
            pub fn stem(&self) -> $stem {
                $stem(InlineText::collect(self.as_str().bytes().take($stem::LENGTH)))
            }

            /// Which version of the family this is.
            #[must_use]
            pub fn version(&self) -> Version {
                Version::from_characters(self.as_str().bytes().skip($stem::LENGTH))
            }
        }
    };
}

versioned!(TransformUid, TransformStem);
versioned!(ArtifactUid, ArtifactStem);
