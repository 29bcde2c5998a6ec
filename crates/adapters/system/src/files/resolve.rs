//! The one spelling of a path.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use freehold_ports::system::FileError;

use super::errors;

/// How many symbolic links that lead nowhere as yet are followed, as Linux has it.
const MOST_LINKS: usize = 40;

/// The path without symbolic links, as far as it exists. A link that leads to nothing yet counts as what it leads to: the
/// path is the same one before and after that is made.
pub(super) fn resolve(path: &Path) -> Result<PathBuf, FileError> {
    let mut existing = std::path::absolute(path).map_err(|error| errors::at(path, error))?;
    let mut absent: Vec<OsString> = Vec::new();
    let mut followed = 0;
    loop {
        match existing.canonicalize() {
            Ok(mut resolved) => {
                resolved.extend(absent.iter().rev());
                errors::utf8(&resolved)?;
                return Ok(resolved);
            }
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
            Err(error) => return Err(errors::at(path, error)),
        }
        let parent = existing.parent().unwrap_or(&existing).to_path_buf();
        if let Ok(target) = existing.read_link() {
            followed += 1;
            if followed > MOST_LINKS {
                return Err(FileError::LinkLoop { path: errors::shown(path) });
            }
            existing = parent.join(target);
            continue;
        }
        match existing.components().next_back() {
            Some(Component::Normal(name)) => absent.push(name.to_os_string()),
            // Behind what does not exist: taken by the text.
            Some(Component::ParentDir) => {
                existing = parent.parent().unwrap_or(&parent).to_path_buf();
                continue;
            }
            _ => return Err(FileError::NotFound { path: errors::shown(path) }),
        }
        existing = parent;
    }
}
