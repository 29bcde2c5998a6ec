//! The workspace's own tasks. `cargo xtask --help` lists them.

mod bench;
mod build;
mod check;
mod ci;
mod finding;
mod footprint;
mod generate;
mod machine;
mod markdown;
mod production_code;
mod quickstart;
mod race;
mod rust_text;
mod servers;
mod source_tree;
mod stages;
mod suites;
mod test;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use build::Extent;
use stages::Stages;

/// Checks, tests, quickstart, benchmarks and generators of the Freehold workspace.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Play the main job with two instances in a fresh folder, printing every command and its answer.
    Quickstart {
        /// Keep the folder and print where it is.
        #[arg(long)]
        keep: bool,
    },
    /// Run every test: unit, integration, conformance and documentation tests, and the checks, on servers of its own.
    Test {
        /// Given to the test runner; then nothing but the tests runs.
        #[arg(last = true)]
        runner_arguments: Vec<String>,
    },
    /// Keep an S3, a Google Cloud Storage and a Postgres server running, and print the environment that leads to them.
    Servers {
        /// Start moto as well, an independent S3.
        #[arg(long)]
        moto: bool,
    },
    /// Run every static check and list each finding as `file:line: message`.
    Check,
    /// Everything that must hold before a change is taken: format, lints, documentation, licences, features,
    /// packages, tests and the quickstart.
    Ci {
        /// Leave out what `cargo xtask test` has run already.
        #[arg(long)]
        after_test: bool,
    },
    /// Write docs/reference and the lock of the migrations.
    Generate {
        /// Take the hashes of migrations anew that no release has.
        #[arg(long)]
        rewrite_unreleased: bool,
    },
    /// Count the crates that each choice of features compiles.
    Footprint {
        /// Build each from nothing and write the times into docs/reference; takes many minutes.
        #[arg(long)]
        measure: bool,
    },
    /// Let processes of many instances claim, hand over and release at once, and print rounds and violations.
    Race {
        /// How many rounds of each race.
        #[arg(long, default_value_t = 100)]
        rounds: usize,
        /// Where; every kind of storage by default.
        #[arg(long)]
        backend: Option<race::Backend>,
    },
    /// Measure saving many small files next to copying them, as a Markdown table.
    Bench {
        /// How many files of 4 KiB.
        #[arg(long, default_value_t = 10_000)]
        files: usize,
        /// Where to measure; default is the system's folder for temporary files.
        #[arg(long)]
        folder: Option<PathBuf>,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().task) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whether all is well.
fn run(task: Task) -> Result<bool> {
    let root = source_tree::root()?;
    match task {
        Task::Quickstart { keep } => quickstart::run(&root, Extent::CommandLine, keep).map(|()| true),
        Task::Test { runner_arguments } => {
            let mut stages = Stages::default();
            test::run(&root, &runner_arguments, &mut stages);
            Ok(stages.finish())
        }
        Task::Servers { moto } => servers::by_hand::run(&root, moto).map(|()| true),
        Task::Check => check::run(&root),
        Task::Ci { after_test } => {
            let mut stages = Stages::default();
            ci::run(&root, after_test, &mut stages);
            Ok(stages.finish())
        }
        Task::Generate { rewrite_unreleased } => generate::run(&root, rewrite_unreleased).map(|()| true),
        Task::Footprint { measure } => footprint::run(&root, measure).map(|()| true),
        Task::Race { rounds, backend } => race::run(&root, rounds, backend),
        Task::Bench { files, folder } => bench::run(&root, files, folder.as_deref()).map(|()| true),
    }
}
