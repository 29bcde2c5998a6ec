//! Whether a file that is open is still the one at its path.

use std::fs::File;
use std::io;
use std::path::Path;

/// Whether `file` is what lies at `path`; symbolic links are not followed.
#[cfg(unix)]
pub(crate) fn has_name(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let of_file = file.metadata()?;
    match std::fs::symlink_metadata(path) {
        Ok(of_path) => Ok((of_file.dev(), of_file.ino()) == (of_path.dev(), of_path.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// An open file keeps its name on other systems.
#[cfg(not(unix))]
pub(crate) fn has_name(_: &File, _: &Path) -> io::Result<bool> {
    Ok(true)
}
