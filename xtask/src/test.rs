//! `cargo xtask test`: everything that can fail, in one command.

mod loopback;

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::build::{EVERYTHING, cargo, has_subcommand, target_folder};
use crate::servers::{self, Purpose, Servers};
use crate::stages::Stages;

const WHOLE: [&str; 2] = ["--workspace", "--all-features"];

/// Builds, checks, and runs the documentation tests and all other tests, on servers that it starts. With arguments for the test runner,
/// only it runs.
pub(crate) fn run(root: &Path, runner_arguments: &[String], stages: &mut Stages) {
    if !stages.command("build", cargo(root, &EVERYTHING)) {
        return;
    }
    // They start while the checks run.
    let starting = start_servers(root);
    let is_whole = runner_arguments.is_empty();
    if is_whole {
        stages.task("check", || crate::check::run(root));
    }
    let mut servers = None;
    stages.task("servers", || {
        let mut started = starting?;
        started.wait_until_ready()?;
        servers = Some(started);
        Ok(true)
    });
    let environment = servers.as_ref().map(Servers::environment).unwrap_or_default().to_vec();
    if is_whole {
        let mut documentation = cargo(root, &["test", "--doc", "--no-fail-fast"]);
        documentation.args(WHOLE).envs(environment.clone());
        stages.test_runner("documentation tests", documentation);
    }
    let runner = Runner::installed(root);
    if let Some(report) = runner.report(root) {
        // One of an earlier run would say what ran then.
        let _ = std::fs::remove_file(report);
    }
    let mut tests = runner.command(root, runner_arguments);
    tests.envs(environment);
    stages.test_runner("tests", tests);
    if let Some(servers) = servers {
        stages.task("no request left loopback", || loopback::run(servers));
    }
    if is_whole {
        stages.task("required suites", || crate::suites::run(root, runner.report(root).as_deref()));
    }
}

fn start_servers(root: &Path) -> anyhow::Result<Servers> {
    let program = target_folder(root)?.join("debug").join(servers::program_name());
    Servers::spawn(&program, Purpose::Tests)
}

/// What runs the tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Runner {
    Nextest,
    Cargo,
}

impl Runner {
    /// nextest where it is installed, else cargo's own.
    fn installed(root: &Path) -> Self {
        if has_subcommand(root, "nextest") { Self::Nextest } else { Self::Cargo }
    }

    fn command(self, root: &Path, arguments: &[String]) -> Command {
        let mut command = match self {
            Self::Nextest => cargo(root, &["nextest", "run", "--no-fail-fast"]),
            Self::Cargo => cargo(root, &["test", "--all-targets", "--no-fail-fast"]),
        };
        command.args(WHOLE).args(arguments);
        // So that the end-to-end tests need not each ask cargo for it.
        if let Ok(folder) = target_folder(root) {
            let program = format!("freehold{}", std::env::consts::EXE_SUFFIX);
            command.env("FREEHOLD_BINARY", folder.join("debug").join(program));
        }
        command
    }

    /// The report that the runner has written, where it writes one.
    fn report(self, root: &Path) -> Option<PathBuf> {
        match self {
            // It stays there wherever cargo's own output goes.
            Self::Nextest => Some(root.join("target/nextest/default/junit.xml")),
            Self::Cargo => None,
        }
    }
}
