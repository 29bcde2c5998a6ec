//! List the storage locations of an instance.

use freehold_domain::{Access, Storage};
use freehold_ports::persistence::{PageRequest, PersistenceError};

use crate::{Registry, Transaction};

/// How many records a page of an internal listing has.
pub(crate) const PAGE: u32 = 1000;

/// A storage location as this instance sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedStorage {
    /// The location.
    pub storage: Storage,
    /// What this instance may do there.
    pub access: Access,
    /// Whether new artifacts go there unless told otherwise.
    pub is_default: bool,
}

/// Lists every storage location, in the order in which they were added.
///
/// # Errors
/// The registry cannot be read.
pub async fn list_storages(registry: &Registry) -> Result<Vec<ListedStorage>, PersistenceError> {
    registry
        .reading(|| {
            async |transaction: &mut Transaction| {
                let default =
                    transaction.instance().find().await?.and_then(|instance| instance.default_storage());
                let storages = all_storages(transaction).await?;
                Ok(storages
                    .into_iter()
                    .map(|storage| ListedStorage {
                        access: storage.access(&registry.instance),
                        is_default: Some(storage.uid()) == default,
                        storage,
                    })
                    .collect())
            }
        })
        .await
}

/// Reads every storage location of the registry.
pub(crate) async fn all_storages(transaction: &mut Transaction) -> Result<Vec<Storage>, PersistenceError> {
    let mut storages = Vec::new();
    let mut request = PageRequest::first(PAGE);
    loop {
        let page = transaction.storages().list(&request).await?;
        storages.extend(page.items);
        match page.next {
            Some(next) => request.after = Some(next),
            None => return Ok(storages),
        }
    }
}
