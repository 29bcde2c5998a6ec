//! The one instance row in a database.

use async_trait::async_trait;
use freehold_domain::{Instance, InstanceUid, Slug};
use freehold_ports::persistence::{Entity, InstanceRepository, PersistenceError};
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{QueryResult, Set};

use super::error::{already_exists, not_found};
use super::unit_of_work::SeaOrmUnitOfWork;
use crate::connection::Connection;
use crate::entity::family;
use crate::entity::instance::{ActiveModel, Column, Entity as Instances};
use crate::record::reference::follow;
use crate::record::{Numbers, Row, batch};

/// The number of the one row.
const NUMBER: i64 = 1;

#[async_trait]
impl InstanceRepository for SeaOrmUnitOfWork {
    async fn insert(&mut self, instance: &Instance) -> Result<(), PersistenceError> {
        let result = insert(self.writing()?, instance).await;
        self.settle(result)
    }

    async fn find(&mut self) -> Result<Option<Instance>, PersistenceError> {
        let result = find(self.reading()?).await;
        self.settle(result)
    }

    async fn update(&mut self, instance: &Instance) -> Result<(), PersistenceError> {
        let result = update(self.writing()?, instance).await;
        self.settle(result)
    }
}

async fn insert(connection: Connection<'_>, instance: &Instance) -> Result<(), PersistenceError> {
    if let Some(recorded) = find(connection).await? {
        return Err(already_exists(Entity::Instance, recorded.slug()));
    }
    let row = ActiveModel {
        id: Set(NUMBER),
        uuid: Set(instance.id().to_string()),
        owner: Set(instance.slug().owner.to_string()),
        name: Set(instance.slug().name.to_string()),
        created_at: Set(instance.created_at().timestamp_micros()),
        default_storage_id: Set(default_storage(connection, instance).await?),
        is_closing: Set(instance.is_closing()),
    };
    batch::insert(connection, vec![row], None).await?;
    // Families of the instance may have come before it.
    let own = Query::update()
        .table(family::Entity)
        .value(family::Column::OwnKey, Expr::col(family::Column::Key))
        .and_where(Expr::col(family::Column::Origin).eq(instance.uid().as_str()))
        .to_owned();
    connection.change(&own).await.map(drop)
}

async fn find(connection: Connection<'_>) -> Result<Option<Instance>, PersistenceError> {
    connection.first(&select()).await?.as_ref().map(instance).transpose()
}

async fn update(connection: Connection<'_>, instance: &Instance) -> Result<(), PersistenceError> {
    let update = Query::update()
        .table(Instances)
        .value(Column::DefaultStorageId, default_storage(connection, instance).await?)
        .value(Column::IsClosing, instance.is_closing())
        .and_where(Expr::col(Column::Uuid).eq(instance.id().to_string()))
        .to_owned();
    match connection.change(&update).await? {
        0 => Err(not_found(Entity::Instance, instance.slug())),
        _ => Ok(()),
    }
}

/// The uid of the instance that the registry is of.
pub(super) async fn own_uid(connection: Connection<'_>) -> Result<Option<InstanceUid>, PersistenceError> {
    let select = Query::select().column(Column::Uuid).from(Instances).to_owned();
    let row = connection.first(&select).await?;
    let id = row.as_ref().map(|row| Row::new("instance", "uuid", row).parse::<Uuid>("uuid")).transpose()?;
    Ok(id.map(InstanceUid::of))
}

/// The number of the default storage, which must be recorded.
async fn default_storage(
    connection: Connection<'_>,
    instance: &Instance,
) -> Result<Option<i64>, PersistenceError> {
    let storages = Numbers::find(connection, instance.default_storage().into_iter().collect()).await?;
    storages.of_optional(instance.default_storage().as_ref())
}

fn select() -> SelectStatement {
    let columns = [
        Column::Uuid,
        Column::Owner,
        Column::Name,
        Column::CreatedAt,
        Column::DefaultStorageId,
        Column::IsClosing,
    ];
    let mut select = Query::select();
    select.columns(columns.map(|column| (Instances, column))).from(Instances);
    follow(&mut select, ("instance", "default_storage_id"), "storages", "default_storage");
    select
}

fn instance(row: &QueryResult) -> Result<Instance, PersistenceError> {
    let row = Row::new("instance", "uuid", row);
    Ok(Instance::recorded(
        row.parse::<Uuid>("uuid")?,
        Slug { owner: row.parse("owner")?, name: row.parse("name")? },
        row.time("created_at")?,
        row.reference("default_storage_id", "default_storage")?,
        row.get("is_closing")?,
    ))
}
