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
    /// Gives the one spelling of a root: symbolic links on the way are resolved as far as the path exists. Changes nothing, and the
    /// place need not exist.
    ///
    /// # Errors
    /// `NotALocation` when a file, or anything else that is not a folder, is there, or the links form a loop; `PermissionDenied`.
    async fn resolve(&self, root: &StorageRoot) -> Result<StorageRoot, BlobError>;

    /// Opens a location. Nothing is made or changed, and the place need not exist.
    ///
    /// # Errors
    /// `NotBuiltIn`; `NotALocation`.
    async fn open(&self, root: &StorageRoot) -> Result<Arc<dyn BlobStore>, BlobError>;

    /// Removes what is left of an emptied location: the folder `.lamindb/` when it is empty, and the root when that is empty, too.
    /// Never anything that holds something.
    ///
    /// # Idempotency
    /// What is absent, or not empty, is success.
    async fn remove_empty(&self, root: &StorageRoot) -> Result<(), BlobError>;
}
