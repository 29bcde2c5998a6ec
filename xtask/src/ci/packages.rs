//! Every published crate can be packaged and builds from its package alone.

use std::path::Path;

use anyhow::{Context, Result};
use cargo_metadata::MetadataCommand;

use crate::build::{cargo, target_folder};

/// Packages all published crates together and builds each from what was packed.
///
/// They share one folder of build output, so that the dependencies are built once. The folder is a new one each time: cargo keeps the
/// unpacked sources of a packaging's temporary registry under the cargo home, by the registry's path and the package's version alone, and
/// would build a later run's packages against an earlier run's sources.
pub(super) fn run(root: &Path) -> Result<bool> {
    let mut metadata = MetadataCommand::new();
    let metadata = metadata.manifest_path(root.join("Cargo.toml")).no_deps().exec()?;
    let mut command = cargo(root, &["package", "--workspace", "--allow-dirty", "--locked"]);
    for package in metadata.workspace_packages() {
        let is_private = package.publish.as_ref().is_some_and(Vec::is_empty);
        if is_private {
            command.args(["--exclude", package.name.as_str()]);
        }
    }
    let packaged =
        tempfile::tempdir_in(target_folder(root)?).context("no folder can be made for the packages")?;
    command.arg("--target-dir").arg(packaged.path());
    Ok(command.status().context("cargo package cannot be started")?.success())
}
