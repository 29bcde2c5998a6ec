//! The crates that cargo compiles for a choice of features.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::feature_set::FeatureSet;
use crate::build::cargo;

/// The platform that is counted for, so that the count is the same wherever it is made.
pub(crate) const PLATFORM: &str = "x86_64-unknown-linux-gnu";

/// One crate in one version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Dependency {
    /// The package name.
    pub(crate) name: String,
    /// The version, without the leading `v`.
    pub(crate) version: String,
}

/// Everything that is compiled on [`PLATFORM`]: the package itself, what it needs, and what their build scripts need.
pub(crate) fn of(root: &Path, set: &FeatureSet) -> Result<BTreeSet<Dependency>> {
    let mut command = cargo(root, &["tree", "--locked", "--quiet", "--prefix", "none"]);
    command.args(["--edges", "normal,build", "--target", PLATFORM, "--format", "{p}"]).args(set.arguments());
    let output = command.output().context("cargo tree cannot be started")?;
    ensure!(
        output.status.success(),
        "cargo tree failed for {}: {}",
        set.title(),
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).context("cargo tree does not speak UTF-8")?;
    Ok(text.lines().filter_map(dependency).collect())
}

/// A line such as `serde v1.0.228 (*)`.
fn dependency(line: &str) -> Option<Dependency> {
    let mut words = line.split_whitespace();
    let name = words.next()?.to_owned();
    let version = words.next()?.strip_prefix('v')?.to_owned();
    Some(Dependency { name, version })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_gives_name_and_version_whatever_follows() {
        let expected = Some(Dependency { name: "serde".to_owned(), version: "1.0.2".to_owned() });
        assert_eq!(dependency("serde v1.0.2"), expected);
        assert_eq!(dependency("serde v1.0.2 (*)"), expected);
        assert_eq!(dependency("serde v1.0.2 (proc-macro) (*)"), expected);
        assert_eq!(dependency(""), None);
    }
}
