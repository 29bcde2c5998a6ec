//! The folders of the cache: private, and never behind a symbolic link.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

/// Makes the folder of the cache, and those on the way, for nobody but the user. One that is there stays as it is.
pub(super) fn make_whole(folder: &Path) -> io::Result<()> {
    builder().recursive(true).create(folder)
}

/// Makes a folder inside the cache's own. One that is there must be a real one.
pub(super) fn make_inner(folder: &Path) -> io::Result<()> {
    match builder().create(folder) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => require_real(folder).map(|_| ()),
        made => made,
    }
}

/// Whether the folder is there. Anything else in its place is an error, a symbolic link to a folder, too.
pub(super) fn require_real(folder: &Path) -> io::Result<bool> {
    match fs::symlink_metadata(folder) {
        Ok(metadata) if metadata.is_dir() => Ok(true),
        Ok(metadata) if metadata.is_symlink() => {
            let message = format!("{} is a symbolic link, which the cache does not follow", folder.display());
            Err(io::Error::other(message))
        }
        Ok(_) => Err(ErrorKind::NotADirectory.into()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn builder() -> fs::DirBuilder {
    #[allow(unused_mut)]
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}
