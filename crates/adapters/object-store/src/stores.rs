//! Which backend serves a root.

use std::sync::Arc;

use async_trait::async_trait;
use freehold_domain::StorageRoot;
use freehold_ports::blobs::{BlobError, BlobStore, BlobStores};

use crate::cloud;
#[cfg(unix)]
use crate::local::{self, LocalStore, Place};

/// Every backend of this crate: local disk.
///
/// ```
/// # use freehold_domain::StorageRoot;
/// # use freehold_ports::blobs::BlobError;
/// use freehold_object_store::ObjectStoreBlobStores;
/// use freehold_ports::blobs::{BlobStores, FromBytes, PutOptions};
///
/// # async fn example(root: StorageRoot) -> Result<(), Box<dyn std::error::Error>> {
/// let stores = ObjectStoreBlobStores::new();
/// let root = stores.resolve(&root).await?;
/// let store = stores.open(&root).await?;
/// store.put(&"raw/plate1.csv".parse()?, FromBytes::boxed("a,b\n"), PutOptions::CREATE).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct ObjectStoreBlobStores {
    _private: (),
}

impl ObjectStoreBlobStores {
    /// The backends.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

#[cfg(unix)]
#[async_trait]
impl BlobStores for ObjectStoreBlobStores {
    async fn resolve(&self, root: &StorageRoot) -> Result<StorageRoot, BlobError> {
        match Place::of(root) {
            Some(place) => local::resolve(place).await,
            None => Err(cloud::not_built_in(root)),
        }
    }

    async fn open(&self, root: &StorageRoot) -> Result<Arc<dyn BlobStore>, BlobError> {
        match Place::of(root) {
            Some(place) => Ok(Arc::new(LocalStore::open(place).await?)),
            None => Err(cloud::not_built_in(root)),
        }
    }

    async fn remove_empty(&self, root: &StorageRoot) -> Result<(), BlobError> {
        match Place::of(root) {
            Some(place) => local::remove_empty(place).await,
            None => Err(cloud::not_built_in(root)),
        }
    }
}

#[cfg(not(unix))]
#[async_trait]
impl BlobStores for ObjectStoreBlobStores {
    async fn resolve(&self, root: &StorageRoot) -> Result<StorageRoot, BlobError> {
        Err(cloud::not_built_in(root))
    }

    async fn open(&self, root: &StorageRoot) -> Result<Arc<dyn BlobStore>, BlobError> {
        Err(cloud::not_built_in(root))
    }

    async fn remove_empty(&self, root: &StorageRoot) -> Result<(), BlobError> {
        Err(cloud::not_built_in(root))
    }
}
