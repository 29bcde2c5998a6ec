//! Opening a path below a folder one component at a time, where no system call does it in one.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{AtFlags, FileType, Mode, OFlags};
use rustix::io::Errno;

/// How many symbolic links one look-up follows, as Linux has it.
const MOST_LINKS: usize = 40;

/// How folders on the way are opened: only to go through them, where the system knows that.
#[cfg(target_os = "linux")]
const PASS: OFlags = OFlags::PATH;
#[cfg(not(target_os = "linux"))]
const PASS: OFlags = OFlags::RDONLY;

/// Which symbolic links are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Links {
    /// Relative ones that stay below the folder; others give [`Errno::XDEV`].
    Below,
    /// None: any gives [`Errno::LOOP`].
    None,
}

/// Opens `path` below `folder`. No component is opened through a symbolic link: each is read and taken apart here.
pub(super) fn open(
    folder: BorrowedFd<'_>,
    path: &str,
    flags: OFlags,
    links: Links,
) -> Result<OwnedFd, Errno> {
    let mut passed: Vec<OwnedFd> = Vec::new();
    let mut ahead: Vec<Vec<u8>> = reversed_components(path.as_bytes());
    let mut followed = 0;
    while let Some(name) = ahead.pop() {
        if name == b".." {
            passed.pop().ok_or(Errno::XDEV)?;
            continue;
        }
        let here = passed.last().map_or(folder, AsFd::as_fd);
        let status = rustix::fs::statat(here, &*name, AtFlags::SYMLINK_NOFOLLOW)?;
        if FileType::from_raw_mode(status.st_mode) == FileType::Symlink {
            followed += 1;
            if links == Links::None || followed > MOST_LINKS {
                return Err(Errno::LOOP);
            }
            let target = rustix::fs::readlinkat(here, &*name, Vec::new())?;
            if target.to_bytes().starts_with(b"/") {
                return Err(Errno::XDEV);
            }
            ahead.extend(reversed_components(target.to_bytes()));
        } else if ahead.is_empty() {
            return rustix::fs::openat(
                here,
                &*name,
                flags | OFlags::NOFOLLOW | OFlags::CLOEXEC,
                Mode::empty(),
            );
        } else {
            let flags = PASS | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            passed.push(rustix::fs::openat(here, &*name, flags, Mode::empty())?);
        }
    }
    let here = passed.last().map_or(folder, AsFd::as_fd);
    rustix::fs::openat(here, c".", flags | OFlags::CLOEXEC, Mode::empty())
}

fn reversed_components(path: &[u8]) -> Vec<Vec<u8>> {
    let components = path.split(|byte| *byte == b'/').rev();
    components.filter(|name| !matches!(*name, b"" | b".")).map(<[u8]>::to_vec).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::fs::{self, File};
    use std::io::Read;
    use std::os::unix::fs::symlink;

    fn read(folder: &File, path: &str, links: Links) -> Result<String, Errno> {
        let mut text = String::new();
        File::from(open(folder.as_fd(), path, OFlags::RDONLY, links)?).read_to_string(&mut text).unwrap();
        Ok(text)
    }

    /// `root/{sub/file, links...}` beside `secret`.
    fn ground() -> (tempfile::TempDir, File) {
        let ground = tempfile::tempdir().unwrap();
        let root = ground.path().join("root");
        fs::create_dir_all(root.join("sub")).unwrap();
        fs::write(root.join("sub/file"), "inside").unwrap();
        fs::write(ground.path().join("secret"), "outside").unwrap();
        for (target, name) in [
            ("sub/file", "to_file"),
            ("sub", "to_folder"),
            ("sub/../sub/./file", "roundabout"),
            ("../secret", "escape"),
            ("sub/../../secret", "late_escape"),
            ("/etc/hostname", "absolute"),
            ("circle", "circle"),
            ("sub/", "to_folder_with_slash"),
        ] {
            symlink(target, root.join(name)).unwrap();
        }
        let folder = File::open(root).unwrap();
        (ground, folder)
    }

    #[test]
    fn what_stays_below_the_folder_is_opened() {
        let (_ground, folder) = ground();
        for path in ["sub/file", "to_file", "to_folder/file", "roundabout", "to_folder_with_slash/file"] {
            assert_eq!(read(&folder, path, Links::Below), Ok("inside".to_owned()), "{path}");
        }
    }

    #[test]
    fn what_leads_out_is_refused() {
        let (_ground, folder) = ground();
        for path in ["escape", "late_escape", "absolute"] {
            assert_eq!(read(&folder, path, Links::Below), Err(Errno::XDEV), "{path}");
        }
    }

    #[test]
    fn links_in_a_circle_end() {
        let (_ground, folder) = ground();
        assert_eq!(read(&folder, "circle", Links::Below), Err(Errno::LOOP));
    }

    #[test]
    fn no_link_is_followed_where_none_may_be() {
        let (_ground, folder) = ground();
        for path in ["to_file", "to_folder/file", "escape"] {
            assert_eq!(read(&folder, path, Links::None), Err(Errno::LOOP), "{path}");
        }
        assert_eq!(read(&folder, "sub/file", Links::None), Ok("inside".to_owned()));
    }

    #[test]
    fn the_folder_itself_is_the_empty_path() {
        let (_ground, folder) = ground();
        let found = open(folder.as_fd(), ".", OFlags::RDONLY | OFlags::DIRECTORY, Links::Below).unwrap();
        assert_eq!(rustix::fs::fstat(&found).unwrap().st_ino, rustix::fs::fstat(&folder).unwrap().st_ino);
    }

    #[test]
    fn a_file_on_the_way_is_no_folder() {
        let (_ground, folder) = ground();
        assert_eq!(read(&folder, "sub/file/more", Links::Below), Err(Errno::NOTDIR));
    }
}
