//! Users of a registry.

use async_trait::async_trait;
use freehold_domain::{User, UserUid};

use super::{Page, PageRequest, PersistenceError};

/// Users of a registry.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait UserRepository: Send {
    /// Adds users.
    ///
    /// # Errors
    /// `AlreadyExists` when a uid is taken. Handles are not unique: people choose them.
    async fn insert_many(&mut self, users: &[User]) -> Result<(), PersistenceError>;

    /// Gives the users with these uids, in the order of the uids; absent ones are left out.
    async fn find_many(&mut self, uids: &[UserUid]) -> Result<Vec<User>, PersistenceError>;

    /// Replaces the handle and name of a user.
    ///
    /// # Errors
    /// `NotFound`.
    async fn update(&mut self, user: &User) -> Result<(), PersistenceError>;

    /// Removes a user and says whether there was one.
    ///
    /// # Errors
    /// `InUse` while any record was created by the user: provenance is never erased.
    async fn delete(&mut self, uid: &UserUid) -> Result<bool, PersistenceError>;

    /// Lists users by uid.
    async fn list(&mut self, page: &PageRequest) -> Result<Page<User>, PersistenceError>;
}
