//! Intents: changes of blobs that were announced and are not finished.

use sea_orm_migration::sea_query::{IndexCreateStatement, Table, TableCreateStatement};

use super::column::{Text, id, index, integer, reference, text};

/// The artifact of an intent is kept as stem and version: there may be no such artifact yet.
pub(super) fn intents(indexed: Text) -> TableCreateStatement {
    Table::create()
        .table("intents")
        .col(id())
        .col(indexed.required("uid").unique_key())
        .col(text("kind"))
        .col(indexed.required("session"))
        .col(integer("storage_id"))
        .col(text("blob_key"))
        .col(indexed.required("artifact_stem"))
        .col(integer("artifact_version"))
        .col(integer("created_at"))
        .foreign_key(&mut reference("intents", "storage_id", "storages"))
        .to_owned()
}

pub(super) fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        index("intents", &["session", "uid"]),
        index("intents", &["storage_id"]),
        index("intents", &["artifact_stem"]),
    ]
}
