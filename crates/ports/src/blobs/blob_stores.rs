//! Every backend that is built in.

use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use freehold_domain::StorageRoot;

use super::{BlobError, BlobStore};

/// Every backend that is built in.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait BlobStores: Debug + Send + Sync {
    /// Gives the one spelling of a root: symbolic links on the way are resolved as far as the path exists, and a cloud root gets the endpoint
    /// that the environment names, unless it has one. Changes nothing, and the place need not exist.
    ///
    /// # Errors
    /// `NotALocation` when a file, or anything else that is not a folder, is there, or the links form a loop; `PermissionDenied`.
    async fn resolve(&self, root: &StorageRoot) -> Result<StorageRoot, BlobError>;

    /// Opens a location. Nothing is made or changed, and the place need not exist.
    ///
    /// # Errors
    /// `NotBuiltIn`; `NotALocation`. A cloud may be asked for the region, and answer `BucketMissing`, `CredentialsUnusable`,
    /// `PermissionDenied` or `Unavailable`.
    async fn open(&self, root: &StorageRoot) -> Result<Arc<dyn BlobStore>, BlobError>;

    /// Opens a location that lies in a known region, which spares asking for it and overrides what the backend would say. A backend without
    /// regions keeps the given method.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    async fn open_in_region(
        &self,
        root: &StorageRoot,
        region: &str,
    ) -> Result<Arc<dyn BlobStore>, BlobError> {
        let _ = region;
        self.open(root).await
    }

    /// Removes what is left of an emptied location: the folder `.lamindb/` when it is empty, and the root when that is empty, too.
    /// Never anything that holds something.
    ///
    /// # Idempotency
    /// What is absent, or not empty, is success.
    async fn remove_empty(&self, root: &StorageRoot) -> Result<(), BlobError>;
}
