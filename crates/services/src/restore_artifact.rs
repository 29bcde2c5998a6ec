//! Restore an artifact from the trash.

use freehold_domain::{Artifact, ArtifactState, ArtifactUid};
use freehold_ports::persistence::PersistenceError;

use crate::family_heads::settle_heads;
use crate::find_artifact::find_with_storage;
use crate::read_artifact::{ReadArtifactError, require_bytes};
use crate::registry::ActorError;
use crate::{AccessError, Category, ReferenceError, Registry, Transaction, UseCaseError};

/// Why an artifact was not restored.
#[derive(Debug, thiserror::Error)]
pub enum RestoreArtifactError {
    /// It was purged, and its bytes are gone.
    #[error("artifact {0} was purged, and cannot be restored")]
    Purged(ArtifactUid),
    /// This instance does not manage its location.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// Its bytes are not there any more.
    #[error(transparent)]
    Bytes(#[from] ReadArtifactError),
    /// The artifact is not known.
    #[error(transparent)]
    Reference(#[from] ReferenceError),
    /// The user or the run cannot be recorded.
    #[error(transparent)]
    Actor(#[from] ActorError),
    /// The registry failed.
    #[error(transparent)]
    Persistence(#[from] PersistenceError),
}

impl UseCaseError for RestoreArtifactError {
    fn category(&self) -> Category {
        match self {
            Self::Purged(_) => Category::Refused,
            Self::Access(error) => error.category(),
            Self::Bytes(error) => error.category(),
            Self::Reference(error) => error.category(),
            Self::Actor(error) => error.category(),
            Self::Persistence(error) => error.category(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Purged(_) => None,
            Self::Access(error) => error.hint(),
            Self::Bytes(error) => error.hint(),
            Self::Reference(error) => error.hint(),
            Self::Actor(error) => error.hint(),
            Self::Persistence(error) => error.hint(),
        }
    }
}

/// Restores the artifact that `artifact` means from the trash: the exact inverse of deleting it, its place as latest version included.
///
/// # Idempotency
/// An artifact that is not in the trash stays as it is.
///
/// # Errors
/// See [`RestoreArtifactError`].
pub async fn restore_artifact(registry: &Registry, artifact: &str) -> Result<Artifact, RestoreArtifactError> {
    let (found, storage) = find_with_storage(registry, artifact).await?;
    match found.state {
        ArtifactState::Available => return Ok(found),
        ArtifactState::Purged => return Err(RestoreArtifactError::Purged(found.uid)),
        ArtifactState::Trashed => {}
    }
    registry.host.locations.managed(&storage, &registry.instance).await?;
    require_bytes(registry, &found, &storage).await?;
    registry
        .writing(|| {
            async |transaction: &mut Transaction| {
                let actor = registry.record_actor(transaction).await?;
                let mut artifacts = transaction.artifacts().find_many(&[found.uid]).await?;
                artifacts.retain(|artifact| artifact.state == ArtifactState::Trashed);
                for artifact in &mut artifacts {
                    artifact.state = ArtifactState::Available;
                    artifact.provenance.record_update(actor.created_at(), actor.run());
                }
                transaction.artifacts().update_many(&artifacts).await?;
                settle_heads(transaction, vec![found.uid.stem()]).await?;
                match transaction.artifacts().find_many(&[found.uid]).await?.pop() {
                    Some(artifact) if artifact.state == ArtifactState::Available => Ok(artifact),
                    _ => Err(RestoreArtifactError::Purged(found.uid)),
                }
            }
        })
        .await
}
