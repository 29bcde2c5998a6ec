//! Explain a path: which location it belongs to, who manages that, and whether this instance may write there.

use std::fmt;

use freehold_domain::{
    Access, Artifact, ArtifactUid, BlobKey, RESERVED_DIRECTORY, StoragePath, StoragePathError, StorageRoot,
    owning_root,
};
use freehold_ports::persistence::PersistenceError;
use freehold_ports::system::FileError;

use crate::list_storages::{ListedStorage, list_storages};
use crate::location::ClaimState;
use crate::show_storage::ClaimReport;
use crate::{AccessError, Category, Registry, Transaction, UseCaseError};

/// Which rule says whether this instance may write at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// No location of this instance contains the path.
    Outside,
    /// The location is managed, and its claim confirms it.
    Managed,
    /// The location is linked.
    Linked,
    /// The location is recorded as managed, and its claim denies it, or cannot be read.
    Denied {
        /// What the claim says.
        reason: String,
    },
    /// The path is the root of a location, not a place in it.
    IsRoot,
}

impl Rule {
    /// Whether this instance may write there.
    #[must_use]
    pub fn may_write(&self) -> bool {
        match self {
            Self::Managed => true,
            Self::Outside | Self::Linked | Self::Denied { .. } | Self::IsRoot => false,
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Outside => formatter.write_str("no location of this instance contains the path"),
            Self::Managed => formatter.write_str(
                "the location with the longest root is managed, and its claim confirms this very registry",
            ),
            Self::Linked => {
                formatter.write_str("the location with the longest root is linked, and read only")
            }
            Self::Denied { reason } => write!(formatter, "{reason}"),
            Self::IsRoot => {
                formatter.write_str("the path is the root of a location, and belongs to what lies around it")
            }
        }
    }
}

/// A path, and what this instance has to do with it.
#[derive(Debug, Clone)]
pub struct PathExplanation {
    /// The path in its one spelling.
    pub path: StoragePath,
    /// The location that it belongs to: that with the longest root that contains it.
    pub location: Option<ListedStorage>,
    /// The key of the path there.
    pub key: Option<BlobKey>,
    /// Other locations that contain it, with shorter roots, longest first.
    pub around: Vec<StorageRoot>,
    /// What the claim in the location says now.
    pub claim: Option<ClaimReport>,
    /// Which rule says whether this instance may write there.
    pub rule: Rule,
    /// The artifacts that are recorded at the path, whatever their state.
    pub artifacts: Vec<Artifact>,
    /// Which link of the backend's chain of credentials reaches the location, without any secret; absent where there are none, or that cannot be told.
    pub credentials: Option<String>,
}

