//! Where something lies: a volume and a path in it.

use freehold_domain::{BlobKey, StorageKind, StoragePath, StorageRoot};

/// Which volume something lies in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum VolumeName {
    /// The local file system.
    Disk,
    /// The bucket with this root.
    Bucket(StorageRoot),
}

/// A place in a volume. Two spellings of one place have one address, whichever location they begin at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    volume: VolumeName,
    path: String,
}

impl Address {
    /// The address of a location's root.
    pub(crate) fn of_root(root: &StorageRoot) -> Self {
        let top = root.ancestors().last().unwrap_or_else(|| root.clone());
        let path = top.relative_key(&StoragePath::from(root.clone()));
        let volume = match root.kind() {
            StorageKind::Local => VolumeName::Disk,
            StorageKind::S3 | StorageKind::Gs => VolumeName::Bucket(top),
        };
        Self { volume, path: path.map(|path| path.to_string()).unwrap_or_default() }
    }

    /// The address of a path of the local file system, `/`-separated and without leading slash.
    pub(crate) fn on_disk(path: impl Into<String>) -> Self {
        Self { volume: VolumeName::Disk, path: path.into() }
    }

    /// The address of what lies below this one.
    pub(crate) fn join(&self, key: &BlobKey) -> Self {
        let path = if self.path.is_empty() { key.to_string() } else { format!("{}/{key}", self.path) };
        Self { volume: self.volume.clone(), path }
    }

    /// The key, relative to this place, of what lies at `path` in the same volume; `None` unless it lies below, and when its
    /// name is no key.
    pub(crate) fn key_of(&self, path: &str) -> Option<BlobKey> {
        let below = match self.path.as_str() {
            "" => path,
            folder => path.strip_prefix(folder)?.strip_prefix('/')?,
        };
        BlobKey::parse(below).ok()
    }

    /// The volume.
    pub(crate) fn volume(&self) -> &VolumeName {
        &self.volume
    }

    /// The path in the volume; empty for the whole volume.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// Whether `other` is this place or lies below it.
    pub(crate) fn contains(&self, other: &Self) -> bool {
        let is_at_or_below = |path: &str, folder: &str| {
            folder.is_empty()
                || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.volume == other.volume && is_at_or_below(&other.path, &self.path)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn address(root: &str) -> Address {
        Address::of_root(&StorageRoot::from_canonical(root).unwrap())
    }

    #[test]
    fn one_place_has_one_address_from_wherever_it_is_reached() {
        let pairs = [("/data", "/data/lab"), ("/", "/lab"), ("s3://bucket", "s3://bucket/lab")];
        for (outer, inner) in pairs {
            let from_outside = address(outer).join(&"lab/a.csv".parse().unwrap());
            assert_eq!(from_outside, address(inner).join(&"a.csv".parse().unwrap()), "{inner}");
        }
    }

    #[test]
    fn another_endpoint_is_another_place() {
        let there = address("s3://bucket/lab?endpoint_url=http://minio.local:9000");
        assert_ne!(there.volume(), address("s3://bucket/lab").volume());
        assert_eq!(there.path(), "lab");
    }

    #[test]
    fn a_place_contains_what_lies_below_it_by_whole_segments() {
        assert!(address("/data").contains(&address("/data/lab")) && address("/").contains(&address("/data")));
        assert!(!address("/data").contains(&address("/database")));
        assert!(!address("/data/lab").contains(&address("/data")));
    }
}
