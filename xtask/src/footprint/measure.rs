//! How long a build from nothing takes.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::document::TimeTable;
use super::feature_set::{FEATURE_SETS, FeatureSet};
use crate::build::{cargo, target_folder};
use crate::machine;

/// Builds every set into a folder of its own that is removed afterwards.
pub(super) fn cold_builds(root: &Path) -> Result<TimeTable> {
    let status = cargo(root, &["fetch", "--locked"]).status().context("cargo fetch cannot be started")?;
    ensure!(status.success(), "cargo fetch failed");
    let target = target_folder(root)?;
    let mut measured = Vec::new();
    for set in FEATURE_SETS {
        let took = cold_build(root, &target, &set)?;
        println!("{}: {:.1} s", set.title(), took.as_secs_f64());
        measured.push((set, took));
    }
    let facts = format!("{}, debug build", machine::facts());
    Ok(TimeTable::of(&facts, &measured))
}

fn cold_build(root: &Path, target: &Path, set: &FeatureSet) -> Result<Duration> {
    let folder = tempfile::Builder::new().prefix("footprint-").tempdir_in(target);
    let folder = folder.with_context(|| format!("no folder can be made in {}", target.display()))?;
    let mut command = cargo(root, &["build", "--quiet", "--locked", "--offline"]);
    command.args(set.arguments()).arg("--target-dir").arg(folder.path());
    let start = Instant::now();
    let status = command.status().context("cargo cannot be started")?;
    let took = start.elapsed();
    ensure!(status.success(), "{} cannot be built", set.title());
    Ok(took)
}
