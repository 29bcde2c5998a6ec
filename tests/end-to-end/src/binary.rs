//! The `freehold` binary: the one that `FREEHOLD_BINARY` names, else the one that cargo builds now.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

/// The path of the binary under test.
pub fn freehold() -> &'static PathBuf {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| match std::env::var_os("FREEHOLD_BINARY") {
        Some(path) => PathBuf::from(path),
        None => build(),
    })
}

fn build() -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--package", "freehold-cli", "--bin", "freehold", "--message-format", "json"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    let messages = String::from_utf8_lossy(&built.stdout);
    assert!(built.status.success(), "freehold does not build: {}", String::from_utf8_lossy(&built.stderr));
    let executable = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["target"]["name"] == "freehold")
        .find_map(|message| message["executable"].as_str().map(PathBuf::from));
    executable.expect("cargo names the executable")
}
