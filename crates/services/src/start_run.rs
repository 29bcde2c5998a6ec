//! Start a run of a transform.

use freehold_domain::{
    ContentHash, IllegalTransition, Run, RunUid, Transform, TransformKey, TransformKind, TransformUid, Version,
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
    let new_transform = TransformUid::new(registry.host.uids.transform_stem(), Version::FIRST);
    registry
        .writing(|| async |transaction: &mut Transaction| {
            let actor = registry.record_actor(transaction).await?;
            let transform = match current_transform(transaction, &request, new_transform).await? {
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

/// The recorded transform if it is the same code, else its next version, else a new one.
async fn current_transform(
    transaction: &mut Transaction,
    request: &StartRun,
    fresh: TransformUid,
) -> Result<TransformChoice, StartRunError> {
    let Some(latest) = transaction.transforms().find_latest_by_key(&request.transform).await? else {
        return Ok(TransformChoice::New { uid: fresh, kind: request.kind.unwrap_or(TransformKind::Script) });
    };
    let kind = request.kind.unwrap_or(latest.kind);
    let same_source = request.source_hash.is_none() || request.source_hash == latest.source_hash;
    if same_source && kind == latest.kind {
        return Ok(TransformChoice::Recorded(latest));
    }
    let version = latest.uid.version().next();
    let version = version.ok_or_else(|| StartRunError::VersionsExhausted(request.transform.clone()))?;
    Ok(TransformChoice::New { uid: TransformUid::new(latest.uid.stem(), version), kind })
}
