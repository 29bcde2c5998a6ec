//! Restore an artifact from the trash.

use freehold_domain::{Artifact, ArtifactState, ArtifactUid, NotManaged};
use freehold_ports::persistence::PersistenceError;

use crate::family_heads::settle_heads;
use crate::find_artifact::storage_of;
use crate::registry::ActorError;
use crate::{Category, ReferenceError, Registry, Transaction, UseCaseError, reference};

/// Why an artifact was not restored.
#[derive(Debug, thiserror::Error)]
pub enum RestoreArtifactError {
    /// It was purged, and its bytes are gone.
    #[error("artifact {0} was purged, and cannot be restored")]
    Purged(ArtifactUid),
    /// This instance does not manage its location.
    #[error(transparent)]
    NotManaged(#[from] NotManaged),
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
            Self::NotManaged(error) => error.category(),
            Self::Reference(error) => error.category(),
            Self::Actor(error) => error.category(),
            Self::Persistence(error) => error.category(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Purged(_) => None,
            Self::NotManaged(error) => error.hint(),
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
    registry
        .writing(|| async |transaction: &mut Transaction| {
            let actor = registry.record_actor(transaction).await?;
            let mut artifact = reference::find_artifact(registry, transaction, artifact).await?;
            match artifact.state {
                ArtifactState::Available => return Ok(artifact),
                ArtifactState::Purged => return Err(RestoreArtifactError::Purged(artifact.uid)),
                ArtifactState::Trashed => {}
            }
            storage_of(transaction, &artifact).await?.managed_by(&registry.instance)?;
            artifact.state = ArtifactState::Available;
            artifact.provenance.record_update(actor.created_at(), actor.run());
            transaction.artifacts().update_many(std::slice::from_ref(&artifact)).await?;
            settle_heads(transaction, vec![artifact.uid.stem()]).await?;
            let restored = transaction.artifacts().find_many(&[artifact.uid]).await?.pop();
            Ok(restored.unwrap_or(artifact))
        })
        .await
}
