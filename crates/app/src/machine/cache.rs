//! The cache of a machine.

use std::path::PathBuf;

use freehold_ports::cache::{CacheError, CacheUsage};
use freehold_system::FolderCache;

use super::Machine;

/// What was read from clouds and is kept.
impl Machine {
    /// The folder in which the `freehold` binary keeps it unless told otherwise: `freehold` in the cache folder of the platform; none when
    /// the user has no home.
    #[must_use]
    pub fn default_cache_dir() -> Option<PathBuf> {
        FolderCache::default_location()
    }

    /// Says what lies in the cache; `None` when there is no cache.
    ///
    /// # Errors
    /// The cache cannot be read.
    pub async fn cache_usage(&self) -> Result<Option<CacheUsage>, CacheError> {
        match &self.0.cache {
            Some(cache) => cache.usage().await.map(Some),
            None => Ok(None),
        }
    }

    /// Removes everything from the cache, and says what was removed; `None` when there is no cache. What other processes are keeping at the
    /// moment may stay.
    ///
    /// # Errors
    /// The cache cannot be changed. What could be removed is gone.
    pub async fn clear_cache(&self) -> Result<Option<CacheUsage>, CacheError> {
        match &self.0.cache {
            Some(cache) => cache.clear().await.map(Some),
            None => Ok(None),
        }
    }
}
