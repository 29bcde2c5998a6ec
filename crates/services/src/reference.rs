//! What people type to name a storage location, an artifact or a run, and the record that they mean.

use freehold_domain::{
    Artifact, ArtifactKey, ArtifactStem, ArtifactUid, Run, RunUid, Storage, StorageRoot, StorageUid,
    UidPrefix,
};
use freehold_ports::persistence::PersistenceError;

use crate::{Category, Host, Registry, Transaction, UseCaseError};

/// How many candidates an ambiguous name lists.
const CANDIDATES: u32 = 10;

/// Why a name does not lead to one record.
#[derive(Debug, thiserror::Error)]
pub enum ReferenceError {
    /// Nothing is called so.
    #[error("there is no {what} {text:?} in this instance")]
    Unknown {
        /// What sort of record was looked for.
        what: &'static str,
        /// The name as typed.
        text: String,
    },
    /// Several records are called so.
    #[error("{text:?} is ambiguous; it could be {}", candidates.join(", "))]
    Ambiguous {
        /// The name as typed.
        text: String,
        /// What it could mean, at most ten.
        candidates: Vec<String>,
    },
    /// The registry failed.
    #[error(transparent)]
    Persistence(#[from] PersistenceError),
}

impl UseCaseError for ReferenceError {
    fn category(&self) -> Category {
        match self {
            Self::Unknown { .. } => Category::NotFound,
            Self::Ambiguous { .. } => Category::Invalid,
            Self::Persistence(error) => error.category(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Unknown { what: "storage location", .. } => {
                Some("`freehold storage list` shows all".to_owned())
            }
            Self::Unknown { what: "run", .. } => Some("`freehold run list` shows all".to_owned()),
            Self::Unknown { .. } => Some("`freehold list` shows all; keys are matched whole".to_owned()),
            Self::Ambiguous { .. } => Some("give more characters, or the whole uid".to_owned()),
            Self::Persistence(error) => error.hint(),
        }
    }
}

/// A storage location as typed: a uid, a unique prefix of one with 4 or more characters, or a root.
#[derive(Debug, Clone)]
pub(crate) struct StorageQuery {
    text: String,
    /// What it may be recorded as if it is a root, the best first.
    roots: Vec<StorageRoot>,
}

impl StorageQuery {
    /// Understands `text`; what it costs in I/O is paid here, not inside a transaction.
    pub(crate) async fn new(host: &Host, text: &str) -> Self {
        let mut roots = Vec::new();
        if let Ok(surroundings) = host.files.surroundings()
            && let Ok(root) = StorageRoot::parse(text, &surroundings)
        {
            let resolved = host.locations.resolve(&root).await.unwrap_or_else(|_| root.clone());
            let aliases = host.locations.aliases(&resolved).await.unwrap_or_default();
            roots = [resolved, root].into_iter().chain(aliases).collect();
        }
        Self { text: text.to_owned(), roots }
    }

