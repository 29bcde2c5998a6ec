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
    /// Gives the one spelling of a root: symbolic links on the way are resolved as far as the path exists, names are those that their folders
    /// have where a file system ignores case, and a cloud root gets the endpoint that the environment names, unless it has one. Changes nothing,
    /// and the place need not exist.
    ///
    /// # Errors
    /// `NotALocation` when a file, or anything else that is not a folder, is there, or the links form a loop; `PermissionDenied`.
    async fn resolve(&self, root: &StorageRoot) -> Result<StorageRoot, BlobError>;

    /// Gives the other roots that are this very place, such as those that a bind mount shows, each in its one spelling and never `root` itself.
    /// The place need not exist.
    ///
    /// # Completeness
    /// Every root that is given is the same place at this moment. There may be more: a backend that cannot tell keeps the given method, which
    /// knows none.
    async fn aliases(&self, root: &StorageRoot) -> Result<Vec<StorageRoot>, BlobError> {
        let _ = root;
        Ok(Vec::new())
    }

    /// Gives every root that contains this place: its ancestors, nearest first, and then those of its [`aliases`](Self::aliases), as far as
    /// they are known. Never `root` itself. A backend without aliases keeps the given method.
    async fn enclosing(&self, root: &StorageRoot) -> Result<Vec<StorageRoot>, BlobError> {
        Ok(root.ancestors().collect())
    }

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
