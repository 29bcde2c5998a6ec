//! A walk through a folder.

use std::path::Path;

use freehold_domain::RESERVED_DIRECTORY;
use freehold_ports::system::{FileEntry, FileError, WalkEntry};

use super::{entry, file_state, links, shown};
use crate::volumes::{Address, Content, Oddity, State, Volume};

/// What is met on a walk through the folder at an address, in the order of names, up to the first error.
pub(super) fn entries(
    state: &State,
    folder: &Address,
    directory: &Path,
) -> Vec<Result<WalkEntry, FileError>> {
    match entry(state, folder, directory) {
        Ok(FileEntry::Directory) => {}
        Ok(FileEntry::File(_)) => {
            let source = std::io::ErrorKind::NotADirectory.into();
            return vec![Err(FileError::Io { path: shown(directory), source })];
        }
        Err(error) => return vec![Err(error)],
    }
    let Some(volume) = state.volume(folder) else { return Vec::new() };
    if volume.is_unreadable(folder.path()) {
        return vec![Err(FileError::PermissionDenied { path: shown(directory) })];
    }
    let mut met = Vec::new();
    for (relative, thing) in things(volume, folder) {
        let path = directory.join(relative);
        let entry = match thing {
            Thing::File(content) => {
                Ok(WalkEntry::File { path, relative: relative.to_owned(), state: file_state(content) })
            }
            Thing::UnreadableFolder => Err(FileError::PermissionDenied { path: shown(&path) }),
            Thing::Oddity(Oddity::UnusableName) => Err(FileError::NotUtf8 { path: shown(&path) }),
            Thing::Oddity(Oddity::Special) => Ok(WalkEntry::SkippedSpecial { path }),
            Thing::Oddity(Oddity::Link(_)) => Ok(match link_target(state, folder, relative) {
                Some(content) => {
                    WalkEntry::File { path, relative: relative.to_owned(), state: file_state(content) }
                }
                None => WalkEntry::SkippedLink { path },
            }),
        };
        let is_end = entry.is_err();
        met.push(entry);
        if is_end {
            break;
        }
    }
    met
}

enum Thing<'volume> {
    File(&'volume Content),
    Oddity(&'volume Oddity),
    UnreadableFolder,
}

/// Everything below a folder that a walk meets, by its path below the folder, in the order of names.
fn things<'volume>(volume: &'volume Volume, folder: &Address) -> Vec<(&'volume str, Thing<'volume>)> {
    let files = volume.below(folder.path()).map(|(path, content)| (path, Thing::File(content)));
    let oddities = volume.oddities_below(folder.path()).map(|(path, oddity)| (path, Thing::Oddity(oddity)));
    let unreadable = volume.folders_below(folder.path()).filter(|path| volume.is_unreadable(path));
    let folders = unreadable.map(|path| (path, Thing::UnreadableFolder));
    let skipped = if folder.path().is_empty() { 0 } else { folder.path().len() + 1 };
    let below = files.chain(oddities).chain(folders);
    let mut things: Vec<_> =
        below.filter_map(|(path, thing)| path.get(skipped..).map(|relative| (relative, thing))).collect();
    things.retain(|(relative, thing)| !is_reserved(relative, thing));
    things.sort_by(|(one, _), (other, _)| one.split('/').cmp(other.split('/')));
    things
}

/// Whether something lies in, or is, a reserved folder. A plain file may have that name.
fn is_reserved(relative: &str, thing: &Thing<'_>) -> bool {
    let folders = match thing {
        Thing::UnreadableFolder => relative,
        Thing::File(_) | Thing::Oddity(_) => relative.rsplit_once('/').map_or("", |(folders, _)| folders),
    };
    folders.split('/').any(|segment| segment == RESERVED_DIRECTORY)
}

/// The plain file below the same folder that a link leads to.
fn link_target<'state>(state: &'state State, folder: &Address, relative: &str) -> Option<&'state Content> {
    let target = links::follow(state, &format!("/{}/{relative}", folder.path()))?;
    state.content(&target).filter(|_| folder.contains(&target))
}
