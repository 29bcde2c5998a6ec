//! Runs in a database.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use freehold_domain::run::RunFields;
use freehold_domain::{Run, RunUid, UidPrefix};
use freehold_ports::persistence::{Entity, Page, PageRequest, PersistenceError, RunFilter, RunRepository};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Order, Query, SelectStatement};
use sea_orm::{NotSet, QueryResult, Set};

use super::error::{backend, in_use, not_found};
use super::page::{cut, position, rows_to_read};
use super::unit_of_work::SeaOrmUnitOfWork;
use crate::connection::Connection;
use crate::entity::run::{ActiveModel, Column, Entity as Runs};
use crate::record::number::values;
use crate::record::prefix::begins_with;
use crate::record::reference::{Reference, follow, user_of};
use crate::record::{Numbers, Row, batch, number, order};

/// What keeps a run from being deleted.
const USES: [Reference; 7] = [
    (Entity::Artifact, "run_outputs", "run_id"),
    (Entity::Artifact, "artifacts", "run_id"),
    (Entity::Artifact, "artifact_previous_runs", "run_id"),
    (Entity::Storage, "storages", "run_id"),
    (Entity::Storage, "storage_previous_runs", "run_id"),
    (Entity::Storage, "storage_events", "run_id"),
    (Entity::Run, "runs", "initiated_by_id"),
];

#[async_trait]
impl RunRepository for SeaOrmUnitOfWork {
    async fn insert_many(&mut self, runs: &[Run]) -> Result<(), PersistenceError> {
        let result = insert_many(self.writing()?, runs).await;
        self.settle(result)
    }

    async fn find_many(&mut self, uids: &[RunUid]) -> Result<Vec<Run>, PersistenceError> {
        let result = find_many(self.reading()?, uids).await;
        self.settle(result)
    }

    async fn find_by_uid_prefix(
        &mut self,
        prefix: &UidPrefix,
        limit: u32,
    ) -> Result<Vec<Run>, PersistenceError> {
        let result = find_by_uid_prefix(self.reading()?, prefix, limit).await;
        self.settle(result)
    }

    async fn update(&mut self, run: &Run) -> Result<(), PersistenceError> {
        let result = update(self.writing()?, run).await;
        self.settle(result)
    }

    async fn delete(&mut self, uid: &RunUid) -> Result<bool, PersistenceError> {
        let result = delete(self.writing()?, *uid).await;
        self.settle(result)
    }

    async fn list(&mut self, filter: &RunFilter, page: &PageRequest) -> Result<Page<Run>, PersistenceError> {
        let result = list(self.reading()?, filter, page).await;
        self.settle(result)
    }
}

async fn insert_many(connection: Connection<'_>, runs: &[Run]) -> Result<(), PersistenceError> {
    number::require_new(connection, runs.iter().map(Run::uid).collect()).await?;
    let new: HashSet<RunUid> = runs.iter().map(Run::uid).collect();
    let transforms = Numbers::find_all(connection, runs.iter().map(Run::transform).collect()).await?;
    let users = Numbers::find_all(connection, runs.iter().map(Run::created_by).collect()).await?;
    let recorded =
        runs.iter().filter_map(|run| run.initiated_by).filter(|initiator| !new.contains(initiator));
    let initiators = Numbers::find_all(connection, recorded.collect()).await?;

    let row = |run: &Run, initiators: &Numbers<RunUid>| {
        Ok(ActiveModel {
            id: NotSet,
            uid: Set(run.uid().to_string()),
            transform_id: Set(transforms.of(&run.transform())?),
            status: Set(run.status().to_string()),
            name: Set(run.name.clone()),
            params: Set(params_text(run)?),
            reference: Set(run.reference.clone()),
            started_at: Set(run.started_at().map(|at| at.timestamp_micros())),
            finished_at: Set(run.finished_at().map(|at| at.timestamp_micros())),
            created_by_id: Set(users.of(&run.created_by())?),
            initiated_by_id: Set(run.initiated_by.and_then(|initiator| initiators.get(&initiator))),
        })
    };
    let rows = |runs: &mut dyn Iterator<Item = &Run>, initiators: &Numbers<RunUid>| {
        runs.map(|run| row(run, initiators)).collect::<Result<Vec<_>, PersistenceError>>()
    };
    batch::insert(connection, rows(&mut runs.iter(), &initiators)?, None).await?;

    // Those initiated by others of the batch are completed once all have numbers.
    let is_initiated_here = |run: &&Run| run.initiated_by.is_some_and(|initiator| new.contains(&initiator));
    let initiators =
        Numbers::find(connection, runs.iter().filter_map(|run| run.initiated_by).collect()).await?;
    let completed = rows(&mut runs.iter().filter(is_initiated_here), &initiators)?;
    let complete = OnConflict::column(Column::Uid).update_column(Column::InitiatedById).to_owned();
    batch::insert(connection, completed, Some(complete)).await
}

async fn find_many(connection: Connection<'_>, uids: &[RunUid]) -> Result<Vec<Run>, PersistenceError> {
    let rows = batch::rows_with(connection, &select(), &column(Column::Uid), values(uids)).await?;
    let found: HashMap<RunUid, Run> =
        rows.iter().map(|row| run(row).map(|(_, run)| (run.uid(), run))).collect::<Result<_, _>>()?;
    Ok(order::as_asked(uids, &found))
}

