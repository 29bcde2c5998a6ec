//! Show a storage location: every field, who manages it by its own word, and what lies there.

use freehold_domain::{Claim, StorageEvent};
use freehold_ports::persistence::{StorageUsage, Tally};

use crate::list_storages::ListedStorage;
use crate::location::{ClaimState, Linkers};
use crate::reference::StorageQuery;
use crate::release_storage::read_linkers;
use crate::{ReferenceError, Registry, Transaction};

/// What the claim in a location says, as far as it can be read now.
#[derive(Debug, Clone)]
pub enum ClaimReport {
    /// Nobody claims it.
    Unclaimed,
    /// Somebody does.
    Held(Claim),
    /// There is a claim that cannot be understood, or the storage cannot be read now.
    Unknown {
        /// Why not.
        reason: String,
    },
}

/// A storage location in full.
#[derive(Debug, Clone)]
pub struct StorageDetails {
    /// The location, as this instance sees it.
    pub listed: ListedStorage,
    /// What lies there, by the registry's word.
    pub usage: StorageUsage,
    /// What the claim in it says now.
    pub claim: ClaimReport,
    /// What became of its ownership, oldest first, as far as this instance learned of it.
    pub history: Vec<StorageEvent>,
    /// Who said that they link it; absent when that could not be read.
    pub linkers: Option<Linkers>,
}

/// Shows the location that `storage` means: a uid, a unique prefix of one, or a root.
///
/// # Errors
/// The location is not known, or the registry cannot be read. A storage that cannot be read is not an error here.
pub async fn show_storage(registry: &Registry, storage: &str) -> Result<StorageDetails, ReferenceError> {
    let query = StorageQuery::new(&registry.host, storage).await;
    let (listed, usage, history) = registry
        .reading(|| {
            async |transaction: &mut Transaction| {
                let storage = query.find(transaction).await?;
                let usage = transaction.artifacts().usage(&[storage.uid()]).await?.pop();
                let history = transaction.storages().history(&storage.uid()).await?;
                let default =
                    transaction.instance().find().await?.and_then(|instance| instance.default_storage());
                let listed = ListedStorage {
                    access: storage.access(&registry.instance),
                    is_default: Some(storage.uid()) == default,
                    storage,
                };
                Ok::<_, ReferenceError>((listed, usage, history))
            }
        })
        .await?;
    let claim = match registry.host.locations.recorded_claim(&listed.storage).await {
        Ok(ClaimState::Unclaimed) => ClaimReport::Unclaimed,
        Ok(ClaimState::Held { claim, .. }) => ClaimReport::Held(claim),
        Ok(ClaimState::Unreadable { reason }) => ClaimReport::Unknown { reason },
        Err(error) => ClaimReport::Unknown { reason: error.to_string() },
    };
    let usage = usage.unwrap_or(StorageUsage {
        storage: listed.storage.uid(),
        ingested: Tally::default(),
        in_place: Tally::default(),
    });
    let linkers = match claim {
        ClaimReport::Unclaimed | ClaimReport::Held(_) => read_linkers(registry, &listed.storage).await,
        ClaimReport::Unknown { .. } => None,
    };
    Ok(StorageDetails { listed, usage, claim, history, linkers })
}
