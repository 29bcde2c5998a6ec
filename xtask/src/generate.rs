//! `cargo xtask generate`: the reference that is made from the program itself, and the lock of the migrations.

mod command_line;
mod schema;

use std::path::Path;

use anyhow::{Context, Result, anyhow};

use crate::build::{Extent, build};
use crate::check::migrations::{LOCK, Lock, present};
use crate::footprint;
use crate::source_tree::SourceTree;

/// A file as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GeneratedFile {
    /// Path from the repository's root, `/`-separated.
    pub(crate) path: String,
    /// The whole content.
    pub(crate) text: String,
}

/// Builds everything and makes the reference from it.
pub(crate) fn reference(root: &Path) -> Result<Vec<GeneratedFile>> {
    let programs = build(root, Extent::Everything)?;
    Ok(vec![
        GeneratedFile {
            path: "docs/reference/command-line.md".to_owned(),
            text: command_line::reference(&programs.freehold())?,
        },
        GeneratedFile {
            path: "docs/reference/schema.sql".to_owned(),
            text: schema::snapshot(&programs.example("schema"))?,
        },
        GeneratedFile { path: footprint::DOCUMENT.to_owned(), text: footprint::document(root)? },
    ])
}

/// Writes the lock of the migrations, then the reference.
pub(crate) fn run(root: &Path, rewrite_unreleased: bool) -> Result<()> {
    write(root, &lock(root, rewrite_unreleased)?)?;
    for file in reference(root)? {
        write(root, &file)?;
    }
    Ok(())
}

fn lock(root: &Path, rewrite_unreleased: bool) -> Result<GeneratedFile> {
    let tree = SourceTree::read(root)?;
    let written = tree.file(LOCK).map(|file| file.text.as_str()).unwrap_or_default();
    let known = Lock::parse(written).map_err(|(line, message)| anyhow!("{LOCK}:{line}: {message}"))?;
    let text = known.updated(present(&tree), rewrite_unreleased).to_string();
    Ok(GeneratedFile { path: LOCK.to_owned(), text })
}

fn write(root: &Path, file: &GeneratedFile) -> Result<()> {
    let path = root.join(&file.path);
    if std::fs::read_to_string(&path).is_ok_and(|current| current == file.text) {
        println!("{} is current", file.path);
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    }
    std::fs::write(&path, &file.text).with_context(|| format!("{} cannot be written", file.path))?;
    println!("{} written", file.path);
    Ok(())
}
