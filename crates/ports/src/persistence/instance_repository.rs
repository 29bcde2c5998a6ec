//! The one instance row of a registry.

use async_trait::async_trait;
use freehold_domain::Instance;

use super::PersistenceError;

/// The one instance row of a registry.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait InstanceRepository: Send {
    /// Records the instance that this registry is of.
    ///
    /// # Errors
    /// `AlreadyExists` when the registry is of an instance already, this one or another: two never share a database.
    async fn insert(&mut self, instance: &Instance) -> Result<(), PersistenceError>;

    /// Gives the instance that this registry is of.
    async fn find(&mut self) -> Result<Option<Instance>, PersistenceError>;

    /// Records the instance's default storage, and whether it is closing. Its id, slug and time of creation never change.
    ///
    /// # Errors
    /// `NotFound` when the registry is not of this instance, or the default storage is not recorded.
    async fn update(&mut self, instance: &Instance) -> Result<(), PersistenceError>;
}
