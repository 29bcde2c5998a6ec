//! The mounts that this process sees, as Linux lists them.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// A part of a file system that is seen below some folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mount {
    /// Its number, which no other mount has at the same time.
    pub(super) number: u64,
    /// The file system, as `major:minor`.
    pub(super) device: Vec<u8>,
    /// Which folder of the file system is seen.
    pub(super) root: PathBuf,
    /// Below which folder it is seen.
    pub(super) point: PathBuf,
}

impl Mount {
    /// Where something lies inside the file system that is seen at `path`.
    pub(super) fn inside(&self, path: &Path) -> Option<PathBuf> {
        path.strip_prefix(&self.point).ok().map(|rest| joined(&self.root, rest))
    }

    /// Where something is seen that lies at `inside` in the file system.
    pub(super) fn seen(&self, inside: &Path) -> Option<PathBuf> {
        inside.strip_prefix(&self.root).ok().map(|rest| joined(&self.point, rest))
    }
}

/// The path of what lies at `rest`, without the slash that joining nothing would add.
pub(super) fn joined(folder: &Path, rest: &Path) -> PathBuf {
    if rest.as_os_str().is_empty() { folder.to_path_buf() } else { folder.join(rest) }
}

/// Reads a table in the format of `/proc/self/mountinfo`. Lines that are not of the format are left out.
pub(super) fn parse(table: &[u8]) -> Vec<Mount> {
    table.split(|byte| *byte == b'\n').filter_map(parse_line).collect()
}

/// Reads a line: number, number of the parent, device, root, mount point, and more that is not needed.
fn parse_line(line: &[u8]) -> Option<Mount> {
    let mut fields = line.split(|byte| *byte == b' ');
    let number = str::from_utf8(fields.next()?).ok()?.parse().ok()?;
    let _parent = fields.next()?;
    let device = fields.next()?.to_vec();
    let (root, point) = (path(fields.next()?)?, path(fields.next()?)?);
    Some(Mount { number, device, root, point })
}

/// The path in a field, if there is one: some file systems have other roots, such as `net:[4026531840]`.
fn path(field: &[u8]) -> Option<PathBuf> {
    field.starts_with(b"/").then(|| PathBuf::from(OsStr::from_bytes(&unescaped(field))))
}

/// Replaces `\040` by a space, and whatever else is written as a backslash and three octal digits.
fn unescaped(field: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(field.len());
    let mut rest = field;
    while let [first, after @ ..] = rest {
        let (byte, after) = match after {
            [a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', after @ ..] if *first == b'\\' => {
                (((a - b'0') << 6) | ((b - b'0') << 3) | (c - b'0'), after)
            }
            _ => (*first, after),
        };
        bytes.push(byte);
        rest = after;
    }
    bytes
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const TABLE: &[u8] = b"27 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n\
        40 27 254:0 /a/sub /b rw,relatime shared:7 master:2 - ext4 /dev/vda rw\n\
        41 27 0:4 net:[4026531840] /run/netns/lab rw - nsfs nsfs rw\n\
        \n\
        not a line of the format\n\
        42 27 254:0 /lab\\040data\\134\\011\\012 /my\\040data rw - ext4 /dev/vda rw\n\
        43 27 254:0 /caf\\303\\251 /caf\xe9 rw - ext4 /dev/vda rw\n";

    fn mount(number: u64) -> Mount {
        parse(TABLE).into_iter().find(|mount| mount.number == number).unwrap()
    }

    #[test]
    fn a_table_is_read_line_by_line() {
        assert_eq!(parse(TABLE).iter().map(|mount| mount.number).collect::<Vec<_>>(), [27, 40, 42, 43]);
        let expected =
            Mount { number: 40, device: b"254:0".to_vec(), root: "/a/sub".into(), point: "/b".into() };
        assert_eq!(mount(40), expected);
    }

    #[test]
    fn octal_escapes_are_undone() {
        assert_eq!((mount(42).root, mount(42).point), ("/lab data\\\t\n".into(), "/my data".into()));
        assert_eq!(unescaped(b"\\0409\\04\\"), b" 9\\04\\");
        assert_eq!(unescaped(b"\\134040"), b"\\040", "what an escape gives is not read again");
        assert_eq!(unescaped(b"\\400"), b"\\400", "a byte ends at 377");
    }

    #[test]
    fn bytes_that_are_no_text_are_kept() {
        assert_eq!(mount(43).root, Path::new("/caf\u{e9}"));
        assert_eq!(mount(43).point.as_os_str().as_bytes(), b"/caf\xe9");
    }

    #[test]
    fn paths_are_followed_into_a_file_system_and_out_again() {
        assert_eq!(mount(40).inside(Path::new("/b/deep")), Some("/a/sub/deep".into()));
        assert_eq!(mount(40).inside(Path::new("/b")), Some("/a/sub".into()));
        assert_eq!(mount(40).inside(Path::new("/bc")), None);
        assert_eq!(mount(27).seen(Path::new("/a/sub/deep")), Some("/a/sub/deep".into()));
        assert_eq!(mount(40).seen(Path::new("/a/sub")).unwrap().as_os_str(), "/b");
        assert_eq!(mount(40).seen(Path::new("/a/subway")), None);
    }
}
