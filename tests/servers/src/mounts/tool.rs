//! The tools of the system that mount.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

/// A tool, also one that only administrators have on their path.
pub(super) fn command(name: &str) -> Command {
    let path = std::env::var("PATH").unwrap_or_default();
    let mut command = Command::new(name);
    command.env("PATH", format!("{path}:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin"));
    command
}

/// Runs a tool, and says why it could not be done.
pub(super) fn run(name: &str, arguments: &[&dyn AsRef<OsStr>]) -> Result<(), String> {
    let mut command = command(name);
    let output = command.args(arguments.iter().map(AsRef::as_ref)).output();
    let output = output.map_err(|error| format!("{name}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("{name}: {}", said.lines().next().unwrap_or("it failed and did not say why").trim()))
}

/// Ends a mount, at the latest when nobody uses it any more.
pub(super) fn unmount(point: &Path) {
    if let Err(reason) = run("umount", &[&"--lazy", &point]) {
        eprintln!("{} stays mounted until the test ends: {reason}", point.display());
    }
}
