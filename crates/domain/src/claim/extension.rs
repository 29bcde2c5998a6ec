//! Lines of a claim that a later release gives a meaning to.

use super::{ClaimExtensionError, breaks_lines};

/// Names that the claim's own lines have.
const TAKEN: [&str; 2] = ["epoch", "checksum"];

/// The line `freehold_{name}={value}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Extension {
    name: String,
    value: String,
}

impl Extension {
    /// A line with this name (ASCII lower-case letters, digits and `_`) and value (one line of text).
    pub(super) fn new(name: &str, value: &str) -> Result<Self, ClaimExtensionError> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if name.is_empty() || !name.bytes().all(allowed) || TAKEN.contains(&name) {
            return Err(ClaimExtensionError::InvalidName { name: name.to_owned() });
        }
        if value.chars().any(breaks_lines) {
            return Err(ClaimExtensionError::InvalidValue { name: name.to_owned() });
        }
        Ok(Self { name: name.to_owned(), value: value.to_owned() })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn value(&self) -> &str {
        &self.value
    }
}
