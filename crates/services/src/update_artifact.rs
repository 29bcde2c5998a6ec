//! Update what people say of an artifact: its key and its description.

use freehold_domain::{Artifact, ArtifactKey, ArtifactKeyError, InstanceUid};
use freehold_ports::persistence::{Entity, PersistenceError};

use crate::registry::ActorError;
use crate::{Category, ReferenceError, Registry, Transaction, UseCaseError, reference};

/// What is to change.
#[derive(Debug, Clone, Default)]
pub struct ArtifactChanges {
    /// The new key, for every version of the artifact.
    pub key: Option<ArtifactKey>,
    /// The new description; an empty one removes it.
    pub description: Option<String>,
}

/// Why an artifact was not updated.
#[derive(Debug, thiserror::Error)]
pub enum UpdateArtifactError {
    /// The new key is another artifact's.
    #[error("the key {key} is taken by another artifact of this instance")]
    KeyTaken {
        /// The key.
        key: ArtifactKey,
    },
    /// The artifact came from another instance, which alone gives it a key.
    #[error("artifact {key} came from instance {origin}, and only that instance gives it another key")]
    ForeignKey {
        /// The present key.
        key: ArtifactKey,
        /// Where it came from.
        origin: InstanceUid,
    },
    /// The new key does not fit.
    #[error(transparent)]
    Key(#[from] ArtifactKeyError),
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

impl UseCaseError for UpdateArtifactError {
    fn category(&self) -> Category {
        match self {
            Self::KeyTaken { .. } | Self::ForeignKey { .. } => Category::Refused,
            Self::Key(error) => error.category(),
            Self::Reference(error) => error.category(),
            Self::Actor(error) => error.category(),
            Self::Persistence(error) => error.category(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::KeyTaken { .. } => {
                Some("choose another key, or save the file as a version of that one".to_owned())
            }
            Self::ForeignKey { .. } | Self::Key(_) => None,
            Self::Reference(error) => error.hint(),
            Self::Actor(error) => error.hint(),
            Self::Persistence(error) => error.hint(),
        }
    }
}

/// Updates the artifact that `artifact` means, under the current run, and gives it as it is now. A new key is for all its versions. Its bytes are not
/// touched.
///
/// # Errors
/// See [`UpdateArtifactError`]; then nothing is changed.
pub async fn update_artifact(
    registry: &Registry,
    artifact: &str,
    changes: ArtifactChanges,
) -> Result<Artifact, UpdateArtifactError> {
    registry
        .writing(|| {
            async |transaction: &mut Transaction| {
                let actor = registry.record_actor(transaction).await?;
                let mut artifact = reference::find_artifact(registry, transaction, artifact).await?;
                if let Some(key) = &changes.key {
                    rename(registry, transaction, &mut artifact, key).await?;
                }
                if let Some(description) = &changes.description {
                    artifact.description = Some(description.clone()).filter(|text| !text.is_empty());
                }
                artifact.provenance.record_update(actor.created_at(), actor.run());
                transaction.artifacts().update_many(std::slice::from_ref(&artifact)).await?;
                Ok(artifact)
            }
        })
        .await
}

async fn rename(
    registry: &Registry,
    transaction: &mut Transaction,
    artifact: &mut Artifact,
    key: &ArtifactKey,
) -> Result<(), UpdateArtifactError> {
    key.require_suffix(&artifact.suffix)?;
    let stem = artifact.uid.stem();
    let family = transaction.families().find_many(&[stem]).await?.pop();
    let mut family =
        family.ok_or_else(|| PersistenceError::NotFound { entity: Entity::Family, id: stem.to_string() })?;
    if family.origin() != registry.instance.uid() {
        let origin = family.origin();
        return Err(UpdateArtifactError::ForeignKey { key: family.key, origin });
    }
    let taken = transaction.families().find_by_keys(std::slice::from_ref(key)).await?;
    if taken.iter().any(|other| other.stem() != stem && other.origin() == registry.instance.uid()) {
        return Err(UpdateArtifactError::KeyTaken { key: key.clone() });
    }
    family.key = key.clone();
    transaction.families().update_many(&[family]).await?;
    artifact.key = key.clone();
    Ok(())
}
