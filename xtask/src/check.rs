//! The house rules that a machine holds: every check is a function from text or metadata to findings.

mod blob_access;
mod conformance_coverage;
mod generated;
mod hygiene;
mod invariants;
mod layering;
mod length;
mod links;
mod local_only;
pub(crate) mod migrations;
mod mirror;
mod modules;
#[cfg(test)]
mod on_this_repository;
mod required_suites;
mod workspace_crate;

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::finding::Finding;
use crate::source_tree::SourceTree;
use workspace_crate::WorkspaceCrate;

/// What the checks look at.
#[derive(Debug)]
pub(crate) struct Subject {
    root: PathBuf,
    tree: SourceTree,
    crates: Vec<WorkspaceCrate>,
}

impl Subject {
    /// Reads the repository at `root` and asks cargo what its crates depend on.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        Ok(Self {
            root: root.to_owned(),
            tree: SourceTree::read(root)?,
            crates: workspace_crate::read_all(root)?,
        })
    }
}

/// One named check.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Check {
    /// The name that a report gives it.
    pub(crate) name: &'static str,
    run: fn(&Subject) -> Vec<Finding>,
}

impl Check {
    /// Everything that breaks this rule, in the order of the files.
    pub(crate) fn findings(&self, subject: &Subject) -> Vec<Finding> {
        let mut findings = (self.run)(subject);
        findings.sort();
        findings.dedup();
        findings
    }
}

/// Every check that reads text and metadata only.
pub(crate) const CHECKS: [Check; 12] = [
    Check { name: "layering", run: |subject| layering::findings(&subject.crates, layering::RULES) },
    Check { name: "modules", run: |subject| modules::findings(&subject.tree) },
    Check { name: "length", run: |subject| length::findings(&subject.tree) },
    Check { name: "mirror", run: |subject| mirror::findings(&subject.tree) },
    Check { name: "invariants", run: |subject| invariants::findings(&subject.tree) },
    Check { name: "links", run: |subject| links::findings(&subject.tree) },
    Check { name: "migrations", run: |subject| migrations::findings(&subject.tree) },
    Check {
        name: "conformance coverage",
        run: |subject| conformance_coverage::findings(&subject.tree, &subject.crates),
    },
    Check {
        name: "required suites",
        run: |subject| required_suites::findings(&subject.crates, crate::suites::REQUIRED),
    },
    Check { name: "local only", run: |subject| local_only::findings(&subject.root) },
    Check { name: "blob access", run: |subject| blob_access::findings(&subject.tree) },
    Check { name: "hygiene", run: |subject| hygiene::findings(&subject.tree) },
];

/// Runs every check, and the comparison of generated files, which builds what it compares.
///
/// Prints each finding and says whether there was none.
pub(crate) fn run(root: &Path) -> Result<bool> {
    let subject = Subject::read(root)?;
    let mut clean = true;
    for check in CHECKS {
        clean &= report(check.name, &check.findings(&subject));
    }
    clean &= report("generated", &generated::findings(&subject.tree, &crate::generate::reference(root)?));
    Ok(clean)
}

fn report(name: &str, findings: &[Finding]) -> bool {
    for finding in findings {
        println!("{finding}");
    }
    match findings.len() {
        0 => println!("check {name}: ok"),
        1 => println!("check {name}: 1 finding"),
        count => println!("check {name}: {count} findings"),
    }
    findings.is_empty()
}
