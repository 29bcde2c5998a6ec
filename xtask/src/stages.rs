//! A run of several stages: each goes on whatever became of the one before, and the end says how each went.

mod closing_lines;

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// The stages that have run.
#[derive(Debug, Default)]
pub(crate) struct Stages {
    finished: Vec<Stage>,
    closing: Vec<String>,
}

#[derive(Debug)]
struct Stage {
    name: String,
    passed: bool,
    duration: Duration,
}

impl Stages {
    /// Runs a task that says whether it passed; an error is printed and counts as failure.
    pub(crate) fn task(&mut self, name: &str, task: impl FnOnce() -> Result<bool>) -> bool {
        eprintln!("\n=== {name}");
        let start = Instant::now();
        let passed = task().unwrap_or_else(|error| {
            eprintln!("error: {error:#}");
            false
        });
        self.finished.push(Stage { name: name.to_owned(), passed, duration: start.elapsed() });
        passed
    }

    /// Runs a command.
    pub(crate) fn command(&mut self, name: &str, mut command: Command) -> bool {
        self.task(name, || {
            let status = command.status().with_context(|| format!("{command:?} cannot be started"))?;
            Ok(status.success())
        })
    }

    /// Runs a test runner, whose closing lines are said once more at the very end.
    pub(crate) fn test_runner(&mut self, name: &str, command: Command) -> bool {
        let mut closing = Vec::new();
        let passed = self.task(name, || {
            let (passed, lines) = closing_lines::forward(command)?;
            closing = lines;
            Ok(passed)
        });
        self.closing.append(&mut closing);
        passed
    }

    /// Prints how each stage went and says whether all passed.
    pub(crate) fn finish(self) -> bool {
        println!("\n=== stages");
        for Stage { name, passed, duration } in &self.finished {
            let word = if *passed { "ok" } else { "FAILED" };
            println!("{word:>6}  {:>7.1} s  {name}", duration.as_secs_f64());
        }
        let total: Duration = self.finished.iter().map(|stage| stage.duration).sum();
        let failed = self.finished.iter().filter(|stage| !stage.passed).count();
        println!("{failed} of {} stages failed, {:.1} s in all", self.finished.len(), total.as_secs_f64());
        for line in &self.closing {
            println!("{line}");
        }
        failed == 0
    }
}
