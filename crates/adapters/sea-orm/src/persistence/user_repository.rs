//! Users in a database.

use std::collections::HashMap;

use async_trait::async_trait;
use freehold_domain::{User, UserUid};
use freehold_ports::persistence::{Entity, Page, PageRequest, PersistenceError, UserRepository};
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query, SelectStatement};
use sea_orm::{NotSet, QueryResult, Set};

use super::error::{in_use, not_found};
use super::page::{cut, position, rows_to_read};
use super::unit_of_work::SeaOrmUnitOfWork;
use crate::connection::Connection;
use crate::entity::user::{ActiveModel, Column, Entity as Users};
use crate::record::number::values;
use crate::record::reference::{Reference, user_of};
use crate::record::{Numbers, Row, batch, number, order};

/// What says that a user created something.
const CREATIONS: [Reference; 5] = [
    (Entity::Storage, "storages", "created_by_id"),
    (Entity::Storage, "storage_events", "created_by_id"),
    (Entity::Transform, "transforms", "created_by_id"),
    (Entity::Run, "runs", "created_by_id"),
    (Entity::Artifact, "artifacts", "created_by_id"),
];

#[async_trait]
impl UserRepository for SeaOrmUnitOfWork {
    async fn insert_many(&mut self, users: &[User]) -> Result<(), PersistenceError> {
        let result = insert_many(self.writing()?, users).await;
        self.settle(result)
    }

    async fn find_many(&mut self, uids: &[UserUid]) -> Result<Vec<User>, PersistenceError> {
        let result = find_many(self.reading()?, uids).await;
        self.settle(result)
    }

    async fn update(&mut self, user: &User) -> Result<(), PersistenceError> {
        let result = update(self.writing()?, user).await;
        self.settle(result)
    }

    async fn delete(&mut self, uid: &UserUid) -> Result<bool, PersistenceError> {
        let result = delete(self.writing()?, *uid).await;
        self.settle(result)
    }

    async fn list(&mut self, page: &PageRequest) -> Result<Page<User>, PersistenceError> {
        let result = list(self.reading()?, page).await;
        self.settle(result)
    }
}

async fn insert_many(connection: Connection<'_>, users: &[User]) -> Result<(), PersistenceError> {
    number::require_new(connection, users.iter().map(|user| user.uid).collect()).await?;
    let row = |user: &User| ActiveModel {
        id: NotSet,
        uid: Set(user.uid.to_string()),
        handle: Set(user.handle.to_string()),
        name: Set(user.name.clone()),
    };
    batch::insert(connection, users.iter().map(row).collect(), None).await
}

async fn find_many(connection: Connection<'_>, uids: &[UserUid]) -> Result<Vec<User>, PersistenceError> {
    let rows = batch::rows_with(connection, &select(), &Expr::col(Column::Uid), values(uids)).await?;
    let found: HashMap<UserUid, User> =
        rows.iter().map(|row| user(row).map(|user| (user.uid, user))).collect::<Result<_, _>>()?;
    Ok(order::as_asked(uids, &found))
}

async fn update(connection: Connection<'_>, user: &User) -> Result<(), PersistenceError> {
    let update = Query::update()
        .table(Users)
        .value(Column::Handle, user.handle.as_str())
        .value(Column::Name, user.name.clone())
        .and_where(Expr::col(Column::Uid).eq(user.uid.as_str()))
        .to_owned();
    match connection.change(&update).await? {
        0 => Err(not_found(Entity::User, user.uid)),
        _ => Ok(()),
    }
}

async fn delete(connection: Connection<'_>, uid: UserUid) -> Result<bool, PersistenceError> {
    let Some(number) = Numbers::find(connection, vec![uid]).await?.get(&uid) else { return Ok(false) };
    if let Some(creation) = user_of(connection, number, &CREATIONS).await? {
        return Err(in_use(Entity::User, uid, creation));
    }
    let delete = Query::delete().from_table(Users).and_where(Expr::col(Column::Id).eq(number)).to_owned();
    Ok(connection.change(&delete).await? > 0)
}

async fn list(connection: Connection<'_>, page: &PageRequest) -> Result<Page<User>, PersistenceError> {
    let after = position::<UserUid>(page)?;
    let select = select()
        .and_where(Expr::col(Column::Uid).gt(after.as_ref().map_or("", UserUid::as_str)))
        .order_by(Column::Uid, Order::Asc)
        .limit(rows_to_read(page))
        .to_owned();
    let rows = connection.rows(&select).await?;
    let users = rows.iter().map(user).collect::<Result<Vec<_>, _>>()?;
    Ok(cut(page, users, |user| user.uid))
}

fn select() -> SelectStatement {
    Query::select().columns([Column::Uid, Column::Handle, Column::Name]).from(Users).to_owned()
}

fn user(row: &QueryResult) -> Result<User, PersistenceError> {
    let row = Row::new("users", "uid", row);
    Ok(User { uid: row.parse("uid")?, handle: row.parse("handle")?, name: row.get("name")? })
}
