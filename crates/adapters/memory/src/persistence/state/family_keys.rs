//! Families by key, in byte order.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

use freehold_domain::{ArtifactKey, ArtifactStem};

/// Which families have which key, in byte order of the keys.
///
/// Clones share the index until one of them is written to.
#[derive(Debug, Clone, Default)]
pub(crate) struct FamilyKeys(Arc<BTreeMap<Arc<str>, BTreeSet<ArtifactStem>>>);

impl FamilyKeys {
    pub(crate) fn insert(&mut self, key: &ArtifactKey, stem: ArtifactStem) {
        Arc::make_mut(&mut self.0).entry(key.as_str().into()).or_default().insert(stem);
    }

    pub(crate) fn remove(&mut self, key: &ArtifactKey, stem: &ArtifactStem) {
        let index = Arc::make_mut(&mut self.0);
        if let Some(stems) = index.get_mut(key.as_str()) {
            stems.remove(stem);
            if stems.is_empty() {
                index.remove(key.as_str());
            }
        }
    }

    /// The families that have exactly this key.
    pub(crate) fn with_key(&self, key: &ArtifactKey) -> impl Iterator<Item = ArtifactStem> {
        self.0.get(key.as_str()).into_iter().flatten().copied()
    }

    /// The families whose keys begin with `prefix` and do not sort before `from`, by key and then stem.
    pub(crate) fn with_prefix(&self, prefix: &str, from: &str) -> impl Iterator<Item = ArtifactStem> {
        let start = Bound::Included(prefix.max(from));
        let behind = self.0.range::<str, _>((start, Bound::Unbounded));
        behind.take_while(move |(key, _)| key.starts_with(prefix)).flat_map(|(_, stems)| stems).copied()
    }
}
