//! The claim of a place, read without Freehold's help.

use freehold_tests::World;

/// What the claim of a place says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ClaimText {
    pub(super) storage_uid: String,
    pub(super) manager: String,
}

impl ClaimText {
    /// The claim of a place, if it has one.
    pub(super) fn at(world: &World, place: &str) -> Option<Self> {
        let content = world.content(&format!("{place}/.lamindb/storage_uid.txt"))?;
        let text = String::from_utf8(content).expect("a claim is text");
        let manager = text.lines().find_map(|line| line.strip_prefix("instance_uid=")).unwrap_or_default();
        let storage_uid = text.lines().next().unwrap_or_default();
        Some(Self { storage_uid: storage_uid.to_owned(), manager: manager.to_owned() })
    }
}
