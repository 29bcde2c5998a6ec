//! Opening a path below a folder, so that no symbolic link leads out of that folder.
//!
//! Links that stay below the folder are followed. One that leads out, or is absolute, gives [`Errno::XDEV`].

use std::os::fd::{BorrowedFd, OwnedFd};

use rustix::fs::OFlags;
use rustix::io::Errno;

use super::components::{self, Links};

/// Opens `path` below `folder`.
pub(super) fn open(folder: BorrowedFd<'_>, path: &str, flags: OFlags) -> Result<OwnedFd, Errno> {
    #[cfg(target_os = "linux")]
    if let Some(result) = kernel::open(folder, path, flags, rustix::fs::ResolveFlags::BENEATH) {
        return result;
    }
    components::open(folder, path, flags, Links::Below)
}

/// Opens `path` below `folder`; any symbolic link on the way gives [`Errno::LOOP`].
pub(super) fn open_without_links(
    folder: BorrowedFd<'_>,
    path: &str,
    flags: OFlags,
) -> Result<OwnedFd, Errno> {
    #[cfg(target_os = "linux")]
    if let Some(result) = kernel::open(folder, path, flags, rustix::fs::ResolveFlags::NO_SYMLINKS) {
        return result;
    }
    components::open(folder, path, flags, Links::None)
}

#[cfg(target_os = "linux")]
mod kernel {
    //! The system call that resolves a whole path and checks each step.

    use std::os::fd::{BorrowedFd, OwnedFd};

    use rustix::fs::{Mode, OFlags, ResolveFlags};
    use rustix::io::Errno;

    /// How often a look-up that a rename elsewhere disturbed is repeated.
    const ATTEMPTS: usize = 32;

    /// The longest path that a system call takes, in bytes.
    const LONGEST_PATH: usize = 4095;

    /// Gives nothing where the system call is absent, forbidden or not up to the path.
    pub(super) fn open(
        folder: BorrowedFd<'_>,
        path: &str,
        flags: OFlags,
        resolve: ResolveFlags,
    ) -> Option<Result<OwnedFd, Errno>> {
        if path.len() > LONGEST_PATH {
            return None;
        }
        let flags = flags | OFlags::CLOEXEC;
        let resolve = resolve | ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
        for _ in 0..ATTEMPTS {
            match rustix::fs::openat2(folder, path, flags, Mode::empty(), resolve) {
                Err(Errno::AGAIN) => {}
                Err(Errno::NOSYS | Errno::PERM) => return None,
                result => return Some(result),
            }
        }
        None
    }
}
