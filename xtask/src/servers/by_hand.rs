//! `cargo xtask servers`: one server of each kind, for trying things by hand.

use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::{Purpose, Servers};
use crate::build::{cargo, target_folder};

const PACKAGE: &str = "freehold-test-servers";

/// Starts the servers, prints the commands that bring a shell to them, and stays until it is interrupted.
pub(crate) fn run(root: &Path, moto: bool) -> Result<()> {
    let status = cargo(root, &["build", "--package", PACKAGE]).status().context("cargo cannot be started")?;
    ensure!(status.success(), "{PACKAGE} cannot be built");
    let program = target_folder(root)?.join("debug").join(super::program_name());
    let mut servers = Servers::spawn(&program, Purpose::Trying { moto })?;
    servers.wait_until_ready()?;
    for (name, value) in servers.environment() {
        println!("export {name}={}", quoted(value));
    }
    println!("# freehold init --storage \"$TRY_S3\"");
    println!("# freehold init --storage \"$TRY_GCS\" --db \"$TRY_POSTGRES\"");
    eprintln!("The servers run until this is interrupted. Their data is in memory or temporary.");
    servers.wait()
}

/// A word as shells read it.
fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_one_word_to_a_shell() {
        assert_eq!(quoted("s3://a?b=c"), "'s3://a?b=c'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
    }
}
