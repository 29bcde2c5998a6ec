//! Cargo as a child process, and the programs that it builds.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use cargo_metadata::MetadataCommand;

/// How much of the workspace is built, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// The `freehold` program alone.
    CommandLine,
    /// The `freehold` program alone, as it is released.
    Release,
    /// Everything that the tests build, so that nothing is built twice around a test run.
    Everything,
}

/// What was built.
#[derive(Debug, Clone)]
pub(crate) struct Programs {
    folder: PathBuf,
}

impl Programs {
    /// The `freehold` program.
    pub(crate) fn freehold(&self) -> PathBuf {
        self.program("freehold")
    }

    /// The folder in which the programs lie.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// An example of some crate; only [`Extent::Everything`] builds examples.
    pub(crate) fn example(&self, name: &str) -> PathBuf {
        self.program(&format!("examples/{name}"))
    }

    fn program(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }
}

/// A cargo command that runs at the root of the repository.
///
/// It does not hand on what cargo told *this* program about itself: build scripts would take it for theirs.
pub(crate) fn cargo(root: &Path, arguments: &[&str]) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(program);
    command.current_dir(root).args(arguments);
    for (name, _) in std::env::vars_os() {
        let told = name.to_string_lossy();
        if told.starts_with("CARGO_PKG_") || told.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command
}

/// Whether cargo knows a subcommand.
pub(crate) fn has_subcommand(root: &Path, name: &str) -> bool {
    cargo(root, &[name, "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// The folder of build output.
pub(crate) fn target_folder(root: &Path) -> Result<PathBuf> {
    let mut metadata = MetadataCommand::new();
    let metadata = metadata.manifest_path(root.join("Cargo.toml")).no_deps().exec();
    Ok(metadata.context("cargo metadata failed")?.target_directory.into_std_path_buf())
}

/// The arguments with which cargo builds what the tests build.
pub(crate) const EVERYTHING: [&str; 4] = ["build", "--workspace", "--all-features", "--all-targets"];

/// Builds, with cargo's own progress on standard error.
pub(crate) fn build(root: &Path, extent: Extent) -> Result<Programs> {
    let (arguments, profile): (&[&str], _) = match extent {
        Extent::CommandLine => (&["build", "--package", "freehold-cli"], "debug"),
        Extent::Release => (&["build", "--package", "freehold-cli", "--release"], "release"),
        Extent::Everything => (&EVERYTHING, "debug"),
    };
    let status = cargo(root, arguments).status().context("cargo cannot be started")?;
    ensure!(status.success(), "cargo {} failed", arguments.join(" "));
    Ok(Programs { folder: target_folder(root)?.join(profile) })
}
