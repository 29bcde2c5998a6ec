//! List artifacts.

use freehold_domain::{Artifact, ArtifactKeyPrefix, ArtifactState};
use freehold_ports::persistence::{ArtifactFilter, ArtifactOrder, Cursor, Page, PageRequest};

use crate::reference::{StorageQuery, find_run};
use crate::{ReferenceError, Registry, Transaction};

/// Which artifacts are wanted, and which page of them.
#[derive(Debug, Clone)]
pub struct ListArtifacts {
    /// With a key that begins so.
    pub prefix: Option<ArtifactKeyPrefix>,
    /// At this storage location: a uid, a unique prefix of one, or a root.
    pub storage: Option<String>,
    /// Made by this run: a uid or a unique prefix of one.
    pub run: Option<String>,
    /// Every version, not only the latest of each key.
    pub all_versions: bool,
    /// In one of these states.
    pub states: Vec<ArtifactState>,
    /// In which order.
    pub order: ArtifactOrder,
    /// Where the listing goes on.
    pub after: Option<Cursor>,
    /// At most this many.
    pub limit: u32,
}

impl Default for ListArtifacts {
    fn default() -> Self {
        let ArtifactFilter { states, .. } = ArtifactFilter::default();
        Self {
            prefix: None,
            storage: None,
            run: None,
            all_versions: false,
            states,
            order: ArtifactOrder::Key,
            after: None,
            limit: crate::list_storages::PAGE,
        }
    }
}

/// Lists one page of artifacts.
///
/// # Errors
/// A location or run is not known, or the registry cannot be read.
pub async fn list_artifacts(
    registry: &Registry,
    request: ListArtifacts,
) -> Result<Page<Artifact>, ReferenceError> {
    let query = match &request.storage {
        Some(text) => Some(StorageQuery::new(&registry.host, text).await),
        None => None,
    };
    registry
        .reading(|| {
            async |transaction: &mut Transaction| {
                let storage = match &query {
                    Some(query) => Some(query.find(transaction).await?.uid()),
                    None => None,
                };
                let run = match &request.run {
                    Some(text) => Some(find_run(transaction, text).await?.uid()),
                    None => None,
                };
                let filter = ArtifactFilter {
                    prefix: request.prefix.clone(),
                    storage,
                    run,
                    states: request.states.clone(),
                    all_versions: request.all_versions,
                };
                let page = PageRequest { after: request.after.clone(), limit: request.limit };
                Ok(transaction.artifacts().list(&filter, request.order, &page).await?)
            }
        })
        .await
}
