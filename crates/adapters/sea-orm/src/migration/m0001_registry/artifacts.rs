//! Families of artifact versions, artifacts, and the runs that touched them.

use sea_orm_migration::sea_query::{
    Expr, ExprTrait, Index, IndexCreateStatement, Table, TableCreateStatement,
};

use super::column::{
    Text, bytes, id, index, integer, optional_integer, optional_text, reference, text, unique,
};

/// `own_key` is the key of a family that this instance began, and absent in others, so that own keys are unique. `head`
/// and `last_reserved` are numbers of versions.
pub(super) fn families(indexed: Text) -> TableCreateStatement {
    Table::create()
        .table("families")
        .col(id())
        .col(indexed.required("stem").unique_key())
        .col(indexed.required("key"))
        .col(text("origin"))
        .col(indexed.optional("own_key").unique_key())
        .col(optional_integer("last_reserved"))
        .col(optional_integer("head"))
        .to_owned()
}

/// An artifact without `in_place_key` is ingested; one with `copied_from_storage_id` was copied, from `copied_from_key`
/// there or from where an ingested one lies.
pub(super) fn artifacts(indexed: Text) -> TableCreateStatement {
    Table::create()
        .table("artifacts")
        .col(id())
        .col(indexed.required("uid").unique_key())
        .col(integer("family_id"))
        .col(integer("version"))
        .col(optional_text("description"))
        .col(text("suffix"))
        .col(integer("size"))
        .col(text("hash_algorithm"))
        .col(bytes("hash"))
        .col(integer("storage_id"))
        .col(indexed.optional("in_place_key"))
        .col(optional_integer("copied_from_storage_id"))
        .col(optional_text("copied_from_key"))
        .col(text("state"))
        .col(integer("created_at"))
        .col(integer("created_by_id"))
        .col(optional_integer("run_id"))
        .col(integer("updated_at"))
        .foreign_key(&mut reference("artifacts", "family_id", "families"))
        .foreign_key(&mut reference("artifacts", "storage_id", "storages"))
        .foreign_key(&mut reference("artifacts", "copied_from_storage_id", "storages"))
        .foreign_key(&mut reference("artifacts", "created_by_id", "users"))
        .foreign_key(&mut reference("artifacts", "run_id", "runs"))
        .check(Expr::col("size").gte(0))
        .to_owned()
}

pub(super) fn previous_runs() -> TableCreateStatement {
    Table::create()
        .table("artifact_previous_runs")
        .col(integer("artifact_id"))
        .col(integer("position"))
        .col(integer("run_id"))
        .primary_key(Index::create().col("artifact_id").col("position"))
        .foreign_key(&mut reference("artifact_previous_runs", "artifact_id", "artifacts"))
        .foreign_key(&mut reference("artifact_previous_runs", "run_id", "runs"))
        .to_owned()
}

pub(super) fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        unique("families", &["key", "stem"]),
        index("artifacts", &["family_id", "version"]),
        index("artifacts", &["hash", "state", "id"]),
        index("artifacts", &["storage_id", "id"]),
        index("artifacts", &["storage_id", "in_place_key"]),
        index("artifacts", &["copied_from_storage_id"]),
        index("artifacts", &["created_by_id"]),
        index("artifacts", &["run_id"]),
        index("artifact_previous_runs", &["run_id"]),
    ]
}
