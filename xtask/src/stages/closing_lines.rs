//! Passes a test runner's output on and keeps the lines with which it closes.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

/// Runs the command, forwarding each line as it comes; gives whether it passed, and its closing lines.
pub(super) fn forward(mut command: Command) -> Result<(bool, Vec<String>)> {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("{command:?} cannot be started"))?;
    let output = child.stdout.take().context("the runner's output is not piped")?;
    let errors = child.stderr.take().context("the runner's errors are not piped")?;
    let (output, errors) = std::thread::scope(|scope| {
        let errors = scope.spawn(|| pass_on(errors, std::io::stderr()));
        let output = pass_on(output, std::io::stdout());
        (output, errors.join())
    });
    let errors = errors.map_err(|_| anyhow::anyhow!("the thread that reads the runner's errors panicked"))?;
    let status = child.wait().context("the runner cannot be waited for")?;
    Ok((status.success(), [closing(&output?), closing(&errors?)].concat()))
}

fn pass_on(from: impl Read, mut to: impl Write) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    for line in BufReader::new(from).split(b'\n') {
        let line = String::from_utf8_lossy(&line.context("the runner's output cannot be read")?).into_owned();
        writeln!(to, "{line}").context("the runner's output cannot be passed on")?;
        lines.push(line);
    }
    Ok(lines)
}

/// The result lines of cargo's own harness, or everything from nextest's summary on. What nextest quotes from a
/// failed test is indented, and no result of the whole.
fn closing(lines: &[String]) -> Vec<String> {
    let mut in_summary = false;
    lines
        .iter()
        .filter(|line| {
            in_summary |= line.trim_start().starts_with("Summary [");
            in_summary || line.starts_with("test result:")
        })
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closing_of(text: &str) -> Vec<String> {
        closing(&text.lines().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn the_result_lines_of_the_standard_harness_are_kept() {
        let text = "running 1 test\ntest a ... ok\n\ntest result: ok. 1 passed\nrunning 0 tests\ntest result: ok. 0 passed";
        assert_eq!(closing_of(text), ["test result: ok. 1 passed", "test result: ok. 0 passed"]);
    }

    #[test]
    fn everything_from_the_summary_of_nextest_is_kept() {
        let text = "   PASS [ 0.1s] a b\n    test result: FAILED.\n------\n     Summary [ 0.2s] 2 tests run: 1 passed, 1 failed\n   FAIL [ 0.1s] a c\nerror: test run failed";
        assert_eq!(closing_of(text).len(), 3);
    }
}
