//! A storage location as a row.

use freehold_domain::{
    Capabilities, ClaimEpoch, RunUid, Storage, StorageFields, StorageId, StorageRoot, UserUid,
};
use freehold_ports::persistence::PersistenceError;
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement, UpdateStatement};
use sea_orm::{NotSet, QueryResult, Set};

use super::PREVIOUS_RUNS;
use crate::connection::Connection;
use crate::entity::storage::{ActiveModel, Column, Entity as Storages};
use crate::record::reference::follow;
use crate::record::{Numbers, Row, batch};

pub(super) fn column(column: Column) -> Expr {
    Expr::col((Storages, column))
}

pub(super) fn select() -> SelectStatement {
    let columns = [
        Column::Id,
        Column::Uid,
        Column::Root,
        Column::Description,
        Column::Region,
        Column::InstanceUid,
        Column::Epoch,
        Column::CreateIfAbsent,
        Column::CompareAndSwap,
        Column::ListAfterWrite,
        Column::CaseSensitive,
        Column::CreatedAt,
        Column::RunId,
        Column::UpdatedAt,
    ];
    let mut select = Query::select();
    select.columns(columns.map(|column| (Storages, column))).from(Storages);
    follow(&mut select, ("storages", "created_by_id"), "users", "created_by");
    follow(&mut select, ("storages", "run_id"), "runs", "run");
    select
}

/// The locations in these rows, with their previous runs.
pub(super) async fn storages(
    connection: Connection<'_>,
    rows: &[QueryResult],
) -> Result<Vec<Storage>, PersistenceError> {
    let rows: Vec<Row<'_>> = rows.iter().map(|row| Row::new("storages", "uid", row)).collect();
    let numbers: Vec<i64> = rows.iter().map(|row| row.get("id")).collect::<Result<_, _>>()?;
    let mut previous_runs = PREVIOUS_RUNS.find(connection, &numbers).await?;
    let storage = |(row, number): (Row<'_>, i64)| {
        let root = StorageRoot::from_canonical(&row.get::<String>("root")?);
        Ok(Storage::from_fields(StorageFields {
            id: Some(StorageId(number)),
            uid: row.parse("uid")?,
            root: root.map_err(|error| row.corrupt("root", error))?,
            instance_uid: row.parse_optional("instance_uid")?,
            epoch: epoch(row)?,
            description: row.get("description")?,
            region: row.get("region")?,
            capabilities: capabilities(row)?,
            provenance: row.provenance(previous_runs.remove(&number).unwrap_or_default())?,
        }))
    };
    rows.into_iter().zip(numbers).map(storage).collect()
}

/// The epoch in the column of this name, if there is one.
pub(super) fn epoch(row: Row<'_>) -> Result<Option<ClaimEpoch>, PersistenceError> {
    if row.get::<Option<i64>>("epoch")?.is_none() {
        return Ok(None);
    }
    let epoch = ClaimEpoch::from_number(row.unsigned("epoch")?);
    row.valid("epoch", epoch, "epochs begin at 1").map(Some)
}

/// All four are known, or none.
fn capabilities(row: Row<'_>) -> Result<Option<Capabilities>, PersistenceError> {
    let known = [
        row.get::<Option<bool>>("create_if_absent")?,
        row.get("compare_and_swap")?,
        row.get("list_after_write")?,
        row.get("case_sensitive")?,
    ];
    match known {
        [Some(create_if_absent), Some(compare_and_swap), Some(list_after_write), Some(case_sensitive)] => {
            Ok(Some(Capabilities { create_if_absent, compare_and_swap, list_after_write, case_sensitive }))
        }
        [None, None, None, None] => Ok(None),
        _ => Err(row.corrupt("create_if_absent", "capabilities are known only in part")),
    }
}

/// The row of a new location.
pub(super) fn model(
    storage: &Storage,
    users: &Numbers<UserUid>,
    runs: &Numbers<RunUid>,
) -> Result<ActiveModel, PersistenceError> {
    let provenance = &storage.provenance;
    let capable = |of: fn(Capabilities) -> bool| storage.capabilities.map(of);
    Ok(ActiveModel {
        id: NotSet,
        uid: Set(storage.uid().to_string()),
        root: Set(storage.root().to_string()),
        description: Set(storage.description.clone()),
        region: Set(storage.region.clone()),
        instance_uid: Set(storage.instance_uid().map(|uid| uid.to_string())),
        epoch: Set(epoch_number(storage.epoch())?),
        create_if_absent: Set(capable(|capabilities| capabilities.create_if_absent)),
        compare_and_swap: Set(capable(|capabilities| capabilities.compare_and_swap)),
        list_after_write: Set(capable(|capabilities| capabilities.list_after_write)),
        case_sensitive: Set(capable(|capabilities| capabilities.case_sensitive)),
        created_at: Set(provenance.created_at().timestamp_micros()),
        created_by_id: Set(users.of(&provenance.created_by())?),
        run_id: Set(runs.of_optional(provenance.run().as_ref())?),
        updated_at: Set(provenance.updated_at().timestamp_micros()),
    })
}

/// The change that gives the row with this number all values that may change.
pub(super) fn replacement(
    storage: &Storage,
    number: i64,
    runs: &Numbers<RunUid>,
) -> Result<UpdateStatement, PersistenceError> {
    let provenance = &storage.provenance;
    let capable = |of: fn(Capabilities) -> bool| storage.capabilities.map(of);
    Ok(Query::update()
        .table(Storages)
        .value(Column::Root, storage.root().as_str())
        .value(Column::Description, storage.description.clone())
        .value(Column::Region, storage.region.clone())
        .value(Column::InstanceUid, storage.instance_uid().map(|uid| uid.to_string()))
        .value(Column::Epoch, epoch_number(storage.epoch())?)
        .value(Column::CreateIfAbsent, capable(|capabilities| capabilities.create_if_absent))
        .value(Column::CompareAndSwap, capable(|capabilities| capabilities.compare_and_swap))
        .value(Column::ListAfterWrite, capable(|capabilities| capabilities.list_after_write))
        .value(Column::CaseSensitive, capable(|capabilities| capabilities.case_sensitive))
        .value(Column::RunId, runs.of_optional(provenance.run().as_ref())?)
        .value(Column::UpdatedAt, provenance.updated_at().timestamp_micros())
        .and_where(Expr::col(Column::Id).eq(number))
        .to_owned())
}

/// An epoch as databases keep it.
pub(super) fn epoch_number(epoch: Option<ClaimEpoch>) -> Result<Option<i64>, PersistenceError> {
    epoch.map(|epoch| batch::signed("epoch", epoch.number())).transpose()
}
