//! What lies at storage locations, by the registry's word.

use std::collections::HashMap;

use freehold_domain::{ArtifactState, StorageUid};
use freehold_ports::persistence::{PersistenceError, StorageUsage, Tally};
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait, Query};

use crate::connection::Connection;
use crate::entity::artifact::{Column, Entity as Artifacts};
use crate::record::{Numbers, Row, batch};

/// Sizes are summed in two halves, because a sum of large ones is more than a database's integers hold.
const HALF: i64 = 1 << 32;

pub(super) async fn usage(
    connection: Connection<'_>,
    storages: &[StorageUid],
) -> Result<Vec<StorageUsage>, PersistenceError> {
    let numbers = Numbers::find(connection, storages.to_vec()).await?;
    let in_place = CaseStatement::new().case(Expr::col(Column::InPlaceKey).is_null(), 0).finally(1);
    let select = Query::select()
        .column(Column::StorageId)
        .expr_as(Expr::expr(in_place).cast_as("bigint"), "in_place")
        .expr_as(Expr::col(Column::Id).count(), "artifacts")
        .expr_as(Expr::expr(Expr::col(Column::Size).div(HALF)).sum().cast_as("bigint"), "high")
        .expr_as(Expr::expr(Expr::col(Column::Size).modulo(HALF)).sum().cast_as("bigint"), "low")
        .from(Artifacts)
        .and_where(Expr::col(Column::State).ne(ArtifactState::Purged.as_str()))
        .add_group_by([Expr::col(Column::StorageId), Expr::col("in_place")])
        .to_owned();
    let mut tallies: HashMap<(i64, bool), Tally> = HashMap::new();
    for row in batch::rows_with(connection, &select, &Expr::col(Column::StorageId), numbers.values()).await? {
        let row = Row::new("artifacts", "storage_id", &row);
        let in_place = row.get::<i64>("in_place")? == 1;
        tallies.insert((row.get("storage_id")?, in_place), tally(row)?);
    }
    let tally = |storage: &StorageUid, in_place| {
        let number = numbers.get(storage);
        number.and_then(|number| tallies.get(&(number, in_place)).copied()).unwrap_or_default()
    };
    let usage = |storage: &StorageUid| StorageUsage {
        storage: *storage,
        ingested: tally(storage, false),
        in_place: tally(storage, true),
    };
    Ok(storages.iter().map(usage).collect())
}

fn tally(row: Row<'_>) -> Result<Tally, PersistenceError> {
    let (high, low): (u64, u64) = (row.unsigned("high")?, row.unsigned("low")?);
    let half = HALF.unsigned_abs();
    Ok(Tally {
        artifacts: row.unsigned("artifacts")?,
        bytes: high.checked_mul(half).and_then(|high| high.checked_add(low)).unwrap_or(u64::MAX),
    })
}