/// Why a path could not be explained.
#[derive(Debug, thiserror::Error)]
pub enum ExplainPathError {
    /// The text names no place.
    #[error(transparent)]
    Path(#[from] StoragePathError),
    /// The machine's files failed.
    #[error(transparent)]
    File(#[from] FileError),
    /// The registry failed.
    #[error(transparent)]
    Persistence(#[from] PersistenceError),
}

impl UseCaseError for ExplainPathError {
    fn category(&self) -> Category {
        match self {
            Self::Path(error) => error.category(),
            Self::File(error) => error.category(),
            Self::Persistence(error) => error.category(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Path(error) => error.hint(),
            Self::File(error) => error.hint(),
            Self::Persistence(error) => error.hint(),
        }
    }
}

/// Explains a path or URL, which need not exist. Nothing is changed.
///
/// # Errors
/// See [`ExplainPathError`]. A storage that cannot be read is part of the explanation.
pub async fn explain_path(registry: &Registry, path: &str) -> Result<PathExplanation, ExplainPathError> {
    let path = StoragePath::parse(path, &registry.host.files.surroundings()?)?;
    let path = resolved(registry, path).await;
    let listed = list_storages(registry).await?;
    let roots: Vec<StorageRoot> = listed.iter().map(|listed| listed.storage.root().clone()).collect();
    let owner = owning_root(&roots, &path).cloned();
    let mut around: Vec<StorageRoot> = roots
        .iter()
        .filter(|root| Some(*root) != owner.as_ref() && root.relative_key(&path).is_some())
        .cloned()
        .collect();
    around.sort_by_key(|root| std::cmp::Reverse(root.depth()));
    let is_root = roots.iter().any(|root| StoragePath::from(root.clone()) == path);
    let location = listed.into_iter().find(|listed| Some(listed.storage.root()) == owner.as_ref());
    let Some(location) = location else {
        let rule = if is_root { Rule::IsRoot } else { Rule::Outside };
        let (claim, artifacts) = (None, Vec::new());
        let (location, key, credentials) = (None, None, None);
        return Ok(PathExplanation { path, location, key, around, claim, rule, artifacts, credentials });
    };
    let key = location.storage.root().relative_key(&path);
    let claim = match registry.host.locations.recorded_claim(&location.storage).await {
        Ok(ClaimState::Unclaimed) => ClaimReport::Unclaimed,
        Ok(ClaimState::Held { claim, .. }) => ClaimReport::Held(claim),
        Ok(ClaimState::Unreadable { reason }) => ClaimReport::Unknown { reason },
        Err(error) => ClaimReport::Unknown { reason: error.to_string() },
    };
    let rule = if is_root { Rule::IsRoot } else { rule_at(registry, &location).await? };
    let artifacts = artifacts_at(registry, &location, key.as_ref()).await?;
    let reached = registry.host.locations.readable(&location.storage).await.ok();
    let credentials = reached.and_then(|reached| reached.credentials_source().map(str::to_owned));
    let (location, claim) = (Some(location), Some(claim));
    Ok(PathExplanation { path, location, key, around, claim, rule, artifacts, credentials })
}

/// The path below the one spelling of what it lies in. What cannot be resolved keeps its spelling.
async fn resolved(registry: &Registry, path: StoragePath) -> StoragePath {
    if let Ok(root) = StorageRoot::try_from(path.clone())
        && let Some(parent) = root.ancestors().next()
        && let Some(inner) = parent.relative_key(&path)
        && let Ok(parent) = registry.host.locations.resolve(&parent).await
    {
        return parent.join(&inner);
    }
    path
}

async fn rule_at(registry: &Registry, location: &ListedStorage) -> Result<Rule, ExplainPathError> {
    if location.access == Access::Linked {
        return Ok(Rule::Linked);
    }
    match registry.writable(&location.storage).await {
        Ok(_) => Ok(Rule::Managed),
        Err(AccessError::Persistence(error)) => Err(error.into()),
        Err(error) => Ok(Rule::Denied { reason: error.to_string() }),
    }
}

/// The artifacts whose bytes lie at a key.
async fn artifacts_at(
    registry: &Registry,
    location: &ListedStorage,
    key: Option<&BlobKey>,
) -> Result<Vec<Artifact>, ExplainPathError> {
    let Some(key) = key else { return Ok(Vec::new()) };
    let storage = location.storage.uid();
    let ingested: Vec<ArtifactUid> = ingested_uid(key).into_iter().collect();
    registry
        .reading(|| {
            async |transaction: &mut Transaction| {
                let mut found = transaction.artifacts().find_many(&ingested).await?;
                found.extend(
                    transaction.artifacts().find_in_place(&storage, std::slice::from_ref(key)).await?,
                );
                found.retain(|artifact| artifact.placement.storage == storage && artifact.blob_key() == *key);
                Ok(found)
            }
        })
        .await
}

/// The uid in the name of a blob that was ingested.
fn ingested_uid(key: &BlobKey) -> Option<ArtifactUid> {
    let name = key.as_str().strip_prefix(RESERVED_DIRECTORY)?.strip_prefix('/')?;
    name.get(..ArtifactUid::LENGTH)?.parse().ok()
}
