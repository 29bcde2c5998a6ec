//! Names as their folders have them: where `Data` and `data` lead to one folder, one of both is its name.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirEntryExt, MetadataExt};
use std::path::{Component, Path, PathBuf};

/// A file system and a file in it.
type Identity = (u64, u64);

/// The path with every name as the folder that contains it has it. Where all names are exact, and where a folder cannot be read, that is the path
/// as it is.
pub(super) fn as_listed(path: &Path) -> PathBuf {
    let mut listed = PathBuf::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => {
                let name = listed_name(&listed, name);
                listed.push(name);
            }
            Component::RootDir | Component::Prefix(_) | Component::CurDir | Component::ParentDir => {
                listed.push(component);
            }
        }
    }
    listed
}

fn listed_name(folder: &Path, name: &OsStr) -> OsString {
    let found = match identity(&folder.join(name)) {
        Some(identity) if may_be_another(folder, name, identity) => look_up(folder, name, identity),
        Some(_) | None => None,
    };
    found.unwrap_or_else(|| name.to_os_string())
}

/// Whether the folder may have what was found under `name` under another name. In a folder in which case counts, and with a plain name, that is
/// found out without a look at everything in it.
fn may_be_another(folder: &Path, name: &OsStr, found: Identity) -> bool {
    let Some(text) = name.to_str() else { return false };
    // Beyond ASCII, a file system may take several spellings of one letter for the same; and some make short names such as `LABDAT~1`.
    if !text.is_ascii() || text.contains('~') {
        return true;
    }
    let other_case = in_other_case(text);
    other_case != text && identity(&folder.join(other_case)) == Some(found)
}

fn look_up(folder: &Path, name: &OsStr, found: Identity) -> Option<OsString> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).ok()? {
        let entry = entry.ok()?;
        if entry.file_name() == name {
            return None;
        }
        if entry.ino() == found.1 || is_same_but_case(&entry.file_name(), name) {
            names.push(entry.file_name());
        }
    }
    names.into_iter().find(|name| identity(&folder.join(name)) == Some(found))
}

fn is_same_but_case(one: &OsStr, other: &OsStr) -> bool {
    match (one.to_str(), other.to_str()) {
        (Some(one), Some(other)) => one.to_lowercase() == other.to_lowercase(),
        _ => one.as_bytes().eq_ignore_ascii_case(other.as_bytes()),
    }
}

fn in_other_case(text: &str) -> String {
    let other = |letter: char| {
        if letter.is_ascii_uppercase() { letter.to_ascii_lowercase() } else { letter.to_ascii_uppercase() }
    };
    text.chars().map(other).collect()
}

/// What is at a path, without following a link there.
fn identity(path: &Path) -> Option<Identity> {
    fs::symlink_metadata(path).ok().map(|found| (found.dev(), found.ino()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn where_case_counts_a_path_stays_as_it_is() {
        let ground = tempfile::tempdir().unwrap();
        for name in ["Data", "data", "caf\u{e9}", "cafe\u{301}", "LABDAT~1"] {
            let path = ground.path().join(name).join("Deep");
            fs::create_dir_all(&path).unwrap();
            assert_eq!(as_listed(&path), path);
        }
    }

    #[test]
    fn a_link_in_another_case_is_not_the_folder_itself() {
        let ground = tempfile::tempdir().unwrap();
        fs::create_dir(ground.path().join("Data")).unwrap();
        symlink("Data", ground.path().join("dATA")).unwrap();
        assert_eq!(as_listed(&ground.path().join("Data")), ground.path().join("Data"));
    }

    #[test]
    fn the_name_that_a_folder_has_counts() {
        let ground = tempfile::tempdir().unwrap();
        fs::create_dir(ground.path().join("Data")).unwrap();
        fs::create_dir(ground.path().join("other")).unwrap();
        let found = identity(&ground.path().join("Data")).unwrap();
        for typed in ["data", "DATA", "DATA~1"] {
            assert_eq!(look_up(ground.path(), OsStr::new(typed), found).unwrap(), "Data", "{typed}");
        }
        assert_eq!(look_up(ground.path(), OsStr::new("Data"), found), None, "it is exact");
    }
}
