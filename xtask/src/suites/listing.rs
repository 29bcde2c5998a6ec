//! What the programs of the suites say that they hold.

use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use cargo_metadata::{Message, MetadataCommand};

use super::Suite;
use crate::build::cargo;

/// A built test target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TestProgram {
    package: String,
    target: String,
    program: PathBuf,
}

impl TestProgram {
    pub(super) fn is_of(&self, suite: &Suite) -> bool {
        self.package == suite.package && self.target == suite.target
    }
}

/// The cases of a suite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cases {
    /// Those that a plain run runs.
    pub(super) active: Vec<String>,
    /// Those that the backend cannot do.
    pub(super) ignored: Vec<Ignored>,
}

/// A case that the backend cannot do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ignored {
    pub(super) case: String,
    pub(super) reason: String,
}

/// Every integration test of the workspace, as cargo has built it for the test run.
pub(super) fn test_programs(root: &Path) -> Result<Vec<TestProgram>> {
    let metadata = MetadataCommand::new().manifest_path(root.join("Cargo.toml")).no_deps().exec()?;
    let arguments =
        ["test", "--no-run", "--quiet", "--workspace", "--all-features", "--message-format", "json"];
    let mut child =
        cargo(root, &arguments).stdout(Stdio::piped()).spawn().context("cargo cannot be started")?;
    let output = child.stdout.take().context("cargo's output is not piped")?;
    let mut programs = Vec::new();
    for message in Message::parse_stream(BufReader::new(output)) {
        let Message::CompilerArtifact(artifact) = message.context("cargo's output cannot be read")? else {
            continue;
        };
        let Some(program) = artifact.executable else { continue };
        let package = metadata.packages.iter().find(|package| package.id == artifact.package_id);
        if let (Some(package), true) = (package, artifact.target.is_test()) {
            programs.push(TestProgram {
                package: package.name.to_string(),
                target: artifact.target.name,
                program: program.into_std_path_buf(),
            });
        }
    }
    ensure!(child.wait()?.success(), "the tests cannot be built");
    Ok(programs)
}

/// Asks a suite for its cases. Those that it ignores are run, which gives the reasons and does nothing else.
pub(super) fn cases(program: &TestProgram) -> Result<Cases> {
    let all = listed(&answer(program, &["--list"])?);
    let ignored = listed(&answer(program, &["--list", "--ignored"])?);
    let run = if ignored.is_empty() { String::new() } else { answer(program, &["--ignored"])? };
    let active = all.into_iter().filter(|case| !ignored.contains(case)).collect();
    let ignored = ignored.into_iter().map(|case| Ignored { reason: reason(&run, &case), case }).collect();
    Ok(Cases { active, ignored })
}

fn answer(program: &TestProgram, arguments: &[&str]) -> Result<String> {
    let path = program.program.display();
    let output = Command::new(&program.program)
        .args(arguments)
        .output()
        .with_context(|| format!("{path} cannot be started"))?;
    ensure!(output.status.success(), "{path} {} failed", arguments.join(" "));
    String::from_utf8(output.stdout).with_context(|| format!("{path} does not speak UTF-8"))
}

/// The names in lines such as `blobs::put::a_rule: test`.
fn listed(text: &str) -> Vec<String> {
    text.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect()
}

/// The reason in a line such as `test blobs::put::a_rule ... ignored (the reason)`.
fn reason(run: &str, case: &str) -> String {
    let line = run.lines().find(|line| line.split_whitespace().nth(1) == Some(case));
    let reason =
        line.and_then(|line| line.split_once("ignored (")).and_then(|(_, rest)| rest.strip_suffix(')'));
    reason.unwrap_or("no reason is given").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_from_a_list() {
        assert_eq!(
            listed("blobs::put::a: test\nblobs::put::b: test\n\n2 tests\n"),
            ["blobs::put::a", "blobs::put::b"]
        );
    }

    #[test]
    fn the_reason_of_an_ignored_case_is_read() {
        let run =
            "running 2 tests\ntest a::b  ... ok\ntest a::bc ... ignored (names (here) end at 255 bytes)\n";
        assert_eq!(reason(run, "a::bc"), "names (here) end at 255 bytes");
        assert_eq!(reason(run, "a::b"), "no reason is given");
    }
}
