//! The backend: opens locations in one map.

use std::sync::Arc;

use async_trait::async_trait;
use freehold::domain::StorageRoot;
use freehold::ports::blobs::{BlobError, BlobStore, BlobStores};

use crate::map_store::{Map, MapStore};

/// Locations in a map. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct MapStores {
    map: Arc<Map>,
}

#[async_trait]
impl BlobStores for MapStores {
    /// A map has no links: every spelling is the one.
    async fn resolve(&self, root: &StorageRoot) -> Result<StorageRoot, BlobError> {
        Ok(root.clone())
    }

    async fn open(&self, root: &StorageRoot) -> Result<Arc<dyn BlobStore>, BlobError> {
        Ok(Arc::new(MapStore::new(Arc::clone(&self.map), root.clone())))
    }

    /// A map has no folders that could be left over.
    async fn remove_empty(&self, _: &StorageRoot) -> Result<(), BlobError> {
        Ok(())
    }
}
