//! An artifact as a row.

use std::iter;

use freehold_domain::{
    Artifact, ArtifactLocation, ArtifactStem, ArtifactUid, BlobKey, Placement, Provenance, RunUid,
    StorageUid, UserUid,
};
use freehold_ports::persistence::PersistenceError;
use sea_orm::sea_query::{Expr, ExprTrait, JoinType, Query, SelectStatement};
use sea_orm::{NotSet, QueryResult, Set};

use crate::connection::Connection;
use crate::entity::artifact::{ActiveModel, Column, Entity as Artifacts};
use crate::entity::family;
use crate::record::reference::follow;
use crate::record::{Numbers, PreviousRuns, Row, batch};

pub(super) const PREVIOUS_RUNS: PreviousRuns = PreviousRuns::OF_ARTIFACTS;

pub(super) fn column(column: Column) -> Expr {
    Expr::col((Artifacts, column))
}

pub(super) fn family_column(column: family::Column) -> Expr {
    Expr::col((family::Entity, column))
}

/// Selects artifacts.
pub(super) fn select() -> SelectStatement {
    let mut select = Query::select();
    select.from(Artifacts).join(
        JoinType::LeftJoin,
        family::Entity,
        family_column(family::Column::Id).equals((Artifacts, Column::FamilyId)),
    );
    complete(&mut select);
    select
}

/// Adds to a selection from artifacts and their families all that an artifact is read from.
pub(super) fn complete(select: &mut SelectStatement) {
    let columns = [
        Column::Id,
        Column::Uid,
        Column::Description,
        Column::Suffix,
        Column::Size,
        Column::HashAlgorithm,
        Column::Hash,
        Column::InPlaceKey,
        Column::CopiedFromStorageId,
        Column::CopiedFromKey,
        Column::State,
        Column::CreatedAt,
        Column::RunId,
        Column::UpdatedAt,
    ];
    select.columns(columns.map(|column| (Artifacts, column))).columns(
        [family::Column::Stem, family::Column::Key, family::Column::Head].map(|c| (family::Entity, c)),
    );
    follow(select, ("artifacts", "storage_id"), "storages", "storage");
    follow(select, ("artifacts", "copied_from_storage_id"), "storages", "copied_from");
    follow(select, ("artifacts", "created_by_id"), "users", "created_by");
    follow(select, ("artifacts", "run_id"), "runs", "run");
}

/// The artifacts in these rows, with their numbers and previous runs.
pub(super) async fn artifacts(
    connection: Connection<'_>,
    rows: &[QueryResult],
) -> Result<Vec<(i64, Artifact)>, PersistenceError> {
    let rows: Vec<Row<'_>> = rows.iter().map(|row| Row::new("artifacts", "uid", row)).collect();
    let numbers: Vec<i64> = rows.iter().map(|row| row.get("id")).collect::<Result<_, _>>()?;
    let mut previous_runs = PREVIOUS_RUNS.find(connection, &numbers).await?;
    let artifact = |(row, number): (Row<'_>, i64)| {
        Ok((number, artifact(row, previous_runs.remove(&number).unwrap_or_default())?))
    };
    rows.into_iter().zip(numbers).map(artifact).collect()
}

fn artifact(row: Row<'_>, previous_runs: Vec<RunUid>) -> Result<Artifact, PersistenceError> {
    let uid: ArtifactUid = row.parse("uid")?;
    if row.get::<Option<String>>("stem")?.as_deref() != Some(uid.stem().as_str()) {
        return Err(row.corrupt("family_id", "it names no family, or another one"));
    }
    let copied_from = row.reference("copied_from_storage_id", "copied_from")?;
    let copied_from: Option<StorageUid> = copied_from;
    Ok(Artifact {
        uid,
        key: row.parse("key")?,
        description: row.get("description")?,
        suffix: row.parse("suffix")?,
        size: row.unsigned("size")?,
        hash: row.hash("hash_algorithm", "hash")?,
        placement: Placement { storage: row.parse("storage")?, location: location(row, "in_place_key")? },
        copied_from: match copied_from {
            Some(storage) => Some(Placement { storage, location: location(row, "copied_from_key")? }),
            None => None,
        },
        state: row.parse("state")?,
        is_latest: row.version("head")? == Some(uid.version()),
        provenance: row.provenance(previous_runs)?,
    })
}

