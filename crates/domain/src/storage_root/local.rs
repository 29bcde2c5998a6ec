//! Local paths, resolved by their text alone.

use super::place::Place;
use super::{StoragePathError, Surroundings};
use crate::storage_kind::StorageKind;

/// Makes a path absolute and brings it into normal form.
pub(super) fn resolve(text: &str, surroundings: &Surroundings) -> Result<Place, StoragePathError> {
    if text.starts_with('/') {
        return Ok(normalize(text));
    }
    if let Some(below_home) = text.strip_prefix('~').filter(|rest| rest.is_empty() || rest.starts_with('/')) {
        let home = surroundings.home.as_deref().filter(|home| home.starts_with('/'));
        let home = home.ok_or_else(|| StoragePathError::UnknownHome { text: text.to_owned() })?;
        return Ok(normalize(&format!("{home}/{below_home}")));
    }
    let directory = &surroundings.current_directory;
    if !directory.starts_with('/') {
        return Err(StoragePathError::UnknownCurrentDirectory { text: text.to_owned() });
    }
    Ok(normalize(&format!("{directory}/{text}")))
}

/// The normal form of an absolute path: `.`, `..` and empty segments resolved. Nothing lies above `/`.
pub(super) fn normalize(absolute: &str) -> Place {
    let mut segments = Vec::new();
    for segment in absolute.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            _ => segments.push(segment),
        }
    }
    Place::new(StorageKind::Local, "", &segments.join("/"), "")
}
