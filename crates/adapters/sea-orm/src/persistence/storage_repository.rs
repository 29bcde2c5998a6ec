//! Storage locations in a database.

mod history;
mod row;

use std::collections::HashMap;

use async_trait::async_trait;
use freehold_domain::{RunUid, Storage, StorageEvent, StorageId, StorageRoot, StorageUid, UidPrefix};
use freehold_ports::persistence::{Entity, Page, PageRequest, PersistenceError, StorageRepository};
use sea_orm::EntityTrait;
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query};

use super::error::{already_exists, in_use, not_found, of_database};
use super::page::{cut, position, rows_to_read};
use super::unit_of_work::SeaOrmUnitOfWork;
use crate::connection::Connection;
use crate::entity::storage::{ActiveModel, Column, Entity as Storages};
use crate::record::batch::distinct;
use crate::record::number::values;
use crate::record::prefix::begins_with;
use crate::record::previous_runs::{PreviousRuns, accumulated};
use crate::record::reference::{Reference, user_of};
use crate::record::{Numbers, Row, batch, number, order};
use row::{column, select, storages};

/// What keeps a location from being removed.
const USES: [Reference; 4] = [
    (Entity::Instance, "instance", "default_storage_id"),
    (Entity::Artifact, "artifacts", "storage_id"),
    (Entity::Artifact, "artifacts", "copied_from_storage_id"),
    (Entity::Intent, "intents", "storage_id"),
];

const PREVIOUS_RUNS: PreviousRuns = PreviousRuns::OF_STORAGES;

#[async_trait]
impl StorageRepository for SeaOrmUnitOfWork {
    async fn insert(&mut self, storage: &Storage) -> Result<StorageId, PersistenceError> {
        let result = insert(self.writing()?, storage).await;
        self.settle(result)
    }

    async fn find_many(&mut self, uids: &[StorageUid]) -> Result<Vec<Storage>, PersistenceError> {
        let result = find_many(self.reading()?, uids).await;
        self.settle(result)
    }

    async fn find_by_roots(&mut self, roots: &[StorageRoot]) -> Result<Vec<Storage>, PersistenceError> {
        let result = find_by_roots(self.reading()?, roots).await;
        self.settle(result)
    }

    async fn find_by_uid_prefix(
        &mut self,
        prefix: &UidPrefix,
        limit: u32,
    ) -> Result<Vec<Storage>, PersistenceError> {
        let result = find_by_uid_prefix(self.reading()?, prefix, limit).await;
        self.settle(result)
    }

    async fn update(&mut self, storage: &Storage) -> Result<(), PersistenceError> {
        let result = update(self.writing()?, storage).await;
        self.settle(result)
    }

    async fn delete(&mut self, uid: &StorageUid) -> Result<bool, PersistenceError> {
        let result = delete(self.writing()?, *uid).await;
        self.settle(result)
    }

    async fn record_event(&mut self, event: &StorageEvent) -> Result<(), PersistenceError> {
        let result = history::record(self.writing()?, event).await;
        self.settle(result)
    }

    async fn history(&mut self, uid: &StorageUid) -> Result<Vec<StorageEvent>, PersistenceError> {
        let result = history::find(self.reading()?, *uid).await;
        self.settle(result)
    }

    async fn list(&mut self, page: &PageRequest) -> Result<Page<Storage>, PersistenceError> {
        let result = list(self.reading()?, page).await;
        self.settle(result)
    }
}

async fn insert(connection: Connection<'_>, storage: &Storage) -> Result<StorageId, PersistenceError> {
    number::require_new(connection, vec![storage.uid()]).await?;
    require_free_root(connection, storage).await?;
    let users = Numbers::find_all(connection, vec![storage.provenance.created_by()]).await?;
    let runs = runs_of(connection, storage).await?;
    let row: ActiveModel = row::model(storage, &users, &runs)?;
    let inserted = Storages::insert(row).exec(connection.transaction()).await.map_err(of_database)?;
    let number = inserted.last_insert_id;
    let additions: Vec<_> = PreviousRuns::additions(number, 0, storage.provenance.previous_runs()).collect();
    PREVIOUS_RUNS.insert(connection, &additions, &runs).await?;
    Ok(StorageId(number))
}

