//! `cargo xtask ci`: everything that must hold before a change is taken.

mod features;
mod licences;
mod packages;

use std::path::Path;

use crate::build::{Extent, cargo};
use crate::stages::Stages;

/// Runs every stage; `after_test` leaves out what `cargo xtask test` has run already.
pub(crate) fn run(root: &Path, after_test: bool, stages: &mut Stages) {
    stages.command("format", cargo(root, &["fmt", "--all", "--check"]));
    let clippy = ["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"];
    stages.command("lints", cargo(root, &clippy));
    // The command and the library bear one name, and so do their pages: the library's come last, and stay.
    for (name, targets) in [("documentation of programs", "--bins"), ("documentation", "--lib")] {
        let mut documentation = cargo(root, &["doc", "--no-deps", "--workspace", "--all-features", targets]);
        documentation.env("RUSTDOCFLAGS", "-Dwarnings");
        stages.command(name, documentation);
    }
    stages.task("licences, sources and banned crates", || licences::run(root));
    stages.task("feature combinations", || features::run(root));
    stages.task("packages", || packages::run(root));
    if !after_test {
        crate::test::run(root, &[], stages);
    }
    stages.task("quickstart", || crate::quickstart::run(root, Extent::Everything, false).map(|()| true));
}
