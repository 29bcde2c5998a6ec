//! `cargo xtask race`: processes of many instances claim, hand over and release at once, for as many rounds as wanted.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::build::{Extent, build, cargo};

/// The tests that are the races; each says what came of it.
const RACES: &str = "ownership::races";
/// What precedes a race's own words.
const WORDS: &str = "race: ";

/// A kind of storage that is raced for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Backend {
    /// A local disk.
    Local,
    /// S3, on a server of the race's own.
    S3,
    /// Google Cloud Storage, on a server of the race's own.
    Gcs,
}

impl Backend {
    fn races(self) -> String {
        let module = match self {
            Self::Local => "local",
            Self::S3 => "s3",
            Self::Gcs => "gcs",
        };
        format!("{RACES}::{module}::")
    }
}

/// Plays every race on one backend, or on all, and prints rounds and violations of each. Whether there was no violation.
pub(crate) fn run(root: &Path, rounds: usize, backend: Option<Backend>) -> Result<bool> {
    let programs = build(root, Extent::CommandLine)?;
    let races = backend.map_or_else(|| format!("{RACES}::"), Backend::races);
    let test = ["test", "--package", "freehold-tests", "--test", "end_to_end", "--"];
    let mut command = cargo(root, &test);
    command
        .args([&races, "--nocapture", "--test-threads=1"])
        .env("FREEHOLD_BINARY", programs.freehold())
        .env("FREEHOLD_RACE_ROUNDS", rounds.to_string());
    play(command)
}

/// Prints what each race says as soon as it says it; everything else only if something went wrong, or nobody raced.
fn play(mut command: Command) -> Result<bool> {
    let mut child = command.stdout(Stdio::piped()).spawn().context("cargo cannot be started")?;
    let output = child.stdout.take().context("the output of the races is not piped")?;
    let (mut raced, mut rest) = (0, Vec::new());
    for line in BufReader::new(output).lines() {
        let line = line.context("the output of the races cannot be read")?;
        match line.split_once(WORDS) {
            Some((_, words)) => {
                println!("{words}");
                raced += 1;
            }
            None => rest.push(line),
        }
    }
    let status = child.wait().context("the races cannot be waited for")?;
    let is_well = status.success() && raced > 0;
    if !is_well {
        println!("{}\n{raced} races ended", rest.join("\n"));
    }
    Ok(is_well)
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn played(script: &str) -> bool {
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", script]);
        play(shell).unwrap()
    }

    #[test]
    fn races_that_all_end_well_are_well() {
        assert!(played("echo 'test a ... race: Local, one root: 3 rounds'; echo ok"));
    }

    #[test]
    fn a_race_that_fails_is_not_well() {
        assert!(!played("echo 'race: Local, one root: 3 rounds, 1 violation'; exit 101"));
    }

    #[test]
    fn races_that_nobody_ran_are_not_well() {
        assert!(!played("echo '0 tests'"));
    }
}
