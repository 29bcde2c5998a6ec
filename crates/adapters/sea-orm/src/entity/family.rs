//! A family of artifact versions, as a row of `families`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "families")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub(crate) id: i64,
    pub(crate) stem: String,
    pub(crate) key: String,
    pub(crate) origin: String,
    pub(crate) own_key: Option<String>,
    pub(crate) last_reserved: Option<i64>,
    pub(crate) head: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
