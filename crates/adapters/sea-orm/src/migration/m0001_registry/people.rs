//! The instance and its users.

use sea_orm_migration::sea_query::{Expr, ExprTrait, Table, TableCreateStatement};

use super::column::{Text, boolean, id, integer, optional_integer, optional_text, reference, text};

/// The one row that says whose registry this is.
pub(super) fn instance() -> TableCreateStatement {
    let mut id = integer("id");
    id.primary_key();
    Table::create()
        .table("instance")
        .col(id)
        .col(text("uuid"))
        .col(text("owner"))
        .col(text("name"))
        .col(integer("created_at"))
        .col(optional_integer("default_storage_id"))
        .col(boolean("is_closing"))
        .foreign_key(&mut reference("instance", "default_storage_id", "storages"))
        .check(Expr::col("id").eq(1))
        .to_owned()
}

pub(super) fn users(indexed: Text) -> TableCreateStatement {
    Table::create()
        .table("users")
        .col(id())
        .col(indexed.required("uid").unique_key())
        .col(text("handle"))
        .col(optional_text("name"))
        .to_owned()
}
