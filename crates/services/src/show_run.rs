//! Show a run: what it executed, what it read and what it made.

use freehold_domain::{Artifact, Run, Transform, User};
use freehold_ports::persistence::{Entity, PageRequest, PersistenceError};

use crate::list_storages::PAGE;
use crate::reference::find_run;
use crate::{ReferenceError, Registry, Transaction};

/// A run in full.
#[derive(Debug, Clone, PartialEq)]
pub struct RunDetails {
    /// The run.
    pub run: Run,
    /// What it executed.
    pub transform: Transform,
    /// Who ran it.
    pub user: Option<User>,
    /// What it read, in the order in which it did.
    pub inputs: Vec<Artifact>,
    /// What it made, in the order in which it did.
    pub outputs: Vec<Artifact>,
}

/// Shows the run that `run` means: a uid or a unique prefix of one.
///
/// # Errors
/// The run is not known, or the registry cannot be read.
pub async fn show_run(registry: &Registry, run: &str) -> Result<RunDetails, ReferenceError> {
    registry
        .reading(|| {
            async |transaction: &mut Transaction| {
                let run = find_run(transaction, run).await?;
                let transform = transaction.transforms().find_many(&[run.transform()]).await?.pop();
                let transform = transform.ok_or_else(|| PersistenceError::NotFound {
                    entity: Entity::Transform,
                    id: run.transform().to_string(),
                })?;
                let user = transaction.users().find_many(&[run.created_by()]).await?.pop();
                let inputs = edges(transaction, &run, Side::Inputs).await?;
                let outputs = edges(transaction, &run, Side::Outputs).await?;
                Ok(RunDetails { run, transform, user, inputs, outputs })
            }
        })
        .await
}

#[derive(Debug, Clone, Copy)]
enum Side {
    Inputs,
    Outputs,
}

async fn edges(
    transaction: &mut Transaction,
    run: &Run,
    side: Side,
) -> Result<Vec<Artifact>, PersistenceError> {
    let mut artifacts = Vec::new();
    let mut request = PageRequest::first(PAGE);
    loop {
        let page = match side {
            Side::Inputs => transaction.lineage().inputs(&run.uid(), &request).await?,
            Side::Outputs => transaction.lineage().outputs(&run.uid(), &request).await?,
        };
        artifacts.extend(transaction.artifacts().find_many(&page.items).await?);
        match page.next {
            Some(next) => request.after = Some(next),
            None => return Ok(artifacts),
        }
    }
}
