//! Find an artifact, and say truthfully whether its bytes are still there.

use freehold_domain::{Access, Artifact, ArtifactState, Storage};
use freehold_ports::persistence::{ArtifactRuns, Entity, PersistenceError};

use crate::content::is_replaced;
use crate::{ReferenceError, Registry, Transaction, reference};

/// Whether the bytes of an artifact are where the registry says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Presence {
    /// A blob of the recorded size is there, with the recorded entity tag where that is what was recorded. Its content was not read.
    Present,
    /// Nothing is there.
    Missing,
    /// What is there has another size.
    SizeDiffers {
        /// The size found, in bytes.
        found: u64,
    },
    /// What is there has another entity tag than the recorded one.
    Replaced {
        /// The entity tag found.
        found: String,
    },
    /// The artifact was purged; nothing is expected there.
    Purged,
    /// The storage cannot be asked now.
    Unknown {
        /// Why not.
        reason: String,
    },
}

/// An artifact in full.
#[derive(Debug, Clone, PartialEq)]
pub struct ArtifactDetails {
    /// The artifact.
    pub artifact: Artifact,
    /// Where it is.
    pub storage: Storage,
    /// What this instance may do there.
    pub access: Access,
    /// The runs that made and read it.
    pub runs: ArtifactRuns,
    /// Whether its bytes are there.
    pub presence: Presence,
}

/// Finds the artifact that `artifact` means, in any state: a uid, a key, or a unique prefix of a uid.
///
/// # Errors
/// The artifact is not known, or the registry cannot be read. A storage that cannot be reached is not an error here.
pub async fn find_artifact(registry: &Registry, artifact: &str) -> Result<ArtifactDetails, ReferenceError> {
    let (artifact, storage, runs) = registry
        .reading(|| {
            async |transaction: &mut Transaction| {
                let artifact = reference::find_artifact(registry, transaction, artifact).await?;
                let storage = storage_of(transaction, &artifact).await?;
                let runs = transaction.lineage().runs_of(&[artifact.uid]).await?.pop();
                let runs = runs.unwrap_or_else(|| ArtifactRuns {
                    artifact: artifact.uid,
                    made_by: Vec::new(),
                    read_by: Vec::new(),
                });
                Ok::<_, ReferenceError>((artifact, storage, runs))
            }
        })
        .await?;
    let presence = presence(registry, &artifact, &storage).await;
    Ok(ArtifactDetails { access: storage.access(&registry.instance), artifact, storage, runs, presence })
}

/// Finds the record of the artifact that `artifact` means, in any state, without a look at its storage.
///
/// # Errors
/// The artifact is not known, or the registry cannot be read.
pub async fn find_artifact_record(registry: &Registry, artifact: &str) -> Result<Artifact, ReferenceError> {
    Ok(find_with_storage(registry, artifact).await?.0)
}

/// Finds the artifact that `artifact` means, in any state, and its storage location.
pub(crate) async fn find_with_storage(
    registry: &Registry,
    artifact: &str,
) -> Result<(Artifact, Storage), ReferenceError> {
    registry
        .reading(|| {
            async |transaction: &mut Transaction| {
                let artifact = reference::find_artifact(registry, transaction, artifact).await?;
                let storage = storage_of(transaction, &artifact).await?;
                Ok((artifact, storage))
            }
        })
        .await
}

/// The storage location of an artifact; the registry's foreign keys see to it that there is one.
pub(crate) async fn storage_of(
    transaction: &mut Transaction,
    artifact: &Artifact,
) -> Result<Storage, PersistenceError> {
    let uid = artifact.placement.storage;
    let found = transaction.storages().find_many(&[uid]).await?.pop();
    found.ok_or_else(|| PersistenceError::NotFound { entity: Entity::Storage, id: uid.to_string() })
}

async fn presence(registry: &Registry, artifact: &Artifact, storage: &Storage) -> Presence {
    match artifact.state {
        ArtifactState::Purged => return Presence::Purged,
        ArtifactState::Available | ArtifactState::Trashed => {}
    }
    let metadata = match registry.host.locations.readable(storage).await {
        Ok(location) => location.metadata(&artifact.blob_key()).await,
        Err(error) => Err(error),
    };
    match metadata {
        Ok(Some(blob)) if blob.size != artifact.size => Presence::SizeDiffers { found: blob.size },
        Ok(Some(blob)) if is_replaced(artifact, &blob) => {
            Presence::Replaced { found: blob.entity_tag.unwrap_or_default() }
        }
        Ok(Some(_)) => Presence::Present,
        Ok(None) => Presence::Missing,
        Err(error) => Presence::Unknown { reason: error.to_string() },
    }
}
