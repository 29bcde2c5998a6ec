//! Which backend serves a root.

use std::sync::Arc;

use async_trait::async_trait;
use freehold_domain::{StorageKind, StorageRoot};
use freehold_ports::blobs::{BlobError, BlobStore, BlobStores};

#[cfg(feature = "_cloud")]
use crate::cloud::{CloudStore, Clouds, Environment};
#[cfg(all(unix, feature = "local"))]
use crate::local::{self, LocalStore, Place};

/// Every backend of this crate that is built in: local disk, S3, Google Cloud Storage.
///
/// Clones share what they have found out: credentials, regions, connections. A value belongs to one tokio runtime.
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
#[derive(Debug, Clone)]
pub struct ObjectStoreBlobStores {
    #[cfg(feature = "_cloud")]
    clouds: Clouds,
}

impl ObjectStoreBlobStores {
    /// The backends, with the credentials and settings that the environment of the process names.
    #[must_use]
    pub fn new() -> Self {
        Self {
            #[cfg(feature = "_cloud")]
            clouds: Clouds::new(Environment::of_process()),
        }
    }

    /// The backends, with the credentials and settings that this environment names.
    #[cfg(feature = "_cloud")]
    #[must_use]
    pub fn with_environment(environment: Environment) -> Self {
        Self { clouds: Clouds::new(environment) }
    }

    #[cfg(feature = "_cloud")]
    async fn cloud(&self, root: &StorageRoot, region: Option<&str>) -> Result<CloudStore, BlobError> {
        let bucket = self.clouds.bucket(root, region).await?;
        Ok(CloudStore::new(root, bucket, &self.clouds))
    }
}

impl Default for ObjectStoreBlobStores {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl BlobStores for ObjectStoreBlobStores {
    async fn resolve(&self, root: &StorageRoot) -> Result<StorageRoot, BlobError> {
        #[cfg(all(unix, feature = "local"))]
        if let Some(place) = Place::of(root) {
            return local::resolve(place).await;
        }
        #[cfg(feature = "_cloud")]
        if is_cloud(root) {
            return self.clouds.resolve(root);
        }
        Err(not_built_in(root))
    }

    async fn open(&self, root: &StorageRoot) -> Result<Arc<dyn BlobStore>, BlobError> {
        #[cfg(all(unix, feature = "local"))]
        if let Some(place) = Place::of(root) {
            return Ok(Arc::new(LocalStore::open(place).await?));
        }
        #[cfg(feature = "_cloud")]
        if is_cloud(root) {
            return Ok(Arc::new(self.cloud(root, None).await?));
        }
        Err(not_built_in(root))
    }

    #[cfg(feature = "_cloud")]
    async fn open_in_region(
        &self,
        root: &StorageRoot,
        region: &str,
    ) -> Result<Arc<dyn BlobStore>, BlobError> {
        match root.kind() {
            StorageKind::S3 => Ok(Arc::new(self.cloud(root, Some(region)).await?)),
            StorageKind::Gs | StorageKind::Local => self.open(root).await,
        }
    }

    async fn aliases(&self, root: &StorageRoot) -> Result<Vec<StorageRoot>, BlobError> {
        #[cfg(all(unix, feature = "local"))]
        if let Some(place) = Place::of(root) {
            return local::aliases(place).await;
        }
        let _ = root;
        Ok(Vec::new())
    }

    async fn enclosing(&self, root: &StorageRoot) -> Result<Vec<StorageRoot>, BlobError> {
        #[cfg(all(unix, feature = "local"))]
        if let Some(place) = Place::of(root) {
            return local::enclosing(place, root.clone()).await;
        }
        Ok(root.ancestors().collect())
    }

    async fn remove_empty(&self, root: &StorageRoot) -> Result<(), BlobError> {
        #[cfg(all(unix, feature = "local"))]
        if let Some(place) = Place::of(root) {
            return local::remove_empty(place).await;
        }
        #[cfg(feature = "_cloud")]
        if is_cloud(root) {
            return self.cloud(root, None).await?.remove_empty().await;
        }
        Err(not_built_in(root))
    }
}

#[cfg(feature = "_cloud")]
fn is_cloud(root: &StorageRoot) -> bool {
    match root.kind() {
        StorageKind::S3 => cfg!(feature = "s3"),
        StorageKind::Gs => cfg!(feature = "gcs"),
        StorageKind::Local => false,
    }
}

/// The error for a location whose backend is not built in.
pub(crate) fn not_built_in(root: &StorageRoot) -> BlobError {
    let backend = match root.kind() {
        StorageKind::S3 => "S3",
        StorageKind::Gs => "Google Cloud Storage",
        StorageKind::Local => "local disk",
    };
    BlobError::NotBuiltIn { location: root.to_string(), backend }
}
