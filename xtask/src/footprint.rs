//! What each choice of features costs whoever depends on Freehold: crates to compile, and the time that takes.

pub(crate) mod dependencies;
mod document;
pub(crate) mod feature_set;
mod measure;

use std::path::Path;

use anyhow::Result;

pub(crate) use document::DOCUMENT;
use document::TimeTable;
use feature_set::FEATURE_SETS;

/// The document as it should be: the counts as they are, and the times as they were measured last.
pub(crate) fn document(root: &Path) -> Result<String> {
    let present = std::fs::read_to_string(root.join(DOCUMENT)).unwrap_or_default();
    render(root, &TimeTable::in_document(&present))
}

/// `cargo xtask footprint`: prints the document; with `measure`, builds every set from nothing first, which takes many minutes, and writes
/// the times into the document.
pub(crate) fn run(root: &Path, measure: bool) -> Result<()> {
    if !measure {
        print!("{}", document(root)?);
        return Ok(());
    }
    let times = measure::cold_builds(root)?;
    std::fs::write(root.join(DOCUMENT), render(root, &times)?)?;
    println!("{DOCUMENT} written");
    Ok(())
}

fn render(root: &Path, times: &TimeTable) -> Result<String> {
    let counted = FEATURE_SETS.map(|set| dependencies::of(root, &set).map(|crates| (set, crates.len())));
    let counted: Vec<_> = counted.into_iter().collect::<Result<_>>()?;
    Ok(document::render(&counted, times))
}
