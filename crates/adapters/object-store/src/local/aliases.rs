//! The other paths under which a folder is seen: bind mounts, and file systems that are mounted more than once.
//!
//! A bind mount shows a folder in a second place, and nothing in a path tells so. Linux lists its mounts, each with the folder of the file
//! system that it shows, so that the other paths of a folder can be put together; each is believed only if device and inode are those of the
//! folder. A path that this user cannot reach is left out, since no claim can be read there. Other systems have no such list.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use freehold_domain::StorageRoot;
use freehold_ports::blobs::BlobError;

use super::blocking;
use super::place::Place;

/// The other roots that are this very place.
pub(crate) async fn aliases(place: Place) -> Result<Vec<StorageRoot>, BlobError> {
    let job_place = place.clone();
    blocking::run(&place, move || {
        Ok(paths(job_place.path()).iter().filter_map(|path| root_at(path)).collect())
    })
    .await
}

/// The places that contain this one, by whatever path.
pub(crate) async fn enclosing(place: Place, root: StorageRoot) -> Result<Vec<StorageRoot>, BlobError> {
    let mut known = HashSet::from([root.clone()]);
    let mut found: Vec<StorageRoot> = root.ancestors().collect();
    known.extend(found.iter().cloned());
    let job_place = place.clone();
    blocking::run(&place, move || {
        for path in paths(job_place.path()) {
            // Some of them may be no roots, such as one in a reserved folder, and lie inside of one nevertheless.
            let around = path.ancestors().skip(1).filter_map(root_at);
            found.extend(around.filter(|root| known.insert(root.clone())));
        }
        Ok(found)
    })
    .await
}

fn root_at(path: &Path) -> Option<StorageRoot> {
    StorageRoot::from_canonical(path.to_str()?).ok()
}

/// The other paths of a folder, which need not exist.
#[cfg(target_os = "linux")]
fn paths(path: &Path) -> Vec<PathBuf> {
    linux::paths(path).unwrap_or_else(|error| {
        tracing::debug!(%error, path = %path.display(), "it cannot be told whether this place is mounted elsewhere, too");
        Vec::new()
    })
}

#[cfg(not(target_os = "linux"))]
fn paths(_: &Path) -> Vec<PathBuf> {
    Vec::new()
}

#[cfg(target_os = "linux")]
mod linux {
    //! The mounts that this process sees, and what they show.

    use std::fs::{self, File};
    use std::io;
    use std::os::fd::AsRawFd;
    use std::path::{Path, PathBuf};

    use rustix::fs::{AtFlags, CWD, Mode, OFlags};
    use rustix::io::Errno;

    use crate::local::mount_table::{self, Mount, joined};
    use crate::local::status::FileStatus;

    pub(super) fn paths(path: &Path) -> io::Result<Vec<PathBuf>> {
        let (existing, folder) = nearest_folder(path)?;
        let absent = path.strip_prefix(existing).unwrap_or(Path::new(""));
        let status = FileStatus::of(&folder)?;
        let number = mount_number(&folder)?;
        let mounts = mount_table::parse(&fs::read("/proc/self/mountinfo")?);
        let is_folder = |candidate: &Path| {
            let found = rustix::fs::statat(CWD, candidate, AtFlags::SYMLINK_NOFOLLOW);
            found.is_ok_and(|found| FileStatus::from(&found).is_same_file(&status))
        };
        let mut paths: Vec<PathBuf> = candidates(&mounts, number, existing);
        paths.retain(|candidate| is_folder(candidate));
        Ok(paths.into_iter().map(|candidate| joined(&candidate, absent)).collect())
    }

    /// Where the mounts would show the folder at `existing`, which is seen by the mount of this number.
    pub(super) fn candidates(mounts: &[Mount], number: u64, existing: &Path) -> Vec<PathBuf> {
        let own = mounts.iter().find(|mount| mount.number == number);
        let Some((own, inside)) = own.and_then(|own| Some((own, own.inside(existing)?))) else {
            return Vec::new();
        };
        let same = mounts.iter().filter(|mount| mount.device == own.device);
        let mut paths: Vec<PathBuf> =
            same.filter_map(|mount| mount.seen(&inside)).filter(|path| path != existing).collect();
        paths.sort();
        paths.dedup();
        paths
    }

    /// The folder that a path leads to, as far as it exists.
    fn nearest_folder(path: &Path) -> io::Result<(&Path, File)> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        for path in path.ancestors() {
            match rustix::fs::openat(CWD, path, flags, Mode::empty()) {
                Ok(folder) => return Ok((path, File::from(folder))),
                Err(Errno::NOENT | Errno::NOTDIR) => {}
                Err(errno) => return Err(errno.into()),
            }
        }
        Err(Errno::NOENT.into())
    }

    /// The number of the mount by which a folder was opened.
    fn mount_number(folder: &File) -> io::Result<u64> {
        let told = fs::read_to_string(format!("/proc/self/fdinfo/{}", folder.as_raw_fd()))?;
        let number = told.lines().find_map(|line| line.strip_prefix("mnt_id:")?.trim().parse().ok());
        number.ok_or_else(|| io::Error::other("the system does not tell the mount of a folder"))
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::local::mount_table;

    const TABLE: &[u8] = b"1 0 8:1 / / rw - ext4 /dev/a rw\n\
        2 1 8:1 /a/sub /b rw - ext4 /dev/a rw\n\
        3 1 8:1 /a /mirror/of\\040a rw - ext4 /dev/a rw\n\
        4 1 8:2 / /data rw - ext4 /dev/b rw\n\
        5 1 8:2 / /export/data rw - ext4 /dev/b rw\n\
        6 1 8:1 /gone//deleted /old rw - ext4 /dev/a rw\n";

    fn candidates(number: u64, path: &str) -> Vec<String> {
        let found = linux::candidates(&mount_table::parse(TABLE), number, Path::new(path));
        found.iter().map(|path| path.to_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn a_folder_may_be_seen_through_every_mount_that_shows_what_contains_it() {
        assert_eq!(candidates(2, "/b/deep"), ["/a/sub/deep", "/mirror/of a/sub/deep"]);
        assert_eq!(candidates(1, "/a/sub"), ["/b", "/mirror/of a/sub"]);
        assert_eq!(candidates(1, "/a"), ["/mirror/of a"]);
        assert_eq!(candidates(4, "/data"), ["/export/data"]);
        assert_eq!(candidates(5, "/export/data/x"), ["/data/x"]);
    }

    #[test]
    fn a_folder_that_no_other_mount_shows_has_one_path() {
        assert_eq!(candidates(1, "/home/ada"), Vec::<String>::new());
        assert_eq!(candidates(9, "/a/sub"), Vec::<String>::new(), "an unlisted mount tells nothing");
    }
}
