//! What a plan saw of a location, short enough to be compared again when the plan is carried out.

use std::fmt;

use freehold_domain::{Access, InstanceUid, StorageRoot, StorageUid};

use super::{Contents, DeletionPlan, PlannedLocation};

/// The digest of a set that is seen in any order: the sum of its members' hashes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct SetDigest([u64; 4]);

impl SetDigest {
    pub(super) fn add(&mut self, member: &str, number: u64) {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&number.to_le_bytes()).update(member.as_bytes());
        let hash = hasher.finalize();
        for (sum, part) in self.0.iter_mut().zip(hash.as_bytes().chunks_exact(8)) {
            let part = part.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
            *sum = sum.wrapping_add(part);
        }
    }
}

impl fmt::Display for SetDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| write!(formatter, "{part:016x}"))
    }
}

/// What a plan saw of a managed location, as digests in hexadecimal digits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sight {
    /// The claim; empty when there was none.
    pub claim: String,
    /// The keys and sizes of what was ingested and lies there.
    pub ingested: String,
    /// The keys and sizes of what no deletion touches: files recorded in place, and unknown ones.
    pub kept: String,
    /// The uids of the artifacts that are recorded there, tombstones included.
    pub recorded: String,
}

/// What a plan saw of any location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenLocation {
    /// The location.
    pub storage: StorageUid,
    /// Where it is.
    pub root: StorageRoot,
    /// Whether this instance manages it.
    pub access: Access,
    /// What lies there; only of a managed one.
    pub contents: Option<Contents>,
    /// The digests; only of a managed one.
    pub sight: Option<Sight>,
}

impl From<&PlannedLocation> for SeenLocation {
    fn from(planned: &PlannedLocation) -> Self {
        Self {
            storage: planned.storage.uid(),
            root: planned.storage.root().clone(),
            access: planned.access,
            contents: planned.contents,
            sight: planned.sight.clone(),
        }
    }
}

impl DeletionPlan {
    /// What was seen of each location, in their order.
    #[must_use]
    pub fn seen(&self) -> Vec<SeenLocation> {
        self.locations.iter().map(SeenLocation::from).collect()
    }

    /// The digest of everything that was seen.
    #[must_use]
    pub fn digest(&self) -> String {
        digest(self.instance.uid(), &self.seen())
    }
}

/// The digest of everything that a plan saw of an instance.
#[must_use]
pub fn digest(instance: InstanceUid, seen: &[SeenLocation]) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut add = |text: &str| {
        hasher.update(&(text.len() as u64).to_le_bytes()).update(text.as_bytes());
    };
    add(instance.as_str());
    for SeenLocation { storage, root, access, contents, sight } in seen {
        add(storage.as_str());
        add(root.as_str());
        add(match access {
            Access::Managed => "managed",
            Access::Linked => "linked",
        });
        if let Some(Contents { ingested, in_place, unknown }) = contents {
            for tally in [ingested, in_place, unknown] {
                add(&tally.artifacts.to_string());
                add(&tally.bytes.to_string());
            }
        }
        if let Some(Sight { claim, ingested, kept, recorded }) = sight {
            for part in [claim, ingested, kept, recorded] {
                add(part);
            }
        }
    }
    hasher.finalize().to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_one_digest_in_any_order_and_another_when_a_size_differs() {
        let of = |members: &[(&str, u64)]| {
            let mut digest = SetDigest::default();
            for (member, size) in members {
                digest.add(member, *size);
            }
            digest.to_string()
        };
        assert_eq!(of(&[("a", 1), ("b", 2)]), of(&[("b", 2), ("a", 1)]));
        assert_ne!(of(&[("a", 1), ("b", 2)]), of(&[("a", 2), ("b", 1)]));
    }
}
