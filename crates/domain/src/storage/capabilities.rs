//! What a backend was seen to be able to do.

/// What the backend of an opened location was seen to be able to do. It is probed, not assumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, seen or not")]
pub struct Capabilities {
    /// A create fails when the key is taken.
    pub create_if_absent: bool,
    /// A replacement fails when the content is not the expected one.
    pub compare_and_swap: bool,
    /// What was written is listed at once.
    pub list_after_write: bool,
    /// Keys that differ only in case are different keys.
    pub case_sensitive: bool,
}

impl Capabilities {
    /// Whether a location with this backend can be managed: a claim needs both conditional writes.
    #[must_use]
    pub fn can_be_managed(&self) -> bool {
        self.create_if_absent && self.compare_and_swap
    }
}
