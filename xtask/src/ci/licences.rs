//! cargo-deny: licences, sources and banned crates, by `deny.toml`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::build::{cargo, target_folder};

/// The version that is installed below the target folder where there is none yet.
const VERSION: &str = "0.20.2";

/// Whether the dependencies are as `deny.toml` wants them. Advisories are left out: they need the network.
pub(super) fn run(root: &Path) -> Result<bool> {
    let program = installed(root)?;
    let status = Command::new(&program)
        .current_dir(root)
        .args(["--workspace", "--all-features", "--locked", "check", "--hide-inclusion-graph"])
        .args(["bans", "licenses", "sources"])
        .status()
        .with_context(|| format!("{} cannot be started", program.display()))?;
    Ok(status.success())
}

fn installed(root: &Path) -> Result<PathBuf> {
    let tools = target_folder(root)?.join("tools");
    let program = tools.join("bin").join(format!("cargo-deny{}", std::env::consts::EXE_SUFFIX));
    if !is_wanted_version(&program) {
        let package = format!("cargo-deny@{VERSION}");
        let mut install = cargo(root, &["install", "--locked", "--force", &package, "--root"]);
        let status = install.arg(&tools).status().context("cargo install cannot be started")?;
        anyhow::ensure!(status.success(), "{package} cannot be installed: is there a network?");
    }
    Ok(program)
}

fn is_wanted_version(program: &Path) -> bool {
    Command::new(program)
        .arg("--version")
        .output()
        .is_ok_and(|output| String::from_utf8_lossy(&output.stdout).trim().ends_with(VERSION))
}
