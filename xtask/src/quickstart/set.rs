//! The folder in which the main job is played, and what lies there before it begins.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use walkdir::WalkDir;

use super::actor::Actor;

/// A program of the lab's own, which knows Freehold only as a command.
const LINE_COUNTS: &str = "\
#!/bin/sh
# Counts the lines of some sources that the registry knows, and saves the table.
set -eu
for key in domain/lib.rs domain/storage.rs domain/run.rs; do
    freehold get --quiet \"$key\" --output source.rs
    printf '%s\\t%s\\n' \"$key\" \"$(wc -l < source.rs)\" >> line-counts.tsv
    rm source.rs
done
freehold save --quiet line-counts.tsv --key results/line-counts.tsv
";

const NOTES: &str = "# Notes\n\nThe sources of the domain, counted once.\n";

/// The folder and the programs.
#[derive(Debug)]
pub(super) struct Set {
    folder: PathBuf,
    programs: PathBuf,
}

impl Set {
    /// Copies some of the repository's own files, and writes the lab's program and notes.
    pub(super) fn build(root: &Path, folder: &Path, programs: &Path) -> Result<Self> {
        copy(&root.join("crates/domain/src"), &folder.join("domain"))?;
        copy(&root.join("crates/ports/src"), &folder.join("lab-archive/ports"))?;
        std::fs::write(folder.join("line-counts.sh"), LINE_COUNTS)?;
        std::fs::write(folder.join("notes.md"), NOTES)?;
        Ok(Self { folder: folder.to_path_buf(), programs: programs.to_path_buf() })
    }

    /// Somebody with settings of their own.
    pub(super) fn actor(&self, name: &'static str) -> Actor {
        Actor::new(name, &self.folder, &self.programs)
    }
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    for entry in WalkDir::new(from).sort_by_file_name() {
        let entry = entry?;
        let target = to.join(entry.path().strip_prefix(from)?);
        if entry.file_type().is_dir() {
            std::fs::create_dir_all(&target)
        } else {
            std::fs::copy(entry.path(), &target).map(|_| ())
        }
        .with_context(|| format!("{} cannot be copied", entry.path().display()))?;
    }
    Ok(())
}
