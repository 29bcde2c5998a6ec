//! What the binary answered.

use std::process::{Command, Output};

/// What the binary answered: its exit status and what it printed.
#[derive(Debug)]
pub struct Answer {
    pub command: String,
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Answer {
    /// Runs a command, and gives what it answered.
    #[track_caller]
    pub fn of(command: &mut Command) -> Self {
        let output = command.output().expect("the command starts");
        Self::new(format!("{command:?}"), &output)
    }

    pub(crate) fn new(command: String, output: &Output) -> Self {
        Self {
            command,
            status: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// The answer, which must have succeeded.
    #[track_caller]
    pub fn ok(self) -> Self {
        self.exits(0)
    }

    /// The answer, which must have this exit status.
    #[track_caller]
    pub fn exits(self, status: i32) -> Self {
        assert_eq!(self.status, status, "{self:#?}");
        assert!(!self.stderr.contains("panicked"), "{self:#?}");
        self
    }

    /// The answer, whose words for people must contain `text`.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(format!("{}{}", self.stdout, self.stderr).contains(text), "no {text:?} in {self:#?}");
        self
    }

    /// The one JSON document on standard output.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in {self:#?}"))
    }

    /// Standard output without the line's end.
    pub fn line(&self) -> &str {
        self.stdout.trim_end()
    }
}
