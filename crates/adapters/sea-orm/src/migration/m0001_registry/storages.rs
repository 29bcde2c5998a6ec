//! Storage locations, the runs that touched them, and what became of their ownership.

use sea_orm_migration::sea_query::{Index, IndexCreateStatement, Table, TableCreateStatement};

use super::column::{
    Text, id, index, integer, optional_boolean, optional_integer, optional_text, reference, text,
};

pub(super) fn storages(indexed: Text) -> TableCreateStatement {
    Table::create()
        .table("storages")
        .col(id())
        .col(indexed.required("uid").unique_key())
        .col(indexed.required("root").unique_key())
        .col(optional_text("description"))
        .col(optional_text("region"))
        .col(optional_text("instance_uid"))
        .col(optional_integer("epoch"))
        .col(optional_boolean("create_if_absent"))
        .col(optional_boolean("compare_and_swap"))
        .col(optional_boolean("list_after_write"))
        .col(optional_boolean("case_sensitive"))
        .col(integer("created_at"))
        .col(integer("created_by_id"))
        .col(optional_integer("run_id"))
        .col(integer("updated_at"))
        .foreign_key(&mut reference("storages", "created_by_id", "users"))
        .foreign_key(&mut reference("storages", "run_id", "runs"))
        .to_owned()
}

pub(super) fn previous_runs() -> TableCreateStatement {
    Table::create()
        .table("storage_previous_runs")
        .col(integer("storage_id"))
        .col(integer("position"))
        .col(integer("run_id"))
        .primary_key(Index::create().col("storage_id").col("position"))
        .foreign_key(&mut reference("storage_previous_runs", "storage_id", "storages"))
        .foreign_key(&mut reference("storage_previous_runs", "run_id", "runs"))
        .to_owned()
}

/// The order of a location's events is that of their numbers.
pub(super) fn events() -> TableCreateStatement {
    Table::create()
        .table("storage_events")
        .col(id())
        .col(integer("storage_id"))
        .col(text("change"))
        .col(optional_integer("epoch"))
        .col(optional_text("other_instance_uid"))
        .col(optional_text("reason"))
        .col(integer("created_at"))
        .col(integer("created_by_id"))
        .col(optional_integer("run_id"))
        .foreign_key(&mut reference("storage_events", "storage_id", "storages"))
        .foreign_key(&mut reference("storage_events", "created_by_id", "users"))
        .foreign_key(&mut reference("storage_events", "run_id", "runs"))
        .to_owned()
}

pub(super) fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        index("storages", &["created_by_id"]),
        index("storages", &["run_id"]),
        index("storage_previous_runs", &["run_id"]),
        index("storage_events", &["storage_id", "id"]),
        index("storage_events", &["created_by_id"]),
        index("storage_events", &["run_id"]),
    ]
}
