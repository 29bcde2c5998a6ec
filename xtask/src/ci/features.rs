//! Every feature of every crate is free of lints alone, and so is none of them, and the choice that needs no network.

use std::path::Path;

use anyhow::{Context, Result};
use cargo_metadata::{MetadataCommand, Package};

use crate::build::cargo;
use crate::footprint::feature_set::LOCAL_ONLY;

/// Lints each crate that has features: without any, and with each alone.
pub(super) fn run(root: &Path) -> Result<bool> {
    let mut metadata = MetadataCommand::new();
    let metadata = metadata.manifest_path(root.join("Cargo.toml")).no_deps().exec()?;
    let mut passed = true;
    for package in metadata.workspace_packages() {
        for features in combinations(package) {
            let mut command = cargo(root, &["clippy", "--quiet", "--no-default-features", "--package"]);
            command.args([package.name.as_str(), "--features", &features, "--", "-D", "warnings"]);
            let status = command.status().context("cargo cannot be started")?;
            let word = if status.success() { "ok" } else { "FAILED" };
            let features = if features.is_empty() { "no feature" } else { &features };
            println!("{} with {features}: {word}", package.name);
            passed &= status.success();
        }
    }
    Ok(passed)
}

/// No feature, then each one, then the pair that needs no network; empty for a crate that has none to choose. A name that begins with
/// `_` is a part of other features and no choice.
fn combinations(package: &Package) -> Vec<String> {
    let is_choice = |feature: &&String| *feature != "default" && !feature.starts_with('_');
    let features = package.features.keys().filter(is_choice);
    let mut combinations: Vec<_> = features.cloned().collect();
    if combinations.is_empty() {
        return combinations;
    }
    combinations.insert(0, String::new());
    if package.name.as_str() == LOCAL_ONLY.package {
        combinations.extend(LOCAL_ONLY.features.map(str::to_owned));
    }
    combinations
}
