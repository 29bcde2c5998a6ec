//! Listings of artifacts, by filter, in both orders.

use std::fmt;
use std::str::FromStr;

use freehold_domain::{Artifact, ArtifactKey, ArtifactKeyPrefix, ArtifactUid, Family};
use freehold_ports::persistence::{ArtifactFilter, Page, PageRequest, PersistenceError};

use super::with_family;
use crate::persistence::page::{cut, position};
use crate::persistence::state::State;

/// Lists by key in byte order, then by uid.
pub(super) fn by_key(
    state: &State,
    filter: &ArtifactFilter,
    page: &PageRequest,
) -> Result<Page<Artifact>, PersistenceError> {
    let behind = position::<KeyPosition>(page)?;
    let prefix = filter.prefix.as_ref().map_or("", ArtifactKeyPrefix::as_str);
    let from = behind.as_ref().map_or("", |behind| behind.key.as_str());
    let families = state.family_keys.with_prefix(prefix, from).filter_map(|stem| state.families.get(&stem));
    let rows = families
        .flat_map(|family| state.versions_of(family.stem()).map(move |artifact| (artifact, family)))
        .filter(|(artifact, family)| is_wanted(state, artifact, family, filter))
        .map(|(artifact, family)| {
            (KeyPosition { key: family.key.clone(), uid: artifact.uid }, artifact, family)
        })
        .filter(|(position, _, _)| behind.as_ref().is_none_or(|behind| position > behind))
        .map(|(position, artifact, family)| (position, with_family(artifact.clone(), family)));
    Ok(cut(page, rows))
}

/// Lists the last recorded first.
pub(super) fn newest_first(
    state: &State,
    filter: &ArtifactFilter,
    page: &PageRequest,
) -> Result<Page<Artifact>, PersistenceError> {
    let rows = state
        .artifacts
        .newest_first(position(page)?)
        .filter_map(|(number, artifact)| {
            state.families.get(&artifact.uid.stem()).map(|family| (number, artifact, family))
        })
        .filter(|(_, artifact, family)| is_wanted(state, artifact, family, filter))
        .map(|(number, artifact, family)| (number, with_family(artifact.clone(), family)));
    Ok(cut(page, rows))
}

/// Where a listing by key goes on.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct KeyPosition {
    key: ArtifactKey,
    uid: ArtifactUid,
}

impl fmt::Display for KeyPosition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.uid, self.key)
    }
}

/// A text that no listing by key ever gave.
struct NoPosition;

impl FromStr for KeyPosition {
    type Err = NoPosition;

    fn from_str(text: &str) -> Result<Self, NoPosition> {
        let (uid, key) = text.split_once('/').ok_or(NoPosition)?;
        match (uid.parse(), key.parse()) {
            (Ok(uid), Ok(key)) => Ok(Self { key, uid }),
            _ => Err(NoPosition),
        }
    }
}

fn is_wanted(state: &State, artifact: &Artifact, family: &Family, filter: &ArtifactFilter) -> bool {
    let ArtifactFilter { prefix, storage, run, states, all_versions } = filter;
    prefix.as_ref().is_none_or(|prefix| prefix.matches(&family.key))
        && storage.is_none_or(|storage| artifact.placement.storage == storage)
        && run.is_none_or(|run| state.outputs.contains(run, artifact.uid))
        && states.contains(&artifact.state)
        && (*all_versions || family.head() == Some(artifact.uid))
}
