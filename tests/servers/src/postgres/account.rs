//! The account that the server's processes have: Postgres refuses to run as root.

use std::io;
use std::path::Path;
use std::process::Command;

/// The account `nobody`.
#[cfg(unix)]
const NOBODY: u32 = 65_534;

/// Whether this process may do everything.
#[cfg(unix)]
pub(super) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Whether this process may do everything.
#[cfg(not(unix))]
pub(super) fn is_root() -> bool {
    false
}

/// Lets `command` run as nobody where this process is root.
#[cfg(unix)]
pub(super) fn lower(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    if is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
}

/// Lets `command` run as nobody where this process is root.
#[cfg(not(unix))]
pub(super) fn lower(_: &mut Command) {}

/// Gives a file or folder to the account that commands are lowered to.
#[cfg(unix)]
pub(super) fn give(path: &Path) -> io::Result<()> {
    if is_root() { std::os::unix::fs::chown(path, Some(NOBODY), Some(NOBODY)) } else { Ok(()) }
}

/// Gives a file or folder to the account that commands are lowered to.
#[cfg(not(unix))]
pub(super) fn give(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Lets nobody but its owner read a file.
#[cfg(unix)]
pub(super) fn hide(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
}

/// Lets nobody but its owner read a file.
#[cfg(not(unix))]
pub(super) fn hide(_: &Path) -> io::Result<()> {
    Ok(())
}
