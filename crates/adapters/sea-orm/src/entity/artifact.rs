//! An artifact, as a row of `artifacts`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "artifacts")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub(crate) id: i64,
    pub(crate) uid: String,
    pub(crate) family_id: i64,
    pub(crate) version: i64,
    pub(crate) description: Option<String>,
    pub(crate) suffix: String,
    pub(crate) size: i64,
    pub(crate) hash_algorithm: String,
    pub(crate) hash: Vec<u8>,
    pub(crate) storage_id: i64,
    pub(crate) in_place_key: Option<String>,
    pub(crate) copied_from_storage_id: Option<i64>,
    pub(crate) copied_from_key: Option<String>,
    pub(crate) state: String,
    pub(crate) created_at: i64,
    pub(crate) created_by_id: i64,
    pub(crate) run_id: Option<i64>,
    pub(crate) updated_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
