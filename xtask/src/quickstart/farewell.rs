//! The lab gives its instance up, and what that leaves for others.

use std::path::Path;

use anyhow::{Context, Result};

use super::actor::Actor;
use super::json::{list, list_at, text};
use super::{holds, scene};

/// Shows what deleting the instance would do.
pub(super) fn plan(lab: &Actor) -> Result<()> {
    scene(
        "The lab links the analysis group's location, and looks at what deleting its own instance would do",
    );
    lab.types(&["storage", "add", "./analysis-data"])?;
    lab.types(&["instance", "delete", "--dry-run"])?;
    let plan = lab.json(&["instance", "delete", "--dry-run"])?;
    let roots = |access: &str| -> Result<String> {
        let locations = list_at(&plan, "locations")?.iter().filter(|location| location["access"] == access);
        Ok(locations.map(|location| location["root"].to_string()).collect())
    };
    let (managed, linked) = (roots("managed")?, roots("linked")?);
    holds(
        "the plan names the managed locations",
        managed.contains("lab-data") && managed.contains("lab-archive"),
    )?;
    holds(
        "and the linked one apart from them",
        linked.contains("analysis-data") && !managed.contains("analysis-data"),
    )
}

/// Plain deletion is refused as long as there is data.
pub(super) fn refuse(lab: &Actor) -> Result<()> {
    scene("Plain deletion is refused: there is data");
    lab.types_expecting(4, &["instance", "delete", "--yes"])?;
    lab.types(&["info"])?.says("lab/primary")
}

/// Gives the locations up and keeps the data.
pub(super) fn release(lab: &Actor) -> Result<()> {
    scene("Releasing gives up the locations and keeps the data");
    lab.types(&["instance", "delete", "--release", "--yes"])?;
    holds("the lab has no instance any more", list(&lab.json(&["instance", "list"])?)?.is_empty())
}

/// The analysis group sees of each linked artifact whether its bytes are still there.
pub(super) fn tell_what_is_left(analysis: &Actor, folder: &Path) -> Result<()> {
    scene("One released file is lost; the analysis group is told the truth about each link");
    let lost = analysis.json(&["path", "results/notes.md"])?;
    let lost = text(&lost, "path")?.to_owned();
    std::fs::remove_file(folder.join(&lost)).with_context(|| format!("{lost} cannot be removed"))?;
    analysis.types(&["show", "results/line-counts.tsv"])?;
    analysis.types(&["show", "results/notes.md"])?;
    let kept = analysis.json(&["show", "results/line-counts.tsv"])?;
    let lost = analysis.json(&["show", "results/notes.md"])?;
    holds("the kept one is there", kept["presence"] == "present")?;
    holds("the lost one is missing", lost["presence"] == "missing")
}
