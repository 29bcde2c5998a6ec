//! A whole machine in memory: every port at once.

use crate::{
    CountingUids, FixedClock, MemoryBlobStores, MemoryContentCache, MemoryDatabases, MemoryFiles,
    MemoryInstanceDirectory, MemoryLiveness,
};

/// The most bytes that the cache of a machine in memory keeps.
const CACHE_LIMIT: u64 = 16 * 1024 * 1024;

/// A whole machine in memory: every port at once, its files on the disk of its local storage locations.
///
/// Clones are the same machine. Give each port to Freehold as `Arc::new(machine.databases.clone())`, and keep the machine to
/// look at what has come of it.
///
/// ```
/// use std::path::Path;
/// use std::sync::Arc;
///
/// use freehold_memory::MemoryMachine;
/// use freehold_ports::persistence::Databases;
///
/// let machine = MemoryMachine::new();
/// machine.files.put(Path::new("/home/ada/plate1.csv"), "1,2\n");
/// let databases: Arc<dyn Databases> = Arc::new(machine.databases.clone());
/// # drop(databases);
/// ```
#[derive(Debug, Clone)]
pub struct MemoryMachine {
    /// Metadata databases.
    pub databases: MemoryDatabases,
    /// Storage locations.
    pub stores: MemoryBlobStores,
    /// Files that are no storage location.
    pub files: MemoryFiles,
    /// Contents of cloud blobs that are kept, at most 16 MiB.
    pub cache: MemoryContentCache,
    /// The time.
    pub clock: FixedClock,
    /// New identities.
    pub uids: CountingUids,
    /// Session locks.
    pub liveness: MemoryLiveness,
    /// Known instances and the user's profile.
    pub directory: MemoryInstanceDirectory,
}

impl Default for MemoryMachine {
    fn default() -> Self {
        let stores = MemoryBlobStores::new();
        let files = MemoryFiles::beside(&stores);
        Self {
            databases: MemoryDatabases::new(),
            cache: MemoryContentCache::new(&files, CACHE_LIMIT),
            files,
            stores,
            clock: FixedClock::new(),
            uids: CountingUids::default(),
            liveness: MemoryLiveness::new(),
            directory: MemoryInstanceDirectory::new(),
        }
    }
}

impl MemoryMachine {
    /// A machine on which nothing has happened yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same machine as another user sees it: with settings of their own, and identities of another count.
    #[must_use]
    pub fn of_another_user(&self, operating_system_user: &str, seed: u32) -> Self {
        Self {
            uids: CountingUids::new(seed),
            directory: MemoryInstanceDirectory::of_user(operating_system_user),
            ..self.clone()
        }
    }
}
