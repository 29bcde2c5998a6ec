//! Which location a path belongs to.

use super::{StoragePath, StorageRoot};

/// The root of the location that `path` belongs to: the longest of `roots` that it lies inside.
///
/// A path does not lie inside the root that it equals.
///
/// ```
/// use freehold_domain::storage_root::{StoragePath, StorageRoot, Surroundings, owning_root};
///
/// let surroundings = Surroundings { current_directory: "/".into(), home: None };
/// let roots = [StorageRoot::from_canonical("/data")?, StorageRoot::from_canonical("/data/lab")?];
/// let path = StoragePath::parse("/data/lab/plate1.csv", &surroundings)?;
/// assert_eq!(owning_root(&roots, &path), Some(&roots[1]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn owning_root<'a>(
    roots: impl IntoIterator<Item = &'a StorageRoot>,
    path: &StoragePath,
) -> Option<&'a StorageRoot> {
    let containing = roots.into_iter().filter(|root| root.relative_key(path).is_some());
    containing.max_by_key(|root| root.depth())
}