/// In place at the key in this column, or ingested if there is none.
fn location(row: Row<'_>, key: &str) -> Result<ArtifactLocation, PersistenceError> {
    Ok(row.parse_optional(key)?.map_or(ArtifactLocation::Ingested, ArtifactLocation::InPlace))
}

/// The key of an artifact in place.
fn in_place_key(location: &ArtifactLocation) -> Option<String> {
    match location {
        ArtifactLocation::Ingested => None,
        ArtifactLocation::InPlace(key) => Some(BlobKey::to_string(key)),
    }
}

/// The numbers of all that artifacts refer to.
#[derive(Debug)]
pub(super) struct References {
    pub(super) families: Numbers<ArtifactStem>,
    pub(super) storages: Numbers<StorageUid>,
    pub(super) users: Numbers<UserUid>,
    pub(super) runs: Numbers<RunUid>,
}

impl References {
    /// Looks up what these artifacts refer to, which must all be there.
    pub(super) async fn of(
        connection: Connection<'_>,
        artifacts: &[Artifact],
    ) -> Result<Self, PersistenceError> {
        let families = artifacts.iter().map(|artifact| artifact.uid.stem()).collect();
        let placements = artifacts
            .iter()
            .flat_map(|artifact| iter::once(&artifact.placement).chain(&artifact.copied_from));
        let storages = placements.map(|placement| placement.storage).collect();
        let provenances = || artifacts.iter().map(|artifact| &artifact.provenance);
        let users = provenances().map(Provenance::created_by).collect();
        let runs = provenances()
            .flat_map(|provenance| provenance.previous_runs().iter().copied().chain(provenance.run()));
        let runs = runs.collect();
        Ok(Self {
            families: Numbers::find_all(connection, families).await?,
            storages: Numbers::find_all(connection, storages).await?,
            users: Numbers::find_all(connection, users).await?,
            runs: Numbers::find_all(connection, runs).await?,
        })
    }

    /// The artifact's row.
    pub(super) fn model(&self, artifact: &Artifact) -> Result<ActiveModel, PersistenceError> {
        let Artifact { placement, copied_from, provenance, .. } = artifact;
        let copied_from_storage = copied_from.as_ref().map(|from| &from.storage);
        Ok(ActiveModel {
            id: NotSet,
            uid: Set(artifact.uid.to_string()),
            family_id: Set(self.families.of(&artifact.uid.stem())?),
            version: Set(artifact.version().number().into()),
            description: Set(artifact.description.clone()),
            suffix: Set(artifact.suffix.to_string()),
            size: Set(batch::signed("size", artifact.size)?),
            hash_algorithm: Set(artifact.hash.algorithm().to_string()),
            hash: Set(artifact.hash.as_bytes().to_vec()),
            storage_id: Set(self.storages.of(&placement.storage)?),
            in_place_key: Set(in_place_key(&placement.location)),
            copied_from_storage_id: Set(self.storages.of_optional(copied_from_storage)?),
            copied_from_key: Set(copied_from.as_ref().and_then(|from| in_place_key(&from.location))),
            state: Set(artifact.state.to_string()),
            created_at: Set(provenance.created_at().timestamp_micros()),
            created_by_id: Set(self.users.of(&provenance.created_by())?),
            run_id: Set(self.runs.of_optional(provenance.run().as_ref())?),
            updated_at: Set(provenance.updated_at().timestamp_micros()),
        })
    }
}
