//! Start a run of a transform.

use freehold_domain::{
    ContentHash, IllegalTransition, Run, RunUid, Transform, TransformKey, TransformKind, TransformStem,
    TransformUid, Version,
};
use freehold_ports::persistence::PersistenceError;

use crate::registry::ActorError;
use crate::{Category, Registry, Transaction, UseCaseError};

/// A request to start a run.
#[derive(Debug, Clone)]
pub struct StartRun {
    /// The key of the transform; one is recorded if there is none yet.
    pub transform: TransformKey,
    /// Its kind; that of the recorded transform, else `script`, when absent.
    pub kind: Option<TransformKind>,
    /// Hash of its source. Another one than recorded makes a new version of the transform.
    pub source_hash: Option<ContentHash>,
    /// What people call this run.
    pub name: Option<String>,
    /// Its parameters.
    pub params: serde_json::Map<String, serde_json::Value>,
    /// Where the run can be seen elsewhere.
    pub reference: Option<String>,
}

impl StartRun {
    /// A run of the transform with this key, and nothing else said.
    #[must_use]
    pub fn of(transform: TransformKey) -> Self {
        Self {
            transform,
            kind: None,
            source_hash: None,
            name: None,
            params: serde_json::Map::new(),
            reference: None,
        }
    }
}

/// A run and its transform.
#[derive(Debug, Clone, PartialEq)]
pub struct StartedRun {
    /// The run.
    pub run: Run,
    /// What it executes.
    pub transform: Transform,
}

/// Why a run was not started.
#[derive(Debug, thiserror::Error)]
pub enum StartRunError {
    /// The transform has no version left.
    #[error("the transform {0} has used all its versions; start the run under another key")]
    VersionsExhausted(TransformKey),
    /// The run cannot take this step.
    #[error(transparent)]
    Transition(#[from] IllegalTransition),
    /// The user or the initiating run cannot be recorded.
    #[error(transparent)]
    Actor(#[from] ActorError),
    /// The registry failed.
    #[error(transparent)]
    Persistence(#[from] PersistenceError),
}

impl UseCaseError for StartRunError {
    fn category(&self) -> Category {
        match self {
            Self::VersionsExhausted(_) => Category::Refused,
            Self::Transition(error) => error.category(),
            Self::Actor(error) => error.category(),
            Self::Persistence(error) => error.category(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::VersionsExhausted(_) | Self::Transition(_) => None,
            Self::Actor(error) => error.hint(),
            Self::Persistence(error) => error.hint(),
        }
    }
}

/// Starts a run. Under another run, that one is recorded as its initiator.
///
/// # Errors
/// See [`StartRunError`].
pub async fn start_run(registry: &Registry, request: StartRun) -> Result<StartedRun, StartRunError> {
    let uid = registry.host.uids.run_uid();
    registry
        .writing(|| {
            async |transaction: &mut Transaction| {
                let actor = registry.record_actor(transaction).await?;
                let transform = match current_transform(registry, transaction, &request).await? {
                    TransformChoice::Recorded(transform) => transform,
                    TransformChoice::New { uid, kind } => {
                        let transform = Transform {
                            uid,
                            key: request.transform.clone(),
                            kind,
                            description: None,
                            source_hash: request.source_hash,
                            reference: None,
                            created_at: actor.created_at(),
                            created_by: actor.created_by(),
                        };
                        transaction.transforms().insert_many(std::slice::from_ref(&transform)).await?;
                        transform
                    }
                };
                let run = planned(uid, &transform, &request, registry).start(actor.created_at())?;
                transaction.runs().insert_many(std::slice::from_ref(&run)).await?;
                Ok(StartedRun { run, transform })
            }
        })
        .await
}

fn planned(uid: RunUid, transform: &Transform, request: &StartRun, registry: &Registry) -> Run {
    let mut run = Run::scheduled(uid, transform.uid, registry.user.uid);
    run.name.clone_from(&request.name);
    run.params.clone_from(&request.params);
    run.reference.clone_from(&request.reference);
    run.initiated_by = registry.run;
    run
}

enum TransformChoice {
    Recorded(Transform),
    New { uid: TransformUid, kind: TransformKind },
}

/// The recorded transform if it is the same code, else the next version of the instance's own one, else a new one.
async fn current_transform(
    registry: &Registry,
    transaction: &mut Transaction,
    request: &StartRun,
) -> Result<TransformChoice, StartRunError> {
    let stem = own_stem(registry, &request.transform);
    let newest = transaction.transforms().find_latest_by_key(&request.transform).await?;
    let own = match &newest {
        Some(newest) if newest.uid.stem() == stem => Some(newest.clone()),
        Some(_) => latest_of(transaction, stem).await?,
        None => None,
    };
    let is_the_same = |recorded: &&Transform| {
        request.kind.is_none_or(|kind| kind == recorded.kind)
            && (request.source_hash.is_none() || request.source_hash == recorded.source_hash)
    };
    if let Some(recorded) = own.iter().chain(&newest).find(is_the_same) {
        return Ok(TransformChoice::Recorded(recorded.clone()));
    }
    let version = match &own {
        Some(own) => own.uid.version().next(),
        None => Some(Version::FIRST),
    };
    let version = version.ok_or_else(|| StartRunError::VersionsExhausted(request.transform.clone()))?;
    let recorded_kind = own.or(newest).map_or(TransformKind::Script, |recorded| recorded.kind);
    let kind = request.kind.unwrap_or(recorded_kind);
    Ok(TransformChoice::New { uid: TransformUid::new(stem, version), kind })
}

/// The stem of the transform that this instance itself records under a key. It follows from both, so that a transferred transform is
/// told apart: only the instance that began it numbers its versions.
fn own_stem(registry: &Registry, key: &TransformKey) -> TransformStem {
    let mut hasher = blake3::Hasher::new();
    hasher.update(registry.instance.id().as_bytes()).update(key.as_str().as_bytes());
    let mut entropy = [0; 16];
    hasher.finalize_xof().fill(&mut entropy);
    TransformStem::from_entropy(u128::from_be_bytes(entropy))
}

/// The greatest version of the transform with this stem, of which every version is recorded.
async fn latest_of(
    transaction: &mut Transaction,
    stem: TransformStem,
) -> Result<Option<Transform>, PersistenceError> {
    let mut latest = None;
    let mut versions = (0..=Version::LAST.number()).filter_map(Version::from_number).peekable();
    while versions.peek().is_some() {
        let uids: Vec<_> =
            versions.by_ref().take(100).map(|version| TransformUid::new(stem, version)).collect();
        let found = transaction.transforms().find_many(&uids).await?;
        let is_last = found.len() < uids.len();
        latest = found.into_iter().next_back().or(latest);
        if is_last {
            break;
        }
    }
    Ok(latest)
}
