//! A mount namespace for the whole test program.

use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

/// Set in a program that is in such a namespace.
const INSIDE: &str = "FREEHOLD_TEST_MOUNTS";

/// The ways to one: as root, or as a user who becomes root in a namespace of users.
const WAYS: [&[&str]; 2] = [&["--mount"], &["--map-root-user", "--mount"]];

/// Goes on in a mount namespace: this program takes its own place there, with the same arguments.
///
/// # Errors
/// Why that cannot be done here.
pub(super) fn enter() -> Result<(), String> {
    if std::env::var_os(INSIDE).is_some() {
        return Ok(());
    }
    let Some(way) = WAYS.into_iter().find(|way| can_mount(way)) else {
        return Err(
            "mounts cannot be made here: neither as this user, nor in a namespace of users".to_owned()
        );
    };
    let program = std::env::current_exe().map_err(|error| format!("this program is not known: {error}"))?;
    let error = Command::new("unshare")
        .args(way)
        .arg("--")
        .arg(program)
        .args(std::env::args_os().skip(1))
        .env(INSIDE, "true")
        .exec();
    Err(format!("a mount namespace cannot be entered: {error}"))
}

fn can_mount(way: &[&str]) -> bool {
    let mut trial = Command::new("unshare");
    trial.args(way).args(["--", "mount", "-t", "tmpfs", "tmpfs", "/tmp"]);
    trial.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    trial.status().is_ok_and(|status| status.success())
}
