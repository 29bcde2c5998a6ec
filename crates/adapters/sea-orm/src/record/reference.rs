//! References between rows, followed and looked for.

use freehold_ports::persistence::{Entity, PersistenceError};
use sea_orm::sea_query::{Expr, ExprTrait, JoinType, Query, SelectStatement};

use crate::connection::Connection;

/// A column of a table that holds numbers of other rows, and the kind of record that its rows belong to.
pub(crate) type Reference = (Entity, &'static str, &'static str);

/// Adds to a selection, as `name`, the uid of the row of `target` that a column of a table names.
///
/// A row that is not there gives no uid, so that a broken reference shows as damage instead of leaving out the record.
pub(crate) fn follow(
    select: &mut SelectStatement,
    (table, column): (&'static str, &'static str),
    target: &'static str,
    name: &'static str,
) {
    let found = Expr::col((name, "id")).equals((table, column));
    select.join_as(JoinType::LeftJoin, target, name, found).expr_as(Expr::col((name, "uid")), name);
}

/// The kind of the first of these references that names the row with this number, if any does.
pub(crate) async fn user_of(
    connection: Connection<'_>,
    number: i64,
    references: &[Reference],
) -> Result<Option<Entity>, PersistenceError> {
    for (entity, table, column) in references {
        let select = Query::select()
            .expr(Expr::val(1))
            .from(*table)
            .and_where(Expr::col(*column).eq(number))
            .limit(1)
            .to_owned();
        if connection.first(&select).await?.is_some() {
            return Ok(Some(*entity));
        }
    }
    Ok(None)
}
