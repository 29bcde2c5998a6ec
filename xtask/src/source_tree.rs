//! The repository's text, read once, so that every check is a function from text to findings.

use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use walkdir::{DirEntry, WalkDir};

/// One file of the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SourceFile {
    /// Path from the repository's root, `/`-separated.
    pub(crate) path: String,
    /// The content; empty when it is not UTF-8.
    pub(crate) text: String,
}

impl SourceFile {
    /// The name without folders.
    pub(crate) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// Whether the name ends in `.extension`.
    pub(crate) fn has_extension(&self, extension: &str) -> bool {
        Path::new(&self.path).extension().is_some_and(|found| found == extension)
    }

    /// The lines with their numbers, counted from one.
    pub(crate) fn numbered_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }
}

/// Every file of the repository but what git and cargo keep for themselves, sorted by path.
#[derive(Debug, Clone, Default)]
pub(crate) struct SourceTree {
    files: Vec<SourceFile>,
}

impl SourceTree {
    /// Reads the tree below `root`.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let mut files = Vec::new();
        for entry in WalkDir::new(root).sort_by_file_name().into_iter().filter_entry(belongs) {
            let entry = entry.context("the repository cannot be walked")?;
            if !entry.file_type().is_file() {
                continue;
            }
            let path = entry.path();
            match std::fs::read(path) {
                Ok(bytes) => files.push(SourceFile {
                    path: slashed(path.strip_prefix(root)?),
                    text: String::from_utf8(bytes).unwrap_or_default(),
                }),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => {
                    return Err(error).with_context(|| format!("{} cannot be read", path.display()));
                }
            }
        }
        files.sort_by(|left, right| left.path.cmp(&right.path));
        Ok(Self { files })
    }

    /// A tree that exists only in a test.
    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let mut files: Vec<_> = files
            .iter()
            .map(|(path, text)| SourceFile { path: (*path).to_owned(), text: (*text).to_owned() })
            .collect();
        files.sort_by(|left, right| left.path.cmp(&right.path));
        Self { files }
    }

    /// Every file.
    pub(crate) fn files(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.iter()
    }

    /// Every Rust file.
    pub(crate) fn rust_files(&self) -> impl Iterator<Item = &SourceFile> {
        self.files().filter(|file| file.has_extension("rs"))
    }

    /// Every file below a folder.
    pub(crate) fn below(&self, folder: &str) -> impl Iterator<Item = &SourceFile> {
        let prefix = format!("{folder}/");
        self.files().filter(move |file| file.path.starts_with(&prefix))
    }

    /// The file at a path.
    pub(crate) fn file(&self, path: &str) -> Option<&SourceFile> {
        self.files().find(|file| file.path == path)
    }

    /// Whether a file or a folder lies at a path; the empty path is the root.
    pub(crate) fn holds(&self, path: &str) -> bool {
        path.is_empty() || self.file(path).is_some() || self.below(path).next().is_some()
    }
}

/// The repository's root.
pub(crate) fn root() -> Result<PathBuf> {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().map(Path::to_path_buf).context("the xtask crate lies in no folder")
}

fn belongs(entry: &DirEntry) -> bool {
    let is_git = entry.file_name() == ".git";
    let is_build_output = entry.file_type().is_dir() && entry.path().join("CACHEDIR.TAG").exists();
    !(is_git || is_build_output)
}

fn slashed(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn build_output_and_git_are_left_out() {
        let folder = tempfile::tempdir().unwrap();
        for path in ["src/lib.rs", "target/CACHEDIR.TAG", "target/debug/lib.rs", ".git/config", ".ci/run"] {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "text").unwrap();
        }
        let tree = SourceTree::read(folder.path()).unwrap();
        let paths: Vec<_> = tree.files().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, [".ci/run", "src/lib.rs"]);
    }

    #[test]
    fn a_folder_is_held_by_what_lies_in_it() {
        let tree = SourceTree::of(&[("docs/guides/a.md", "")]);
        assert!(tree.holds("docs/guides") && tree.holds("docs/guides/a.md") && !tree.holds("docs/guide"));
    }
}
