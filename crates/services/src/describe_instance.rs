//! Describe an instance: who it is, where its registry is, and where new artifacts go.

use freehold_domain::{DatabaseUrl, Instance, Storage, User};
use freehold_ports::persistence::PersistenceError;

use crate::{Registry, Transaction};

/// An instance, as people want to see it.
#[derive(Debug, Clone, PartialEq)]
pub struct InstanceDescription {
    /// The instance, as its database holds it now.
    pub instance: Instance,
    /// Where new artifacts go unless told otherwise.
    pub default_storage: Option<Storage>,
    /// Where the registry is.
    pub database: DatabaseUrl,
    /// Who works on it.
    pub user: User,
}

/// Describes an opened instance.
///
/// # Errors
/// The registry cannot be read.
pub async fn describe_instance(registry: &Registry) -> Result<InstanceDescription, PersistenceError> {
    registry
        .reading(|| {
            async |transaction: &mut Transaction| {
                let instance =
                    transaction.instance().find().await?.unwrap_or_else(|| registry.instance.clone());
                let uids: Vec<_> = instance.default_storage().into_iter().collect();
                let default_storage = transaction.storages().find_many(&uids).await?.pop();
                Ok(InstanceDescription {
                    instance,
                    default_storage,
                    database: registry.database.clone(),
                    user: registry.user.clone(),
                })
            }
        })
        .await
}
