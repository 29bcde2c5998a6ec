//! The normal form that roots and paths share.

use std::path::Path;

use super::error::readable;
use super::{StoragePath, StoragePathError, Surroundings, cloud, file_url, local};
use crate::storage_kind::StorageKind;

/// What begins the query part of a place on a server of one's own.
pub(super) const ENDPOINT_QUERY: &str = "?endpoint_url=";

/// A place in normal form: an anchor (nothing, or `s3://bucket`), a path below it, and the endpoint.
///
/// The text determines the other fields, also where [`Place::child`] appends the key of a blob with a `?` in it: an
/// endpoint has an empty segment, `http://`, and no path below an anchor has one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Place {
    text: String,
    kind: StorageKind,
    /// Where the anchor ends and the path begins, with its slash.
    anchor_end: usize,
    /// Where the path ends and the query begins.
    path_end: usize,
}

impl Place {
    /// Reads any spelling of a place.
    pub(super) fn parse(text: &str, surroundings: &Surroundings) -> Result<Self, StoragePathError> {
        if text.trim().is_empty() {
            return Err(StoragePathError::Empty);
        }
        check_control_characters(text)?;
        let place = match split_scheme(text) {
            None => local::resolve(text, surroundings),
            Some(("file", rest)) => file_url::decode(text, rest).map(|path| local::normalize(&path)),
            Some(("s3", rest)) => cloud::parse(StorageKind::S3, text, rest),
            Some(("gs", rest)) => cloud::parse(StorageKind::Gs, text, rest),
            Some((scheme, _)) => Err(StoragePathError::UnsupportedScheme { scheme: scheme.to_owned() }),
        }?;
        check_control_characters(&place.text)?;
        if place.text.len() > StoragePath::MAXIMUM_LENGTH {
            return Err(StoragePathError::TooLong { length: place.text.len() });
        }
        Ok(place)
    }

    /// The place of segments that are in normal form.
    pub(super) fn new(kind: StorageKind, anchor: &str, inner: &str, query: &str) -> Self {
        let slash = if inner.is_empty() && !anchor.is_empty() { "" } else { "/" };
        let path_end = anchor.len() + slash.len() + inner.len();
        Self { text: format!("{anchor}{slash}{inner}{query}"), kind, anchor_end: anchor.len(), path_end }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) fn kind(&self) -> StorageKind {
        self.kind
    }

    pub(super) fn bucket(&self) -> Option<&str> {
        self.anchor().split_once("://").map(|(_, bucket)| bucket)
    }

    pub(super) fn endpoint_url(&self) -> Option<&str> {
        self.query().strip_prefix(ENDPOINT_QUERY)
    }

    pub(super) fn local_path(&self) -> Option<&Path> {
        match self.kind {
            StorageKind::Local => Some(Path::new(&self.text)),
            StorageKind::S3 | StorageKind::Gs => None,
        }
    }

    fn anchor(&self) -> &str {
        self.text.get(..self.anchor_end).unwrap_or_default()
    }

    /// The path below the anchor, without slashes at its ends.
    pub(super) fn inner(&self) -> &str {
        let path = self.text.get(self.anchor_end..self.path_end).unwrap_or_default();
        path.strip_prefix('/').unwrap_or_default()
    }

    fn query(&self) -> &str {
        self.text.get(self.path_end..).unwrap_or_default()
    }

    /// The parts of the path below the anchor, outermost first.
    pub(super) fn segments(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.inner().split('/').filter(|segment| !segment.is_empty())
    }

    /// The path of `other` below this place: empty when both are equal, `None` when it lies elsewhere.
    pub(super) fn relative<'other>(&self, other: &'other Self) -> Option<&'other str> {
        if (self.kind, self.anchor(), self.query()) != (other.kind, other.anchor(), other.query()) {
            return None;
        }
        if self.inner().is_empty() {
            return Some(other.inner());
        }
        let rest = other.inner().strip_prefix(self.inner())?;
        if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
    }

    /// The place at `key` below this one.
    pub(super) fn child(&self, key: &str) -> Self {
        match self.inner() {
            "" => self.at(key),
            inner => self.at(&format!("{inner}/{key}")),
        }
    }

    /// The place that directly contains this one; `None` at the anchor.
    pub(super) fn parent(&self) -> Option<Self> {
        match self.inner() {
            "" => None,
            inner => Some(self.at(inner.rsplit_once('/').map_or("", |(parent, _)| parent))),
        }
    }

    /// The place at another path below the same anchor.
    fn at(&self, inner: &str) -> Self {
        Self::new(self.kind, self.anchor(), inner, self.query())
    }
}

/// Splits `scheme://rest`. Whatever stands before the first slash counts as a scheme there, also an unheard-of one:
/// that ` s3://bucket` should mean a local directory would surprise everybody.
fn split_scheme(text: &str) -> Option<(&str, &str)> {
    text.split_once("://").filter(|(scheme, _)| !scheme.contains('/'))
}

fn check_control_characters(text: &str) -> Result<(), StoragePathError> {
    match text.chars().find(|character| character.is_control()) {
        Some(character) => Err(StoragePathError::ControlCharacter { text: readable(text), character }),
        None => Ok(()),
    }
}
