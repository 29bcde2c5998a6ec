//! One disk or bucket.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use super::{Content, VolumeName};

/// What is on a disk and is neither a plain file nor a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Oddity {
    /// A symbolic link to this path, absolute or relative to the folder of the link.
    Link(String),
    /// A pipe, socket or device.
    Special,
    /// A name that is not UTF-8; it is kept under its printable form.
    UnusableName,
}

impl Oddity {
    pub(crate) fn is_unusable_name(&self) -> bool {
        match self {
            Self::UnusableName => true,
            Self::Link(_) | Self::Special => false,
        }
    }
}

/// One disk or bucket: contents by path, without leading slash. Only a disk has folders and oddities.
#[derive(Debug)]
pub(crate) struct Volume {
    is_disk: bool,
    contents: BTreeMap<String, Content>,
    folders: BTreeSet<String>,
    oddities: BTreeMap<String, Oddity>,
    unreadable: BTreeSet<String>,
}

impl Volume {
    pub(super) fn new(name: &VolumeName) -> Self {
        Self {
            is_disk: *name == VolumeName::Disk,
            contents: BTreeMap::new(),
            folders: BTreeSet::new(),
            oddities: BTreeMap::new(),
            unreadable: BTreeSet::new(),
        }
    }

    pub(crate) fn content(&self, path: &str) -> Option<&Content> {
        self.contents.get(path)
    }

    pub(crate) fn oddity(&self, path: &str) -> Option<&Oddity> {
        self.oddities.get(path)
    }

    /// Whether there is a folder at `path`.
    pub(crate) fn is_folder(&self, path: &str) -> bool {
        self.is_disk && (path.is_empty() || self.folders.contains(path))
    }

    /// Whether a folder or an oddity is at `path`.
    pub(crate) fn is_no_file(&self, path: &str) -> bool {
        self.is_folder(path) || self.oddities.contains_key(path)
    }

    /// Whether no folder can be at `path`: something else is there, or where a folder on the way to it would have to be.
    pub(crate) fn is_no_place_for_a_folder(&self, path: &str) -> bool {
        let is_taken = |path: &str| self.contents.contains_key(path) || self.oddities.contains_key(path);
        self.is_disk && (is_taken(path) || folders_above(path).any(is_taken))
    }

    /// Whether no file can be at `path`: a folder or an oddity is there, or something that is no folder is on the way to it.
    pub(crate) fn is_no_place_for_a_file(&self, path: &str) -> bool {
        let is_below_a_file =
            path.rsplit_once('/').is_some_and(|(folder, _)| self.is_no_place_for_a_folder(folder));
        self.is_no_file(path) || is_below_a_file
    }

    /// Every content below `folder`, with its path in the volume, in the byte order of the paths.
    pub(crate) fn below(&self, folder: &str) -> impl Iterator<Item = (&str, &Content)> {
        entries(&self.contents, folder)
    }

    /// Every oddity below `folder`, with its path in the volume.
    pub(crate) fn oddities_below(&self, folder: &str) -> impl Iterator<Item = (&str, &Oddity)> {
        entries(&self.oddities, folder)
    }

    /// Every folder below `folder`, by its path in the volume.
    pub(crate) fn folders_below(&self, folder: &str) -> impl Iterator<Item = &str> {
        let prefix = prefix_below(folder);
        let behind = self.folders.range::<str, _>((Bound::Excluded(prefix.as_str()), Bound::Unbounded));
        behind.map(String::as_str).take_while(move |path| path.starts_with(&prefix))
    }

    /// Whether access to `path` itself is refused.
    pub(crate) fn is_unreadable(&self, path: &str) -> bool {
        self.unreadable.contains(path)
    }

    /// Whether access to a folder on the way to `path` is refused.
    pub(crate) fn is_out_of_reach(&self, path: &str) -> bool {
        folders_above(path).any(|folder| self.unreadable.contains(folder))
    }

    pub(crate) fn set_unreadable(&mut self, path: &str, is_unreadable: bool) {
        if is_unreadable {
            self.unreadable.insert(path.to_owned());
        } else {
            self.unreadable.remove(path);
        }
    }

    /// Makes a folder and those above it.
    pub(crate) fn make_folder(&mut self, path: &str) {
        if !self.is_disk {
            return;
        }
        for folder in std::iter::once(path).chain(folders_above(path)) {
            if !folder.is_empty() {
                self.folders.insert(folder.to_owned());
            }
        }
    }

    /// Removes a folder if nothing is in it.
    pub(crate) fn remove_empty_folder(&mut self, path: &str) {
        let is_empty = self.below(path).next().is_none()
            && self.oddities_below(path).next().is_none()
            && self.folders_below(path).next().is_none();
        if is_empty {
            self.folders.remove(path);
        }
    }

    /// Puts an oddity in place of what is at `path`, and makes the folders on the way.
    pub(crate) fn put_oddity(&mut self, path: &str, oddity: Oddity) {
        self.make_folders_above(path);
        self.contents.remove(path);
        self.oddities.insert(path.to_owned(), oddity);
    }

    /// Puts a content in place of what is at `path`, and makes the folders on the way.
    pub(super) fn put(&mut self, path: &str, content: Content) {
        self.make_folders_above(path);
        self.oddities.remove(path);
        self.contents.insert(path.to_owned(), content);
    }

    /// Removes the content or oddity at `path` and says whether there was one.
    pub(crate) fn remove(&mut self, path: &str) -> bool {
        self.contents.remove(path).is_some() | self.oddities.remove(path).is_some()
    }

    fn make_folders_above(&mut self, path: &str) {
        if let Some((folder, _)) = path.rsplit_once('/') {
            self.make_folder(folder);
        }
    }
}

/// The entries of a map by path that lie below `folder`.
fn entries<'map, T>(
    map: &'map BTreeMap<String, T>,
    folder: &str,
) -> impl Iterator<Item = (&'map str, &'map T)> + use<'map, T> {
    let prefix = prefix_below(folder);
    let behind = map.range::<str, _>((Bound::Excluded(prefix.as_str()), Bound::Unbounded));
    behind.map(|(path, entry)| (path.as_str(), entry)).take_while(move |(path, _)| path.starts_with(&prefix))
}

/// What the paths of everything below `folder` begin with.
fn prefix_below(folder: &str) -> String {
    if folder.is_empty() { String::new() } else { format!("{folder}/") }
}

/// The folders that contain `path`, nearest first, without the volume itself.
fn folders_above(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(path.rsplit_once('/'), |(folder, _)| folder.rsplit_once('/'))
        .map(|(folder, _)| folder)
}
