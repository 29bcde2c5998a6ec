//! Transforms and their runs.

use sea_orm_migration::sea_query::{IndexCreateStatement, Table, TableCreateStatement};

use super::column::{
    Text, id, index, integer, optional_bytes, optional_integer, optional_text, reference, text,
};

pub(super) fn transforms(indexed: Text) -> TableCreateStatement {
    Table::create()
        .table("transforms")
        .col(id())
        .col(indexed.required("uid").unique_key())
        .col(indexed.required("key"))
        .col(text("kind"))
        .col(optional_text("description"))
        .col(optional_text("source_hash_algorithm"))
        .col(optional_bytes("source_hash"))
        .col(optional_text("reference"))
        .col(integer("created_at"))
        .col(integer("created_by_id"))
        .foreign_key(&mut reference("transforms", "created_by_id", "users"))
        .to_owned()
}

pub(super) fn runs(indexed: Text) -> TableCreateStatement {
    Table::create()
        .table("runs")
        .col(id())
        .col(indexed.required("uid").unique_key())
        .col(integer("transform_id"))
        .col(text("status"))
        .col(optional_text("name"))
        .col(text("params"))
        .col(optional_text("reference"))
        .col(optional_integer("started_at"))
        .col(optional_integer("finished_at"))
        .col(integer("created_by_id"))
        .col(optional_integer("initiated_by_id"))
        .foreign_key(&mut reference("runs", "transform_id", "transforms"))
        .foreign_key(&mut reference("runs", "created_by_id", "users"))
        .foreign_key(&mut reference("runs", "initiated_by_id", "runs"))
        .to_owned()
}

pub(super) fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        index("transforms", &["key", "id"]),
        index("transforms", &["created_by_id"]),
        index("runs", &["transform_id", "status", "id"]),
        index("runs", &["transform_id", "id"]),
        index("runs", &["status", "id"]),
        index("runs", &["created_by_id"]),
        index("runs", &["initiated_by_id"]),
    ]
}
