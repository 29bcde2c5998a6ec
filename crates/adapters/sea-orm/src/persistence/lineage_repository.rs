//! Lineage in a database.

mod edges;

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use freehold_domain::{ArtifactUid, RunUid};
use freehold_ports::persistence::{ArtifactRuns, LineageRepository, Page, PageRequest, PersistenceError};

use super::unit_of_work::SeaOrmUnitOfWork;
use crate::connection::Connection;
use crate::record::Numbers;
use edges::{INPUTS, OUTPUTS};

#[async_trait]
impl LineageRepository for SeaOrmUnitOfWork {
    async fn add_inputs(&mut self, run: &RunUid, artifacts: &[ArtifactUid]) -> Result<(), PersistenceError> {
        let result = add_inputs(self.writing()?, *run, artifacts).await;
        self.settle(result)
    }

    async fn add_outputs(&mut self, run: &RunUid, artifacts: &[ArtifactUid]) -> Result<(), PersistenceError> {
        let result = add_outputs(self.writing()?, *run, artifacts).await;
        self.settle(result)
    }

    async fn upstream_among(
        &mut self,
        run: &RunUid,
        artifacts: &[ArtifactUid],
    ) -> Result<Vec<ArtifactUid>, PersistenceError> {
        let result = upstream_among(self.reading()?, *run, artifacts).await;
        self.settle(result)
    }

    async fn inputs(
        &mut self,
        run: &RunUid,
        page: &PageRequest,
    ) -> Result<Page<ArtifactUid>, PersistenceError> {
        let result = INPUTS.of_run(self.reading()?, *run, page).await;
        self.settle(result)
    }

    async fn outputs(
        &mut self,
        run: &RunUid,
        page: &PageRequest,
    ) -> Result<Page<ArtifactUid>, PersistenceError> {
        let result = OUTPUTS.of_run(self.reading()?, *run, page).await;
        self.settle(result)
    }

    async fn runs_of(&mut self, artifacts: &[ArtifactUid]) -> Result<Vec<ArtifactRuns>, PersistenceError> {
        let result = runs_of(self.reading()?, artifacts).await;
        self.settle(result)
    }
}

/// The numbers of a run and of artifacts, all of which must be recorded.
async fn numbers(
    connection: Connection<'_>,
    run: RunUid,
    artifacts: &[ArtifactUid],
) -> Result<(i64, Vec<(ArtifactUid, i64)>), PersistenceError> {
    let run = Numbers::find(connection, vec![run]).await?.of(&run)?;
    let numbers = Numbers::find(connection, artifacts.to_vec()).await?;
    let mut seen = HashSet::new();
    let artifacts = artifacts.iter().filter(|artifact| seen.insert(**artifact));
    let artifacts = artifacts.map(|artifact| Ok((*artifact, numbers.of(artifact)?)));
    Ok((run, artifacts.collect::<Result<_, PersistenceError>>()?))
}

async fn add_inputs(
    connection: Connection<'_>,
    run: RunUid,
    artifacts: &[ArtifactUid],
) -> Result<(), PersistenceError> {
    let (number, mut artifacts) = numbers(connection, run, artifacts).await?;
    let own = OUTPUTS.among(connection, number, &artifacts).await?;
    artifacts.retain(|(_, artifact)| !own.contains(artifact));
    // Its descendants: what it made, what was made from that, and so on.
    let descendants = OUTPUTS.reached(connection, INPUTS, number, &artifacts).await?;
    require_none(run, &artifacts, &descendants)?;
    INPUTS.add(connection, number, &artifacts).await
}

async fn add_outputs(
    connection: Connection<'_>,
    run: RunUid,
    artifacts: &[ArtifactUid],
) -> Result<(), PersistenceError> {
    let (number, artifacts) = numbers(connection, run, artifacts).await?;
    // Its ancestors: what it read, what the runs that made that read, and so on.
    let ancestors = INPUTS.reached(connection, OUTPUTS, number, &artifacts).await?;
    require_none(run, &artifacts, &ancestors)?;
    OUTPUTS.add(connection, number, &artifacts).await
}

fn require_none(
    run: RunUid,
    artifacts: &[(ArtifactUid, i64)],
    beyond: &HashSet<i64>,
) -> Result<(), PersistenceError> {
    match artifacts.iter().find(|(_, number)| beyond.contains(number)) {
        Some((artifact, _)) => Err(PersistenceError::LineageCycle { run, artifact: *artifact }),
        None => Ok(()),
    }
}

async fn upstream_among(
    connection: Connection<'_>,
    run: RunUid,
    artifacts: &[ArtifactUid],
) -> Result<Vec<ArtifactUid>, PersistenceError> {
    let Some(number) = Numbers::find(connection, vec![run]).await?.get(&run) else { return Ok(Vec::new()) };
    let numbers = Numbers::find(connection, artifacts.to_vec()).await?;
    let known: Vec<(ArtifactUid, i64)> =
        artifacts.iter().filter_map(|artifact| Some((*artifact, numbers.get(artifact)?))).collect();
    let ancestors = INPUTS.reached(connection, OUTPUTS, number, &known).await?;
    let upstream = known.into_iter().filter(|(_, number)| ancestors.contains(number));
    Ok(upstream.map(|(artifact, _)| artifact).collect())
}

async fn runs_of(
    connection: Connection<'_>,
    artifacts: &[ArtifactUid],
) -> Result<Vec<ArtifactRuns>, PersistenceError> {
    let numbers = Numbers::find(connection, artifacts.to_vec()).await?;
    let known: Vec<i64> = numbers.all().collect();
    let made_by = OUTPUTS.of_artifacts(connection, &known).await?;
    let read_by = INPUTS.of_artifacts(connection, &known).await?;
    let runs = |edges: &HashMap<i64, Vec<RunUid>>, artifact: &ArtifactUid| {
        numbers.get(artifact).and_then(|number| edges.get(&number).cloned()).unwrap_or_default()
    };
    let entry = |artifact: &ArtifactUid| ArtifactRuns {
        artifact: *artifact,
        made_by: runs(&made_by, artifact),
        read_by: runs(&read_by, artifact),
    };
    Ok(artifacts.iter().map(entry).collect())
}
