//! What nextest wrote about its run.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result};

use super::Suite;

/// Every test that ran, as its binary and its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ran(BTreeSet<(String, String)>);

/// Reads the `JUnit` file.
pub(super) fn read(path: &Path) -> Result<Ran> {
    let text = std::fs::read_to_string(path);
    let text = text.with_context(|| format!("nextest's report {} cannot be read", path.display()))?;
    Ok(Ran::parse(&text))
}

impl Ran {
    /// Tests that did not run have no `testcase` in the file.
    pub(super) fn parse(text: &str) -> Self {
        let elements = text.split("<testcase ").skip(1);
        let tests = elements.filter_map(|element| {
            let tag = element.split_once('>')?.0;
            Some((attribute(tag, "classname")?.to_owned(), attribute(tag, "name")?.to_owned()))
        });
        Self(tests.collect())
    }

    pub(super) fn holds(&self, suite: &Suite, case: &str) -> bool {
        let binary = format!("{}::{}", suite.package, suite.target);
        self.0.contains(&(binary, case.to_owned()))
    }
}

/// The value of an attribute. The names of tests hold no character that XML would escape.
fn attribute<'tag>(tag: &'tag str, name: &str) -> Option<&'tag str> {
    let start = format!("{name}=\"");
    let mut found = tag.match_indices(&start).map(|(offset, _)| offset);
    let offset = found.find(|offset| *offset == 0 || tag[..*offset].ends_with(' '))?;
    tag[offset + start.len()..].split('"').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUITE: Suite = Suite { title: "blobs on tape", package: "freehold-tape", target: "conformance" };

    #[test]
    fn a_test_is_known_by_its_binary_and_its_name() {
        let ran = Ran::parse(
            "<testsuite name=\"freehold-tape::conformance\">\n\
             <testcase name=\"blobs::a\" classname=\"freehold-tape::conformance\" time=\"0.1\"/>\n\
             <testcase classname=\"freehold-disk::conformance\" name=\"blobs::b\"></testcase>",
        );
        assert!(ran.holds(&SUITE, "blobs::a"));
        assert!(!ran.holds(&SUITE, "blobs::b"));
        assert!(!ran.holds(&SUITE, "freehold-tape::conformance"));
    }
}
