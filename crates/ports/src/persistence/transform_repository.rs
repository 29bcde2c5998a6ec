//! Transforms of a registry.

use async_trait::async_trait;
use freehold_domain::{Transform, TransformKey, TransformUid};

use super::{Page, PageRequest, PersistenceError};

/// Transforms of a registry.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait TransformRepository: Send {
    /// Adds transforms.
    ///
    /// # Errors
    /// `AlreadyExists` when a uid is taken; `NotFound` when the creating user is not recorded.
    async fn insert_many(&mut self, transforms: &[Transform]) -> Result<(), PersistenceError>;

    /// Gives the transforms with these uids, in the order of the uids; absent ones are left out.
    async fn find_many(&mut self, uids: &[TransformUid]) -> Result<Vec<Transform>, PersistenceError>;

    /// Gives the newest recorded transform that has this key: of the one recorded last, the greatest version.
    async fn find_latest_by_key(&mut self, key: &TransformKey)
    -> Result<Option<Transform>, PersistenceError>;

    /// Lists transforms, the newest first.
    async fn list(&mut self, page: &PageRequest) -> Result<Page<Transform>, PersistenceError>;
}
