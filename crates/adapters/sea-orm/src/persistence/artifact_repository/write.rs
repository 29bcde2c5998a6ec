//! Artifacts are added and replaced.

use std::collections::HashMap;

use freehold_domain::{Artifact, ArtifactUid, RunUid};
use freehold_ports::persistence::{Entity, PersistenceError};
use sea_orm::sea_query::OnConflict;

use super::row::{PREVIOUS_RUNS, References};
use crate::connection::Connection;
use crate::entity::artifact::Column;
use crate::persistence::error::in_use;
use crate::record::previous_runs::{PreviousRuns, accumulated};
use crate::record::{Numbers, batch, number};

pub(super) async fn insert_many(
    connection: Connection<'_>,
    artifacts: &[Artifact],
) -> Result<(), PersistenceError> {
    number::require_new(connection, artifacts.iter().map(|artifact| artifact.uid).collect()).await?;
    let references = References::of(connection, artifacts).await?;
    let rows = artifacts.iter().map(|artifact| references.model(artifact)).collect::<Result<_, _>>()?;
    batch::insert(connection, rows, None).await?;

    let with_previous: Vec<&Artifact> =
        artifacts.iter().filter(|artifact| !artifact.provenance.previous_runs().is_empty()).collect();
    let numbers =
        Numbers::find(connection, with_previous.iter().map(|artifact| artifact.uid).collect()).await?;
    let mut additions = Vec::new();
    for artifact in with_previous {
        let previous_runs = artifact.provenance.previous_runs();
        additions.extend(PreviousRuns::additions(numbers.of(&artifact.uid)?, 0, previous_runs));
    }
    PREVIOUS_RUNS.insert(connection, &additions, &references.runs).await
}

pub(super) async fn update_many(
    connection: Connection<'_>,
    artifacts: &[Artifact],
) -> Result<(), PersistenceError> {
    let numbers =
        Numbers::find_all(connection, artifacts.iter().map(|artifact| artifact.uid).collect()).await?;
    let references = References::of(connection, artifacts).await?;
    let owners: Vec<i64> = numbers.all().collect();
    let mut known: HashMap<i64, Vec<RunUid>> = PREVIOUS_RUNS.find(connection, &owners).await?;

    // Of several with one uid each replaces the one before.
    let mut updated: HashMap<ArtifactUid, &Artifact> = HashMap::with_capacity(artifacts.len());
    let mut additions = Vec::new();
    for artifact in artifacts {
        let number = numbers.of(&artifact.uid)?;
        let previous_runs = artifact.provenance.previous_runs();
        let known = known.entry(number).or_default();
        let erased = || in_use(Entity::Artifact, artifact.uid, Entity::Run);
        let count = accumulated(known, previous_runs).ok_or_else(erased)?;
        additions.extend(PreviousRuns::additions(number, count, previous_runs));
        *known = previous_runs.to_vec();
        updated.insert(artifact.uid, artifact);
    }

    let rows = updated.values().map(|artifact| references.model(artifact)).collect::<Result<_, _>>()?;
    let replace = OnConflict::column(Column::Uid)
        .update_columns([
            Column::Description,
            Column::StorageId,
            Column::InPlaceKey,
            Column::CopiedFromStorageId,
            Column::CopiedFromKey,
            Column::State,
            Column::RunId,
            Column::UpdatedAt,
        ])
        .to_owned();
    batch::insert(connection, rows, Some(replace)).await?;
    PREVIOUS_RUNS.insert(connection, &additions, &references.runs).await
}
