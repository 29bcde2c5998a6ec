//! A family: the versions of one key, with exactly one head.

use crate::{ArtifactKey, ArtifactState, ArtifactStem, ArtifactUid, InstanceUid, Version};

/// No version is left in a family.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the artifact {key} has used all its versions; save under another key")]
pub struct VersionsExhausted {
    /// The family's key.
    pub key: ArtifactKey,
}

/// The versions of one artifact: one key, one origin, one head.
///
/// The head is a fact of the family and not of its artifacts, so that two heads cannot exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Family {
    stem: ArtifactStem,
    /// The key that every version has.
    pub key: ArtifactKey,
    origin: InstanceUid,
    last_reserved: Option<Version>,
    head: Option<Version>,
}

impl Family {
    /// A family without versions, begun by the instance `origin`.
    #[must_use]
    pub fn new(stem: ArtifactStem, key: ArtifactKey, origin: InstanceUid) -> Self {
        Self { stem, key, origin, last_reserved: None, head: None }
    }

    /// The family as a registry holds it.
    #[must_use]
    pub fn recorded(
        stem: ArtifactStem,
        key: ArtifactKey,
        origin: InstanceUid,
        last_reserved: Option<Version>,
        head: Option<Version>,
    ) -> Self {
        Self { stem, key, origin, last_reserved, head }
    }

    /// Takes the next version number. It is used up even if nothing comes of it: a uid is never given out twice.
    ///
    /// # Errors
    /// [`VersionsExhausted`] after 62^4 versions.
    pub fn reserve(&mut self) -> Result<ArtifactUid, VersionsExhausted> {
        let next = match self.last_reserved {
            None => Some(Version::FIRST),
            Some(version) => version.next(),
        };
        let version = next.ok_or_else(|| VersionsExhausted { key: self.key.clone() })?;
        self.last_reserved = Some(version);
        Ok(ArtifactUid::new(self.stem, version))
    }

    /// Takes note of a version that the origin numbered: it counts as given out.
    pub fn note_version(&mut self, version: Version) {
        self.last_reserved = self.last_reserved.max(Some(version));
    }

    /// Makes the head what it must be when the family's versions have these states: the greatest available version, else
    /// the greatest trashed one, else the greatest.
    pub fn settle_head(&mut self, versions: impl IntoIterator<Item = (Version, ArtifactState)>) {
        let rank = |state| match state {
            ArtifactState::Available => 2,
            ArtifactState::Trashed => 1,
            ArtifactState::Purged => 0,
        };
        self.head = versions
            .into_iter()
            .max_by_key(|(version, state)| (rank(*state), *version))
            .map(|(version, _)| version);
    }

    /// Takes note that `version` is there and available, given the state of the present head: it becomes the head unless a greater version is
    /// available. The same as [`settle_head`](Self::settle_head), without looking at every version.
    pub fn add_available(&mut self, version: Version, head: Option<ArtifactState>) {
        self.head = match head {
            Some(ArtifactState::Available) => self.head.max(Some(version)),
            Some(ArtifactState::Trashed | ArtifactState::Purged) | None => Some(version),
        };
    }

    /// Universal identity of the family.
    #[must_use]
    pub fn stem(&self) -> ArtifactStem {
        self.stem
    }

    /// The instance that began the family; only it numbers versions.
    #[must_use]
    pub fn origin(&self) -> InstanceUid {
        self.origin
    }

    /// The last version that was given out, whether or not an artifact came of it.
    #[must_use]
    pub fn last_reserved(&self) -> Option<Version> {
        self.last_reserved
    }

    /// The latest version; absent while the family has no artifact.
    #[must_use]
    pub fn head(&self) -> Option<ArtifactUid> {
        self.head.map(|version| ArtifactUid::new(self.stem, version))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn family() -> Family {
        let origin = InstanceUid::of(uuid::Uuid::from_u128(7));
        Family::new(ArtifactStem::from_entropy(1), "a.csv".parse().unwrap(), origin)
    }

    fn version(number: u32) -> Version {
        Version::from_number(number).unwrap()
    }

    #[test]
    fn versions_are_given_out_in_order_and_never_twice() {
        let mut family = family();
        let given: Vec<_> = (0..3).map(|_| family.reserve().unwrap().version().number()).collect();
        assert_eq!(given, [0, 1, 2]);
    }

    #[test]
    fn a_noted_version_is_not_given_out_again() {
        let mut family = family();
        family.note_version(version(41));
        family.note_version(version(7));
        assert_eq!(family.reserve().unwrap().version(), version(42));
    }

    #[test]
    fn the_last_version_ends_the_family() {
        let mut family = family();
        family.note_version(version(62_u32.pow(4) - 1));
        assert!(family.reserve().is_err());
    }

    #[test]
    fn the_head_is_the_greatest_available_version_and_returns_after_a_restore() {
        use ArtifactState::{Available, Purged, Trashed};
        let mut family = family();
        let head_of = |family: &mut Family, states: [ArtifactState; 3]| {
            family.settle_head(
                states.into_iter().enumerate().map(|(n, state)| (version(u32::try_from(n).unwrap()), state)),
            );
            family.head().map(|uid| uid.version().number())
        };
        assert_eq!(head_of(&mut family, [Available, Available, Available]), Some(2));
        assert_eq!(head_of(&mut family, [Available, Available, Trashed]), Some(1));
        assert_eq!(head_of(&mut family, [Available, Available, Available]), Some(2));
        assert_eq!(head_of(&mut family, [Trashed, Trashed, Purged]), Some(1));
        assert_eq!(head_of(&mut family, [Purged, Purged, Purged]), Some(2));
    }
}
