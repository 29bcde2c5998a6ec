//! An intent, as a row of `intents`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "intents")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub(crate) id: i64,
    pub(crate) uid: String,
    pub(crate) kind: String,
    pub(crate) session: String,
    pub(crate) storage_id: i64,
    pub(crate) blob_key: String,
    pub(crate) artifact_stem: String,
    pub(crate) artifact_version: i64,
    pub(crate) created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
