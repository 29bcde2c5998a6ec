//! The lab: owns locations, traces what its programs do, and saves.

use std::collections::BTreeSet;

use anyhow::Result;
use serde_json::Value;

use super::actor::Actor;
use super::json::{ending, list, list_at, text};
use super::{holds, scene};

/// Every field of a storage location, as every interface names it.
const FIELDS: [&str; 12] = [
    "id",
    "uid",
    "root",
    "description",
    "type",
    "region",
    "instance_uid",
    "created_at",
    "created_by",
    "run",
    "updated_at",
    "previous_runs",
];

/// Makes the instance, adds a location, and switches the default there and back.
pub(super) fn own(lab: &Actor) -> Result<()> {
    scene("The lab makes an instance: its database and its first storage location");
    lab.types(&["init", "--storage", "./lab-data", "--owner", "lab", "--name", "primary"])?;
    lab.types(&["info"])?.says("lab/primary")?;

    scene("It adds a second location, sees the default, and switches it");
    lab.types(&["storage", "add", "./lab-archive", "--description", "Sources, where they lie"])?;
    lab.types(&["storage", "list"])?;
    let locations = lab.json(&["storage", "list"])?;
    let all_managed = list(&locations)?.iter().all(|location| location["access"] == "managed");
    holds("both locations are managed by the lab", list(&locations)?.len() == 2 && all_managed)?;
    lab.types(&["storage", "default"])?.says("lab-data")?;
    lab.types(&["storage", "default", "./lab-archive"])?;
    lab.types(&["storage", "default"])?.says("lab-archive")?;
    lab.types(&["storage", "default", "./lab-data"])?;
    let locations = lab.json(&["storage", "list"])?;
    holds("the first is the default again", ending(&locations, "root", "/lab-data")?["is_default"] == true)
}

/// Ingests sources and runs a program on them, so that what it read and saved is known.
pub(super) fn trace(lab: &Actor) -> Result<()> {
    scene("It saves a directory of sources, and runs a program that reads some and saves a result");
    lab.types(&["save", "--quiet", "./domain"])?;
    lab.types(&["list", "--prefix", "domain/", "--limit", "5"])?;
    lab.types(&["run", "exec", "--transform", "line-counts.sh", "--", "sh", "line-counts.sh"])?;
    lab.types(&["run", "list"])?;
    let runs = lab.json(&["run", "list"])?;
    let run = run_of(&runs, "line-counts.sh")?;
    lab.types(&["run", "show", text(run, "uid")?])?;
    let run = lab.json(&["run", "show", text(run, "uid")?])?;
    holds("the run is completed", run["status"] == "completed")?;
    holds("its three inputs are the sources that it read", list_at(&run, "inputs")?.len() == 3)?;
    holds("its output is the table that it saved", list_at(&run, "outputs")?.len() == 1)
}

/// Registers files that already lie in a location, without copying them.
pub(super) fn register_in_place(lab: &Actor) -> Result<()> {
    scene("It registers a directory tree where it lies");
    lab.types(&["save", "--quiet", "./lab-archive/ports"])?;
    lab.types(&["list", "--storage", "./lab-archive", "--limit", "5"])?;
    let artifacts = lab.json(&["list", "--prefix", "ports/"])?;
    let all = list(&artifacts)?;
    let in_place = |artifact: &&Value| artifact["location"]["kind"] == "in_place";
    holds(
        "every file is registered in place",
        !all.is_empty() && all.iter().filter(in_place).count() == all.len(),
    )
}

/// Saves other content under the same key.
pub(super) fn save_a_new_version(lab: &Actor) -> Result<()> {
    scene("It saves a file, changes it, and saves it again under the same key");
    lab.types(&["save", "notes.md", "--key", "results/notes.md"])?;
    lab.appends("notes.md", "And once more.\n")?;
    lab.types(&["save", "notes.md", "--key", "results/notes.md"])?;
    lab.types(&["list", "--prefix", "results/notes.md", "--all-versions"])?;
    let versions = lab.json(&["list", "--prefix", "results/notes.md", "--all-versions"])?;
    let versions = list(&versions)?;
    let latest = versions.iter().filter(|version| version["is_latest"] == true).count();
    holds("the key has two versions, and one is the latest", versions.len() == 2 && latest == 1)
}

/// Updates a location under two runs and shows every field of it.
pub(super) fn show_who_changed_a_location(lab: &Actor) -> Result<()> {
    scene("It describes the location under two runs, which both stay known");
    for description in ["Sources of the ports", "Sources of the ports, in place"] {
        lab.types(&[
            "run",
            "exec",
            "--transform",
            "describe",
            "--",
            "freehold",
            "storage",
            "update",
            "./lab-archive",
            "--description",
            description,
        ])?;
    }
    let shown = lab.types(&["storage", "show", "./lab-archive"])?;
    let location = lab.json(&["storage", "show", "./lab-archive"])?;
    let named: BTreeSet<&str> =
        location.as_object().into_iter().flat_map(|fields| fields.keys()).map(String::as_str).collect();
    let everywhere = FIELDS.iter().all(|field| named.contains(field) && shown.has_line_beginning_with(field));
    holds("every field is shown, to people and to programs", everywhere)?;
    let (now, before) = (&location["run"], list_at(&location, "previous_runs")?);
    holds(
        "the former run is among the previous ones",
        !now.is_null() && !before.is_empty() && !before.contains(now),
    )
}

fn run_of<'value>(runs: &'value Value, transform: &str) -> Result<&'value Value> {
    list(runs)?
        .iter()
        .find(|run| run["transform"]["key"] == transform)
        .ok_or_else(|| anyhow::anyhow!("no run of {transform} in {runs}"))
}
