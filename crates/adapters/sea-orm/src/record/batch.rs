//! Batches cut to what one statement can take.

use freehold_ports::persistence::PersistenceError;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, SelectStatement, Value};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, Iterable, QueryResult};

use crate::connection::Connection;
use crate::persistence::error;

/// The most parameters that a statement may have, on the backend that allows the fewest.
const MOST_PARAMETERS: usize = 32_766;

/// The most rows of one statement: beyond, larger statements save nothing.
const MOST_ROWS: usize = 500;

/// How many values a list in a condition has at most.
pub(crate) const MOST_VALUES: usize = 1_000;

/// Adds rows. Rows that are there already are an error, or treated as `on_conflict` says.
pub(crate) async fn insert<A>(
    connection: Connection<'_>,
    rows: Vec<A>,
    on_conflict: Option<OnConflict>,
) -> Result<(), PersistenceError>
where
    A: ActiveModelTrait + Send,
    <A::Entity as EntityTrait>::Model: IntoActiveModel<A>,
{
    let columns = <A::Entity as EntityTrait>::Column::iter().count().max(1);
    let most = MOST_ROWS.min(MOST_PARAMETERS / columns);
    let mut rows = rows.into_iter();
    loop {
        let batch: Vec<A> = rows.by_ref().take(most).collect();
        if batch.is_empty() {
            return Ok(());
        }
        let mut statement = A::Entity::insert_many(batch);
        if let Some(on_conflict) = &on_conflict {
            statement = statement.on_conflict(on_conflict.clone());
        }
        statement.exec_without_returning(connection.transaction()).await.map_err(error::of_database)?;
    }
}

/// The rows of a selection in which `column` has one of these values.
pub(crate) async fn rows_with(
    connection: Connection<'_>,
    select: &SelectStatement,
    column: &Expr,
    values: Vec<Value>,
) -> Result<Vec<QueryResult>, PersistenceError> {
    let mut rows = Vec::new();
    for values in values.chunks(MOST_VALUES) {
        let select = select.clone().and_where(column.clone().is_in(values.iter().cloned())).to_owned();
        rows.extend(connection.rows(&select).await?);
    }
    Ok(rows)
}

/// Texts as the values of a condition, each once.
pub(crate) fn distinct<'text>(texts: impl Iterator<Item = &'text str>) -> Vec<Value> {
    let mut texts: Vec<&str> = texts.collect();
    texts.sort_unstable();
    texts.dedup();
    texts.into_iter().map(Value::from).collect()
}

/// A number as databases keep it.
pub(crate) fn signed(name: &str, number: u64) -> Result<i64, PersistenceError> {
    let error = |_| error::backend(format!("the {name} {number} is larger than a database can record"));
    i64::try_from(number).map_err(error)
}
