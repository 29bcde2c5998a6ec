//! A change of a location's ownership, as a row of `storage_events`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "storage_events")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub(crate) id: i64,
    pub(crate) storage_id: i64,
    pub(crate) change: String,
    pub(crate) epoch: Option<i64>,
    pub(crate) other_instance_uid: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) created_at: i64,
    pub(crate) created_by_id: i64,
    pub(crate) run_id: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
