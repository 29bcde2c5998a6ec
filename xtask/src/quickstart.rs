//! `cargo xtask quickstart`: the main job, from nothing, on this repository's own files.
//!
//! A lab owns data and an analysis group uses it: two instances, each on `SQLite` and local disk, in a fresh folder.
//! Every command is printed with its answer; what must be true afterwards is checked and printed as `ok`.

mod actor;
mod analysis;
mod farewell;
mod json;
mod lab;
mod set;

use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::build::{Extent, build};
use set::Set;

/// Builds the program and plays the main job; an error names the first thing that was not as it should be.
pub(crate) fn run(root: &Path, extent: Extent, keep: bool) -> Result<()> {
    let programs = build(root, extent)?;
    let mut folder = tempfile::Builder::new()
        .prefix("freehold-quickstart-")
        .tempdir()
        .context("a fresh folder cannot be made")?;
    folder.disable_cleanup(keep);
    let set = Set::build(root, folder.path(), programs.folder())?;
    let (lab, analysis) = (set.actor("lab"), set.actor("analysis"));

    println!("# In a fresh folder: {}", folder.path().display());
    lab::own(&lab)?;
    lab::trace(&lab)?;
    lab::register_in_place(&lab)?;
    lab::save_a_new_version(&lab)?;
    lab::show_who_changed_a_location(&lab)?;
    analysis::link(&analysis, &lab)?;
    analysis::transfer(&analysis)?;
    analysis::is_refused(&analysis, &lab)?;
    farewell::plan(&lab)?;
    farewell::refuse(&lab)?;
    farewell::release(&lab)?;
    farewell::tell_what_is_left(&analysis, folder.path())?;
    println!("\nquickstart: the main job is done");
    Ok(())
}

/// Prints what comes next.
fn scene(title: &str) {
    println!("\n# {title}");
}

/// Holds that a fact is one, and prints it.
fn holds(fact: &str, is_so: bool) -> Result<()> {
    ensure!(is_so, "not so: {fact}");
    println!("  ok: {fact}");
    Ok(())
}
