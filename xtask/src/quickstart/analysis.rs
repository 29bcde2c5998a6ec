//! The analysis group: links the lab's data, brings it over, and cannot touch it.

use anyhow::Result;

use super::actor::Actor;
use super::json::{ending, text};
use super::{holds, scene};

/// Makes an instance and links the lab's location.
pub(super) fn link(analysis: &Actor, lab: &Actor) -> Result<()> {
    scene("The analysis group makes its own instance and links the lab's location");
    analysis.types(&["init", "--storage", "./analysis-data", "--owner", "analysis", "--name", "derived"])?;
    analysis.types(&["storage", "add", "./lab-data"])?;
    analysis.types(&["storage", "list"])?;
    let locations = analysis.json(&["storage", "list"])?;
    let linked = ending(&locations, "root", "/lab-data")?;
    holds("the location is linked", linked["access"] == "linked")?;
    holds("its manager is the lab's instance", linked["instance_uid"] == lab.json(&["info"])?["uid"])
}

/// Brings artifacts over, as links and as one copy, and reads one.
pub(super) fn transfer(analysis: &Actor) -> Result<()> {
    scene("It transfers the lab's results: as links, and one as a copy of its own");
    analysis.types(&["transfer", "--from", "./lab-data", "--prefix", "results/"])?;
    analysis.types(&["transfer", "--from", "./lab-data", "domain/lib.rs", "--copy"])?;
    analysis.types(&["list"])?;
    let artifacts = analysis.json(&["list"])?;
    let locations = analysis.json(&["storage", "list"])?;
    let own = text(ending(&locations, "root", "/analysis-data")?, "uid")?;
    let copied = ending(&artifacts, "key", "domain/lib.rs")?["storage"].to_string();
    let linked = ending(&artifacts, "key", "results/notes.md")?["storage"].to_string();
    holds(
        "the copy lies in its own location, the links do not",
        copied.contains(own) && !linked.contains(own),
    )?;

    scene("It reads what the lab's run made");
    analysis.types(&["get", "results/line-counts.tsv", "--output", "read.tsv"])?;
    let (read, made) = (analysis.reads("read.tsv")?, analysis.reads("line-counts.tsv")?);
    holds("the bytes are those that the run saved", read == made)
}

/// Writing and deleting where another instance manages is refused, and the refusal says who does.
pub(super) fn is_refused(analysis: &Actor, lab: &Actor) -> Result<()> {
    const REFUSED: i32 = 4;
    scene("It cannot write or delete where the lab manages");
    let before = lab.json(&["list", "--all-versions"])?;
    let save = ["save", "notes.md", "--key", "mine/notes.md", "--storage", "./lab-data"];
    analysis.types_expecting(REFUSED, &save)?.says("managed by instance lab/primary")?;
    let delete = ["delete", "results/notes.md", "--purge", "--yes"];
    analysis.types_expecting(REFUSED, &delete)?.says("managed by instance lab/primary")?;
    holds("nothing of the lab's changed", lab.json(&["list", "--all-versions"])? == before)
}
