//! Every feature of every published crate compiles alone, and so does none of them.

use std::path::Path;

use anyhow::{Context, Result};
use cargo_metadata::{MetadataCommand, Package};

use crate::build::cargo;

/// Checks each crate that has features: without any, and with each alone.
pub(super) fn run(root: &Path) -> Result<bool> {
    let mut metadata = MetadataCommand::new();
    let metadata = metadata.manifest_path(root.join("Cargo.toml")).no_deps().exec()?;
    let mut passed = true;
    for package in metadata.workspace_packages() {
        for feature in combinations(package) {
            let mut command = cargo(root, &["check", "--quiet", "--no-default-features", "--package"]);
            command.arg(package.name.as_str());
            if let Some(feature) = feature {
                command.args(["--features", feature]);
            }
            let status = command.status().context("cargo cannot be started")?;
            let word = if status.success() { "ok" } else { "FAILED" };
            println!("{} with {}: {word}", package.name, feature.unwrap_or("no feature"));
            passed &= status.success();
        }
    }
    Ok(passed)
}

/// No feature, then each one; empty for a crate that has none to choose.
fn combinations(package: &Package) -> Vec<Option<&str>> {
    let features: Vec<_> =
        package.features.keys().map(String::as_str).filter(|feature| *feature != "default").collect();
    if features.is_empty() {
        return Vec::new();
    }
    std::iter::once(None).chain(features.into_iter().map(Some)).collect()
}
