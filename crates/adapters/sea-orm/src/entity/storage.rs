//! A storage location, as a row of `storages`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "storages")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub(crate) id: i64,
    pub(crate) uid: String,
    pub(crate) root: String,
    pub(crate) description: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) instance_uid: Option<String>,
    pub(crate) epoch: Option<i64>,
    pub(crate) create_if_absent: Option<bool>,
    pub(crate) compare_and_swap: Option<bool>,
    pub(crate) list_after_write: Option<bool>,
    pub(crate) case_sensitive: Option<bool>,
    pub(crate) created_at: i64,
    pub(crate) created_by_id: i64,
    pub(crate) run_id: Option<i64>,
    pub(crate) updated_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