    /// Finds the location that is meant.
    pub(crate) async fn find(&self, transaction: &mut Transaction) -> Result<Storage, ReferenceError> {
        if let Ok(uid) = self.text.parse::<StorageUid>()
            && let Some(storage) = transaction.storages().find_many(&[uid]).await?.pop()
        {
            return Ok(storage);
        }
        if let Ok(prefix) = self.text.parse::<UidPrefix>() {
            let mut found = transaction.storages().find_by_uid_prefix(&prefix, CANDIDATES).await?;
            if found.len() > 1 {
                let candidates =
                    found.iter().map(|storage| format!("{} ({})", storage.uid(), storage.root()));
                return Err(ReferenceError::Ambiguous {
                    text: self.text.clone(),
                    candidates: candidates.collect(),
                });
            }
            if let Some(storage) = found.pop() {
                return Ok(storage);
            }
        }
        let found = transaction.storages().find_by_roots(&self.roots).await?;
        let best =
            found.into_iter().min_by_key(|found| self.roots.iter().position(|root| root == found.root()));
        best.ok_or_else(|| ReferenceError::Unknown { what: "storage location", text: self.text.clone() })
    }
}

/// Finds the artifact that `text` means, in any state: a uid, a key (its latest version), or a unique prefix of a uid with 4 or more
/// characters (the latest version, if the prefix does not reach into the version).
pub(crate) async fn find_artifact(
    registry: &Registry,
    transaction: &mut Transaction,
    text: &str,
) -> Result<Artifact, ReferenceError> {
    if let Ok(uid) = text.parse::<ArtifactUid>()
        && let Some(artifact) = transaction.artifacts().find_many(&[uid]).await?.pop()
    {
        return Ok(artifact);
    }
    if let Ok(key) = text.parse::<ArtifactKey>()
        && let Some(artifact) = find_by_key(registry, transaction, &key).await?
    {
        return Ok(artifact);
    }
    if let Ok(prefix) = text.parse::<UidPrefix>()
        && let Some(artifact) = find_by_prefix(transaction, &prefix).await?
    {
        return Ok(artifact);
    }
    Err(ReferenceError::Unknown { what: "artifact", text: text.to_owned() })
}

/// Finds the one artifact whose uid begins so, or the latest version of the one family whose uids begin so.
async fn find_by_prefix(
    transaction: &mut Transaction,
    prefix: &UidPrefix,
) -> Result<Option<Artifact>, ReferenceError> {
    let mut limit = CANDIDATES;
    loop {
        let mut found = transaction.artifacts().find_by_uid_prefix(prefix, limit).await?;
        let (Some(first), Some(last)) = (found.first(), found.last()) else { return Ok(None) };
        let stem = first.uid.stem();
        let reaches_into_version = prefix.as_str().len() > ArtifactStem::LENGTH;
        if stem != last.uid.stem() || (reaches_into_version && found.len() > 1) {
            found.truncate(CANDIDATES as usize);
            return Err(ambiguous(prefix.as_str(), &found));
        }
        if reaches_into_version {
            return Ok(found.pop());
        }
        // Another family may follow behind the versions of this one.
        let is_everything = found.len() < limit as usize || prefix.as_str().len() == ArtifactStem::LENGTH;
        if is_everything {
            let family = transaction.families().find_many(&[stem]).await?.pop();
            let head: Vec<ArtifactUid> = family.and_then(|family| family.head()).into_iter().collect();
            return Ok(transaction.artifacts().find_many(&head).await?.pop());
        }
        limit = limit.saturating_mul(10);
    }
}

/// Finds the latest version of `key`: of the own family if there is one, else of the only other.
async fn find_by_key(
    registry: &Registry,
    transaction: &mut Transaction,
    key: &ArtifactKey,
) -> Result<Option<Artifact>, ReferenceError> {
    let mut families = transaction.families().find_by_keys(std::slice::from_ref(key)).await?;
    families.retain(|family| family.head().is_some());
    if let Some(own) = families.iter().position(|family| family.origin() == registry.instance.uid()) {
        families = vec![families.swap_remove(own)];
    }
    let heads: Vec<ArtifactUid> = families.iter().filter_map(freehold_domain::Family::head).collect();
    let mut found = transaction.artifacts().find_many(&heads).await?;
    if found.len() > 1 {
        return Err(ambiguous(key.as_str(), &found));
    }
    Ok(found.pop())
}

fn ambiguous(text: &str, found: &[Artifact]) -> ReferenceError {
    let candidates = found.iter().map(|artifact| format!("{} ({})", artifact.uid, artifact.key)).collect();
    ReferenceError::Ambiguous { text: text.to_owned(), candidates }
}

/// Finds the run that `text` means: a uid, or a unique prefix of one with 4 or more characters.
pub(crate) async fn find_run(transaction: &mut Transaction, text: &str) -> Result<Run, ReferenceError> {
    if let Ok(uid) = text.parse::<RunUid>()
        && let Some(run) = transaction.runs().find_many(&[uid]).await?.pop()
    {
        return Ok(run);
    }
    if let Ok(prefix) = text.parse::<UidPrefix>() {
        let mut found = transaction.runs().find_by_uid_prefix(&prefix, CANDIDATES).await?;
        if found.len() > 1 {
            let candidates = found.iter().map(|run| run.uid().to_string()).collect();
            return Err(ReferenceError::Ambiguous { text: text.to_owned(), candidates });
        }
        if let Some(run) = found.pop() {
            return Ok(run);
        }
    }
    Err(ReferenceError::Unknown { what: "run", text: text.to_owned() })
}
