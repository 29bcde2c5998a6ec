//! The edges of the lineage graph. Their numbers say in which order they were added.

use sea_orm_migration::sea_query::{IndexCreateStatement, Table, TableCreateStatement};

use super::column::{id, index, integer, reference, unique};

/// What runs read.
pub(super) const INPUTS: &str = "run_inputs";
/// What runs made.
pub(super) const OUTPUTS: &str = "run_outputs";

pub(super) fn edges(table: &'static str) -> TableCreateStatement {
    Table::create()
        .table(table)
        .col(id())
        .col(integer("run_id"))
        .col(integer("artifact_id"))
        .foreign_key(&mut reference(table, "run_id", "runs"))
        .foreign_key(&mut reference(table, "artifact_id", "artifacts"))
        .to_owned()
}

pub(super) fn indexes(table: &'static str) -> Vec<IndexCreateStatement> {
    vec![
        unique(table, &["run_id", "artifact_id"]),
        index(table, &["run_id", "id"]),
        index(table, &["artifact_id", "id"]),
    ]
}
