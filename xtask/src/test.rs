//! `cargo xtask test`: everything that can fail, in one command.

use std::path::Path;
use std::process::Command;

use crate::build::{EVERYTHING, cargo, has_subcommand, target_folder};
use crate::stages::Stages;

const WHOLE: [&str; 2] = ["--workspace", "--all-features"];

/// Builds, checks, and runs the documentation tests and all other tests. With arguments for the test runner,
/// only it runs.
pub(crate) fn run(root: &Path, runner_arguments: &[String], stages: &mut Stages) {
    if !stages.command("build", cargo(root, &EVERYTHING)) {
        return;
    }
    if runner_arguments.is_empty() {
        stages.task("check", || crate::check::run(root));
        let mut documentation = cargo(root, &["test", "--doc", "--no-fail-fast"]);
        documentation.args(WHOLE);
        stages.test_runner("documentation tests", documentation);
    }
    stages.test_runner("tests", runner(root, runner_arguments));
}

/// nextest where it is installed, else cargo's own.
fn runner(root: &Path, arguments: &[String]) -> Command {
    let mut command = if has_subcommand(root, "nextest") {
        cargo(root, &["nextest", "run", "--no-fail-fast"])
    } else {
        cargo(root, &["test", "--all-targets", "--no-fail-fast"])
    };
    command.args(WHOLE).args(arguments);
    // So that the end-to-end tests need not each ask cargo for it.
    if let Ok(folder) = target_folder(root) {
        let program = format!("freehold{}", std::env::consts::EXE_SUFFIX);
        command.env("FREEHOLD_BINARY", folder.join("debug").join(program));
    }
    command
}
