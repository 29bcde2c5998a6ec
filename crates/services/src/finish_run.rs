//! Finish a run.

use freehold_domain::{IllegalTransition, Run, RunOutcome};
use freehold_ports::persistence::PersistenceError;

use crate::reference::find_run;
use crate::{Category, ReferenceError, Registry, Transaction, UseCaseError};

/// Why a run was not finished.
#[derive(Debug, thiserror::Error)]
pub enum FinishRunError {
    /// No run was named, and none is current.
    #[error("no run was named, and none is current")]
    NoCurrentRun,
    /// The run is not known.
    #[error(transparent)]
    Reference(#[from] ReferenceError),
    /// The run has ended already, or never began.
    #[error(transparent)]
    Transition(#[from] IllegalTransition),
    /// The registry failed.
    #[error(transparent)]
    Persistence(#[from] PersistenceError),
}

impl UseCaseError for FinishRunError {
    fn category(&self) -> Category {
        match self {
            Self::NoCurrentRun => Category::Invalid,
            Self::Reference(error) => error.category(),
            Self::Transition(error) => error.category(),
            Self::Persistence(error) => error.category(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::NoCurrentRun => Some("give its uid, or --run, or set FREEHOLD_RUN".to_owned()),
            Self::Reference(error) => error.hint(),
            Self::Transition(_) => None,
            Self::Persistence(error) => error.hint(),
        }
    }
}

/// Finishes the run that `run` means, or the current one, with `outcome`.
///
/// # Errors
/// See [`FinishRunError`].
pub async fn finish_run(
    registry: &Registry,
    run: Option<&str>,
    outcome: RunOutcome,
) -> Result<Run, FinishRunError> {
    let current = registry.run.map(|run| run.to_string());
    let name = run.or(current.as_deref()).ok_or(FinishRunError::NoCurrentRun)?;
    registry
        .writing(|| {
            async |transaction: &mut Transaction| {
                let run = find_run(transaction, name).await?.finish(outcome, registry.host.clock.now())?;
                transaction.runs().update(&run).await?;
                Ok(run)
            }
        })
        .await
}
