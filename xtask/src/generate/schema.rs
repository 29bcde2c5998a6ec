//! The schema of the database, as the migrations make it.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

const HEADER: &str = "\
-- Written by `cargo xtask generate`: the schema that the migrations make on SQLite.
";

/// The schema that the adapter's example prints.
pub(super) fn snapshot(example: &Path) -> Result<String> {
    let output = Command::new(example)
        .output()
        .with_context(|| format!("the example {} cannot be started", example.display()))?;
    ensure!(
        output.status.success(),
        "the example that prints the schema failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let schema = String::from_utf8(output.stdout).context("the schema is not UTF-8")?;
    Ok(format!("{HEADER}\n{}\n", schema.trim_end()))
}
