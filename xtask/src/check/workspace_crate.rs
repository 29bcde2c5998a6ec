//! What cargo says about one crate of the workspace.

use std::path::Path;

use anyhow::{Context, Result};
use cargo_metadata::{DependencyKind, MetadataCommand, Package};

/// A workspace member and what it asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WorkspaceCrate {
    /// The package name.
    pub(crate) name: String,
    /// The folder from the repository's root, `/`-separated.
    pub(crate) folder: String,
    /// Each dependency with its kind.
    pub(crate) dependencies: Vec<CrateDependency>,
    /// The test targets that bring their own `main`.
    pub(crate) tests_with_own_main: Vec<String>,
    /// The text of its `Cargo.toml`.
    pub(crate) manifest: String,
}

/// One entry of a dependency table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CrateDependency {
    /// The package name.
    pub(crate) name: String,
    /// Whether it is another member of this workspace.
    pub(crate) in_workspace: bool,
    /// Whether only tests, examples and benchmarks see it.
    pub(crate) only_in_tests: bool,
}

impl WorkspaceCrate {
    /// The path of the manifest from the repository's root.
    pub(crate) fn manifest_path(&self) -> String {
        format!("{}/Cargo.toml", self.folder)
    }

    /// Whether the crate implements ports.
    pub(crate) fn is_adapter(&self) -> bool {
        self.folder.starts_with("crates/adapters/")
    }

    /// The line of the manifest that begins with a word, or the first line.
    pub(crate) fn manifest_line(&self, word: &str) -> usize {
        let mut lines = self.manifest.lines();
        lines.position(|line| line.strip_prefix(word).is_some_and(ends_a_key)).map_or(1, |index| index + 1)
    }
}

fn ends_a_key(rest: &str) -> bool {
    rest.starts_with(['.', ' ', '='])
}

/// Asks cargo for every member of the workspace at `root`, without resolving third-party crates.
pub(crate) fn read_all(root: &Path) -> Result<Vec<WorkspaceCrate>> {
    let metadata = MetadataCommand::new()
        .manifest_path(root.join("Cargo.toml"))
        .no_deps()
        .exec()
        .context("cargo metadata failed")?;
    metadata.workspace_packages().into_iter().map(|package| read(package, root)).collect()
}

fn read(package: &Package, root: &Path) -> Result<WorkspaceCrate> {
    let folder = package.manifest_path.parent().context("a manifest lies in no folder")?;
    let folder = folder.as_std_path().strip_prefix(root)?.to_string_lossy().replace('\\', "/");
    let manifest = std::fs::read_to_string(&package.manifest_path)
        .with_context(|| format!("{} cannot be read", package.manifest_path))?;
    let dependencies = package
        .dependencies
        .iter()
        .map(|dependency| CrateDependency {
            name: dependency.name.clone(),
            in_workspace: dependency.path.is_some(),
            only_in_tests: dependency.kind == DependencyKind::Development,
        })
        .collect();
    let tests_with_own_main = tests_with_own_main(&manifest);
    Ok(WorkspaceCrate { name: package.name.to_string(), folder, dependencies, tests_with_own_main, manifest })
}

/// The names of `[[test]]` entries with `harness = false`; `cargo metadata` does not tell.
fn tests_with_own_main(manifest: &str) -> Vec<String> {
    manifest
        .split("[[test]]")
        .skip(1)
        .map(|entry| entry.split("\n[").next().unwrap_or(entry))
        .filter(|entry| value(entry, "harness") == Some("false"))
        .filter_map(|entry| value(entry, "name").map(|name| name.trim_matches('"').to_owned()))
        .collect()
}

fn value<'text>(entry: &'text str, key: &str) -> Option<&'text str> {
    entry.lines().find_map(|line| {
        let (name, value) = line.split_once('=')?;
        (name.trim() == key).then(|| value.trim())
    })
}

#[cfg(test)]
impl WorkspaceCrate {
    /// A crate that exists only in a test; names that begin with `freehold` are of the workspace.
    pub(crate) fn of(name: &str, folder: &str, normal: &[&str], in_tests: &[&str]) -> Self {
        let entry = |only_in_tests: bool| {
            move |name: &&str| CrateDependency {
                name: (*name).to_owned(),
                in_workspace: name.starts_with("freehold"),
                only_in_tests,
            }
        };
        Self {
            name: name.to_owned(),
            folder: folder.to_owned(),
            dependencies: normal.iter().map(entry(false)).chain(in_tests.iter().map(entry(true))).collect(),
            tests_with_own_main: Vec::new(),
            manifest: [normal, in_tests].concat().join(".workspace = true\n") + ".workspace = true\n",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_targets_with_their_own_main_are_seen() {
        let manifest = "[[test]]\nname = \"conformance\"\nharness = false\n\n[[test]]\nname = \"plain\"\n\n[x]\nharness = false\n";
        assert_eq!(tests_with_own_main(manifest), ["conformance"]);
    }

    #[test]
    fn a_dependency_is_found_by_its_whole_name() {
        let subject = WorkspaceCrate::of("a", "crates/a", &["tokio-util", "tokio"], &[]);
        assert_eq!(subject.manifest_line("tokio"), 2);
    }
}
