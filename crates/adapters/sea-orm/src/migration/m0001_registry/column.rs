//! The kinds of column that tables are made of.

use sea_orm::DbBackend;
use sea_orm_migration::sea_query::{
    ColumnDef, ForeignKey, ForeignKeyAction, ForeignKeyCreateStatement, Index, IndexCreateStatement,
};

/// Text that is compared byte by byte, so that a range of it is a prefix, on any backend and in any locale.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text {
    collation: Option<&'static str>,
}

impl Text {
    pub(super) fn on(backend: DbBackend) -> Self {
        let collation = match backend {
            DbBackend::Postgres => Some("COLLATE \"C\""),
            _ => None,
        };
        Self { collation }
    }

    /// A text that must be there.
    pub(super) fn required(self, name: &'static str) -> ColumnDef {
        let mut column = self.optional(name);
        column.not_null();
        column
    }

    /// A text that may be absent.
    pub(super) fn optional(self, name: &'static str) -> ColumnDef {
        let mut column = optional_text(name);
        if let Some(collation) = self.collation {
            column.extra(collation);
        }
        column
    }
}

/// Text that nothing is looked up by.
pub(super) fn text(name: &'static str) -> ColumnDef {
    let mut column = optional_text(name);
    column.not_null();
    column
}

/// Text that nothing is looked up by and that may be absent.
pub(super) fn optional_text(name: &'static str) -> ColumnDef {
    let mut column = ColumnDef::new(name);
    column.text();
    column
}

/// The number that identifies a row inside this database. None is given out twice.
pub(super) fn id() -> ColumnDef {
    let mut column = ColumnDef::new("id");
    column.big_integer().not_null().auto_increment().primary_key();
    column
}

/// An integer of 64 bits: a number, the number of another row, or a time in microseconds since 1970.
pub(super) fn integer(name: &'static str) -> ColumnDef {
    let mut column = optional_integer(name);
    column.not_null();
    column
}

/// An integer that may be absent.
pub(super) fn optional_integer(name: &'static str) -> ColumnDef {
    let mut column = ColumnDef::new(name);
    column.big_integer();
    column
}

/// Yes or no.
pub(super) fn boolean(name: &'static str) -> ColumnDef {
    let mut column = optional_boolean(name);
    column.not_null();
    column
}

/// Yes, no, or unknown.
pub(super) fn optional_boolean(name: &'static str) -> ColumnDef {
    let mut column = ColumnDef::new(name);
    column.boolean();
    column
}

/// Bytes that must be there.
pub(super) fn bytes(name: &'static str) -> ColumnDef {
    let mut column = optional_bytes(name);
    column.not_null();
    column
}

/// Bytes that may be absent.
pub(super) fn optional_bytes(name: &'static str) -> ColumnDef {
    let mut column = ColumnDef::new(name);
    column.blob();
    column
}

/// The rule that `column` holds the number of a row of `table`, which cannot vanish while it does.
pub(super) fn reference(
    from: &'static str,
    column: &'static str,
    table: &'static str,
) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .name(format!("{from}_{column}"))
        .from(from, column)
        .to(table, "id")
        .on_delete(ForeignKeyAction::Restrict)
        .on_update(ForeignKeyAction::Restrict)
        .to_owned()
}

/// An index that is named after its table and columns.
pub(super) fn index(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(format!("{table}_by_{}", columns.join("_"))).table(table);
    for column in columns {
        index.col(*column);
    }
    index
}

/// An index that is named after its table and columns, in which no two rows are equal.
pub(super) fn unique(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    index(table, columns).unique().to_owned()
}
