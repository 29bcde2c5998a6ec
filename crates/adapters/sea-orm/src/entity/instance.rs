//! The one row that says whose registry this is, as a row of `instance`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "instance")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: i64,
    pub(crate) uuid: String,
    pub(crate) owner: String,
    pub(crate) name: String,
    pub(crate) created_at: i64,
    pub(crate) default_storage_id: Option<i64>,
    pub(crate) is_closing: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