async fn find_many(
    connection: Connection<'_>,
    uids: &[StorageUid],
) -> Result<Vec<Storage>, PersistenceError> {
    let rows = batch::rows_with(connection, &select(), &column(Column::Uid), values(uids)).await?;
    let found = storages(connection, &rows).await?;
    let found: HashMap<StorageUid, Storage> =
        found.into_iter().map(|storage| (storage.uid(), storage)).collect();
    Ok(order::as_asked(uids, &found))
}

async fn find_by_roots(
    connection: Connection<'_>,
    roots: &[StorageRoot],
) -> Result<Vec<Storage>, PersistenceError> {
    let roots = distinct(roots.iter().map(StorageRoot::as_str));
    let rows = batch::rows_with(connection, &select(), &column(Column::Root), roots).await?;
    storages(connection, &rows).await
}

async fn find_by_uid_prefix(
    connection: Connection<'_>,
    prefix: &UidPrefix,
    limit: u32,
) -> Result<Vec<Storage>, PersistenceError> {
    let select = select()
        .cond_where(begins_with(&column(Column::Uid), prefix.as_str()))
        .order_by((Storages, Column::Uid), Order::Asc)
        .limit(limit.into())
        .to_owned();
    let rows = connection.rows(&select).await?;
    storages(connection, &rows).await
}

async fn update(connection: Connection<'_>, storage: &Storage) -> Result<(), PersistenceError> {
    let uid = storage.uid();
    let number = Numbers::find(connection, vec![uid]).await?;
    let number = number.get(&uid).ok_or_else(|| not_found(Entity::Storage, uid))?;
    require_free_root(connection, storage).await?;
    // Who created the location is not changed, but must be a user all the same.
    Numbers::find_all(connection, vec![storage.provenance.created_by()]).await?;
    let runs = runs_of(connection, storage).await?;
    let previous_runs = storage.provenance.previous_runs();
    let known = PREVIOUS_RUNS.find(connection, &[number]).await?.remove(&number).unwrap_or_default();
    let known =
        accumulated(&known, previous_runs).ok_or_else(|| in_use(Entity::Storage, uid, Entity::Run))?;

    connection.change(&row::replacement(storage, number, &runs)?).await?;
    let additions: Vec<_> = PreviousRuns::additions(number, known, previous_runs).collect();
    PREVIOUS_RUNS.insert(connection, &additions, &runs).await
}

async fn delete(connection: Connection<'_>, uid: StorageUid) -> Result<bool, PersistenceError> {
    let Some(number) = Numbers::find(connection, vec![uid]).await?.get(&uid) else { return Ok(false) };
    if let Some(user) = user_of(connection, number, &USES).await? {
        return Err(in_use(Entity::Storage, uid, user));
    }
    PREVIOUS_RUNS.delete(connection, number).await?;
    history::delete(connection, number).await?;
    let delete = Query::delete().from_table(Storages).and_where(Expr::col(Column::Id).eq(number)).to_owned();
    Ok(connection.change(&delete).await? > 0)
}

async fn list(connection: Connection<'_>, page: &PageRequest) -> Result<Page<Storage>, PersistenceError> {
    let after = position::<i64>(page)?.unwrap_or(i64::MIN);
    let select = select()
        .and_where(column(Column::Id).gt(after))
        .order_by((Storages, Column::Id), Order::Asc)
        .limit(rows_to_read(page))
        .to_owned();
    let rows = connection.rows(&select).await?;
    let storages = storages(connection, &rows).await?;
    Ok(cut(page, storages, |storage| storage.id().map_or(i64::MIN, |StorageId(number)| number)))
}

/// The numbers of all runs that the location's provenance names.
async fn runs_of(connection: Connection<'_>, storage: &Storage) -> Result<Numbers<RunUid>, PersistenceError> {
    let provenance = &storage.provenance;
    Numbers::find_all(
        connection,
        provenance.previous_runs().iter().copied().chain(provenance.run()).collect(),
    )
    .await
}

async fn require_free_root(connection: Connection<'_>, storage: &Storage) -> Result<(), PersistenceError> {
    let select = Query::select()
        .column(Column::Uid)
        .from(Storages)
        .and_where(Expr::col(Column::Root).eq(storage.root().as_str()))
        .to_owned();
    let Some(row) = connection.first(&select).await? else { return Ok(()) };
    let holder: StorageUid = Row::new("storages", "uid", &row).parse("uid")?;
    if holder == storage.uid() { Ok(()) } else { Err(already_exists(Entity::Storage, storage.root())) }
}