async fn find_by_uid_prefix(
    connection: Connection<'_>,
    prefix: &UidPrefix,
    limit: u32,
) -> Result<Vec<Run>, PersistenceError> {
    let select = select()
        .cond_where(begins_with(&column(Column::Uid), prefix.as_str()))
        .order_by((Runs, Column::Uid), Order::Asc)
        .limit(limit.into())
        .to_owned();
    connection.rows(&select).await?.iter().map(|row| run(row).map(|(_, run)| run)).collect()
}

async fn update(connection: Connection<'_>, run: &Run) -> Result<(), PersistenceError> {
    let update = Query::update()
        .table(Runs)
        .value(Column::Status, run.status().as_str())
        .value(Column::Name, run.name.clone())
        .value(Column::Params, params_text(run)?)
        .value(Column::Reference, run.reference.clone())
        .value(Column::StartedAt, run.started_at().map(|at| at.timestamp_micros()))
        .value(Column::FinishedAt, run.finished_at().map(|at| at.timestamp_micros()))
        .and_where(Expr::col(Column::Uid).eq(run.uid().as_str()))
        .to_owned();
    match connection.change(&update).await? {
        0 => Err(not_found(Entity::Run, run.uid())),
        _ => Ok(()),
    }
}

async fn delete(connection: Connection<'_>, uid: RunUid) -> Result<bool, PersistenceError> {
    let Some(number) = Numbers::find(connection, vec![uid]).await?.get(&uid) else { return Ok(false) };
    // A run that says it initiated itself does not need itself.
    let alone = Query::update()
        .table(Runs)
        .value(Column::InitiatedById, None::<i64>)
        .and_where(Expr::col(Column::Id).eq(number))
        .and_where(Expr::col(Column::InitiatedById).eq(number))
        .to_owned();
    connection.change(&alone).await?;
    if let Some(user) = user_of(connection, number, &USES).await? {
        return Err(in_use(Entity::Run, uid, user));
    }
    let inputs =
        Query::delete().from_table("run_inputs").and_where(Expr::col("run_id").eq(number)).to_owned();
    connection.change(&inputs).await?;
    let delete = Query::delete().from_table(Runs).and_where(Expr::col(Column::Id).eq(number)).to_owned();
    Ok(connection.change(&delete).await? > 0)
}

async fn list(
    connection: Connection<'_>,
    filter: &RunFilter,
    page: &PageRequest,
) -> Result<Page<Run>, PersistenceError> {
    let before = position::<i64>(page)?.unwrap_or(i64::MAX);
    let transforms = Numbers::find(connection, filter.transform.into_iter().collect()).await?;
    let transform = match filter.transform.map(|transform| transforms.get(&transform)) {
        Some(None) => return Ok(Page { items: Vec::new(), next: None }),
        known => known.flatten(),
    };
    let select = select()
        .and_where(column(Column::Id).lt(before))
        .and_where_option(transform.map(|transform| column(Column::TransformId).eq(transform)))
        .and_where_option(filter.status.map(|status| column(Column::Status).eq(status.as_str())))
        .order_by((Runs, Column::Id), Order::Desc)
        .limit(rows_to_read(page))
        .to_owned();
    let rows = connection.rows(&select).await?;
    let runs = rows.iter().map(run).collect::<Result<Vec<_>, _>>()?;
    let page = cut(page, runs, |(number, _)| *number);
    Ok(Page { items: page.items.into_iter().map(|(_, run)| run).collect(), next: page.next })
}

fn column(column: Column) -> Expr {
    Expr::col((Runs, column))
}

fn select() -> SelectStatement {
    let columns = [
        Column::Id,
        Column::Uid,
        Column::Status,
        Column::Name,
        Column::Params,
        Column::Reference,
        Column::StartedAt,
        Column::FinishedAt,
    ];
    let mut select = Query::select();
    select
        .columns(columns.map(|column| (Runs, column)))
        .expr_as(column(Column::InitiatedById), "initiated_by_id")
        .from(Runs);
    follow(&mut select, ("runs", "transform_id"), "transforms", "transform");
    follow(&mut select, ("runs", "created_by_id"), "users", "created_by");
    follow(&mut select, ("runs", "initiated_by_id"), "runs", "initiated_by");
    select
}

fn run(row: &QueryResult) -> Result<(i64, Run), PersistenceError> {
    let row = Row::new("runs", "uid", row);
    let params: String = row.get("params")?;
    let run = Run::from_fields(RunFields {
        uid: row.parse("uid")?,
        transform: row.parse("transform")?,
        status: row.parse("status")?,
        started_at: row.optional_time("started_at")?,
        finished_at: row.optional_time("finished_at")?,
        created_by: row.parse("created_by")?,
        name: row.get("name")?,
        params: serde_json::from_str(&params).map_err(|error| row.corrupt("params", error))?,
        initiated_by: row.reference("initiated_by_id", "initiated_by")?,
        reference: row.get("reference")?,
    });
    Ok((row.get("id")?, run))
}

/// The parameters as the text of a JSON object.
fn params_text(run: &Run) -> Result<String, PersistenceError> {
    serde_json::to_string(&run.params).map_err(backend)
}
