//! Found records in the order in which they were asked for.

use std::collections::HashMap;
use std::hash::Hash;

/// The records of these keys in their order, each as often as it was asked for; absent ones are left out.
pub(crate) fn as_asked<K: Eq + Hash, T: Clone>(keys: &[K], found: &HashMap<K, T>) -> Vec<T> {
    keys.iter().filter_map(|key| found.get(key).cloned()).collect()
}
