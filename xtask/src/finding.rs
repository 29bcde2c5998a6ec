//! One thing that a check found wrong, and where.

use std::fmt;

/// A breach of a rule, shown as `file:line: message`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    /// Path from the repository's root, `/`-separated.
    pub(crate) file: String,
    /// Counted from one.
    pub(crate) line: usize,
    /// What is wrong and what mends it.
    pub(crate) message: String,
}

impl Finding {
    /// A finding at a line, counted from one.
    pub(crate) fn new(file: &str, line: usize, message: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, message: message.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}: {}", self.file, self.line, self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_reads_as_file_line_message() {
        assert_eq!(Finding::new("crates/a.rs", 7, "is wrong").to_string(), "crates/a.rs:7: is wrong");
    }
}
