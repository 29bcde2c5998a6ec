//! A transform, as a row of `transforms`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "transforms")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub(crate) id: i64,
    pub(crate) uid: String,
    pub(crate) key: String,
    pub(crate) kind: String,
    pub(crate) description: Option<String>,
    pub(crate) source_hash_algorithm: Option<String>,
    pub(crate) source_hash: Option<Vec<u8>>,
    pub(crate) reference: Option<String>,
    pub(crate) created_at: i64,
    pub(crate) created_by_id: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
