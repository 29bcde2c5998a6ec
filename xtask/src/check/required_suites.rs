//! Every conformance test has a row in the table of required suites, and every row its test.

use crate::check::workspace_crate::WorkspaceCrate;
use crate::finding::Finding;
use crate::suites::{FILE, Suite};

/// Tests that bring their own `main`, which are suites, without a row, and rows without such a test.
pub(super) fn findings(crates: &[WorkspaceCrate], required: &[Suite]) -> Vec<Finding> {
    let has_row = |package: &str, target: &str| {
        required.iter().any(|suite| suite.package == package && suite.target == target)
    };
    let unlisted = crates.iter().flat_map(|subject| {
        let targets = subject.tests_with_own_main.iter().filter(|target| !has_row(&subject.name, target));
        targets.map(|target| {
            let message = format!("the suite {target} is not required to run: add a row to {FILE}");
            Finding::new(&subject.manifest_path(), 1, message)
        })
    });
    let exists = |suite: &&Suite| {
        crates.iter().any(|subject| {
            let mut targets = subject.tests_with_own_main.iter();
            subject.name == suite.package && targets.any(|target| target == suite.target)
        })
    };
    let absent = required.iter().filter(|suite| !exists(suite)).map(|suite| {
        let Suite { title, package, target } = suite;
        Finding::new(FILE, 1, format!("{title}: {package} has no test {target} with `harness = false`"))
    });
    unlisted.chain(absent).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(targets: &[&str]) -> Vec<String> {
        let mut subject = WorkspaceCrate::of("freehold-tape", "crates/adapters/tape", &[], &[]);
        subject.tests_with_own_main = targets.iter().map(|target| (*target).to_owned()).collect();
        let row = Suite { title: "blobs on tape", package: "freehold-tape", target: "conformance" };
        findings(&[subject], &[row]).into_iter().map(|finding| finding.to_string()).collect()
    }

    #[test]
    fn a_suite_with_a_row_is_clean() {
        assert_eq!(messages(&["conformance"]), Vec::<String>::new());
    }

    #[test]
    fn a_suite_without_a_row_is_found() {
        let found = messages(&["conformance", "conformance_wire"]);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("crates/adapters/tape/Cargo.toml:1: the suite conformance_wire"));
    }

    #[test]
    fn a_row_without_a_suite_is_found() {
        assert!(messages(&[])[0].contains("freehold-tape has no test conformance"));
    }
}
