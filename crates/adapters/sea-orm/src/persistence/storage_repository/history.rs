//! The history of a location's ownership.

use freehold_domain::{StorageEvent, StorageUid};
use freehold_ports::persistence::{Entity, PersistenceError};
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query, SelectStatement};
use sea_orm::{NotSet, QueryResult, Set};

use super::row::{epoch, epoch_number};
use crate::connection::Connection;
use crate::entity::storage_event::{ActiveModel, Column, Entity as Events};
use crate::persistence::error::not_found;
use crate::record::reference::follow;
use crate::record::{Numbers, Row, batch};

/// Adds one event.
pub(super) async fn record(connection: Connection<'_>, event: &StorageEvent) -> Result<(), PersistenceError> {
    let storages = Numbers::find(connection, vec![event.storage]).await?;
    let storage = storages.get(&event.storage).ok_or_else(|| not_found(Entity::Storage, event.storage))?;
    let users = Numbers::find_all(connection, vec![event.by]).await?;
    let runs = Numbers::find_all(connection, event.run.into_iter().collect()).await?;
    let row = ActiveModel {
        id: NotSet,
        storage_id: Set(storage),
        change: Set(event.change.to_string()),
        epoch: Set(epoch_number(event.epoch)?),
        other_instance_uid: Set(event.other.map(|uid| uid.to_string())),
        reason: Set(event.reason.clone()),
        created_at: Set(event.at.timestamp_micros()),
        created_by_id: Set(users.of(&event.by)?),
        run_id: Set(runs.of_optional(event.run.as_ref())?),
    };
    batch::insert(connection, vec![row], None).await
}

/// Every event of the location, in the order of recording.
pub(super) async fn find(
    connection: Connection<'_>,
    uid: StorageUid,
) -> Result<Vec<StorageEvent>, PersistenceError> {
    let Some(number) = Numbers::find(connection, vec![uid]).await?.get(&uid) else { return Ok(Vec::new()) };
    let rows = connection.rows(&select(number)).await?;
    rows.iter().map(event).collect()
}

/// Removes every event of the location with this number.
pub(super) async fn delete(connection: Connection<'_>, number: i64) -> Result<(), PersistenceError> {
    let of_location = Expr::col(Column::StorageId).eq(number);
    let delete = Query::delete().from_table(Events).and_where(of_location).to_owned();
    connection.change(&delete).await.map(drop)
}

fn select(number: i64) -> SelectStatement {
    let columns = [
        Column::Change,
        Column::Epoch,
        Column::OtherInstanceUid,
        Column::Reason,
        Column::CreatedAt,
        Column::RunId,
    ];
    let mut select = Query::select();
    select.columns(columns.map(|column| (Events, column))).from(Events);
    follow(&mut select, ("storage_events", "storage_id"), "storages", "storage");
    follow(&mut select, ("storage_events", "created_by_id"), "users", "created_by");
    follow(&mut select, ("storage_events", "run_id"), "runs", "run");
    select
        .and_where(Expr::col((Events, Column::StorageId)).eq(number))
        .order_by((Events, Column::Id), Order::Asc)
        .to_owned()
}

fn event(row: &QueryResult) -> Result<StorageEvent, PersistenceError> {
    let row = Row::new("storage_events", "storage", row);
    Ok(StorageEvent {
        storage: row.parse("storage")?,
        change: row.parse("change")?,
        epoch: epoch(row)?,
        other: row.parse_optional("other_instance_uid")?,
        reason: row.get("reason")?,
        at: row.time("created_at")?,
        by: row.parse("created_by")?,
        run: row.reference("run_id", "run")?,
    })
}
