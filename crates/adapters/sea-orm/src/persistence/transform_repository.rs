//! Transforms in a database.

use std::collections::HashMap;

use async_trait::async_trait;
use freehold_domain::{ContentHash, Transform, TransformKey, TransformUid};
use freehold_ports::persistence::{Page, PageRequest, PersistenceError, TransformRepository};
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query, SelectStatement};
use sea_orm::{NotSet, QueryResult, Set};

use super::page::{cut, position, rows_to_read};
use super::unit_of_work::SeaOrmUnitOfWork;
use crate::connection::Connection;
use crate::entity::transform::{ActiveModel, Column, Entity as Transforms};
use crate::record::number::values;
use crate::record::prefix::begins_with;
use crate::record::reference::follow;
use crate::record::{Numbers, Row, batch, number, order};

#[async_trait]
impl TransformRepository for SeaOrmUnitOfWork {
    async fn insert_many(&mut self, transforms: &[Transform]) -> Result<(), PersistenceError> {
        let result = insert_many(self.writing()?, transforms).await;
        self.settle(result)
    }

    async fn find_many(&mut self, uids: &[TransformUid]) -> Result<Vec<Transform>, PersistenceError> {
        let result = find_many(self.reading()?, uids).await;
        self.settle(result)
    }

    async fn find_latest_by_key(
        &mut self,
        key: &TransformKey,
    ) -> Result<Option<Transform>, PersistenceError> {
        let result = find_latest_by_key(self.reading()?, key).await;
        self.settle(result)
    }

    async fn list(&mut self, page: &PageRequest) -> Result<Page<Transform>, PersistenceError> {
        let result = list(self.reading()?, page).await;
        self.settle(result)
    }
}

async fn insert_many(connection: Connection<'_>, transforms: &[Transform]) -> Result<(), PersistenceError> {
    number::require_new(connection, transforms.iter().map(|transform| transform.uid).collect()).await?;
    let users =
        Numbers::find_all(connection, transforms.iter().map(|transform| transform.created_by).collect())
            .await?;
    let row = |transform: &Transform| {
        Ok(ActiveModel {
            id: NotSet,
            uid: Set(transform.uid.to_string()),
            key: Set(transform.key.to_string()),
            kind: Set(transform.kind.to_string()),
            description: Set(transform.description.clone()),
            source_hash_algorithm: Set(transform.source_hash.map(|hash| hash.algorithm().to_string())),
            source_hash: Set(transform.source_hash.as_ref().map(|hash| hash.as_bytes().to_vec())),
            reference: Set(transform.reference.clone()),
            created_at: Set(transform.created_at.timestamp_micros()),
            created_by_id: Set(users.of(&transform.created_by)?),
        })
    };
    let rows = transforms.iter().map(row).collect::<Result<_, PersistenceError>>()?;
    batch::insert(connection, rows, None).await
}

async fn find_many(
    connection: Connection<'_>,
    uids: &[TransformUid],
) -> Result<Vec<Transform>, PersistenceError> {
    let rows = batch::rows_with(connection, &select(), &column(Column::Uid), values(uids)).await?;
    let found = rows.iter().map(|row| transform(row).map(|(_, transform)| (transform.uid, transform)));
    let found: HashMap<TransformUid, Transform> = found.collect::<Result<_, _>>()?;
    Ok(order::as_asked(uids, &found))
}

async fn find_latest_by_key(
    connection: Connection<'_>,
    key: &TransformKey,
) -> Result<Option<Transform>, PersistenceError> {
    let with_key = select().and_where(column(Column::Key).eq(key.as_str())).limit(1).to_owned();
    let newest = with_key.clone().order_by((Transforms, Column::Id), Order::Desc).to_owned();
    let Some(newest) = connection.first(&newest).await? else { return Ok(None) };
    let (_, newest) = transform(&newest)?;
    let latest = with_key
        .clone()
        .cond_where(begins_with(&column(Column::Uid), newest.uid.stem().as_str()))
        .order_by((Transforms, Column::Uid), Order::Desc)
        .to_owned();
    let latest = connection.first(&latest).await?;
    latest.map(|row| transform(&row).map(|(_, transform)| transform)).transpose()
}

async fn list(connection: Connection<'_>, page: &PageRequest) -> Result<Page<Transform>, PersistenceError> {
    let before = position::<i64>(page)?.unwrap_or(i64::MAX);
    let select = select()
        .and_where(column(Column::Id).lt(before))
        .order_by((Transforms, Column::Id), Order::Desc)
        .limit(rows_to_read(page))
        .to_owned();
    let rows = connection.rows(&select).await?;
    let transforms = rows.iter().map(transform).collect::<Result<Vec<_>, _>>()?;
    let page = cut(page, transforms, |(number, _)| *number);
    Ok(Page { items: page.items.into_iter().map(|(_, transform)| transform).collect(), next: page.next })
}

fn column(column: Column) -> Expr {
    Expr::col((Transforms, column))
}

fn select() -> SelectStatement {
    let columns = [
        Column::Id,
        Column::Uid,
        Column::Key,
        Column::Kind,
        Column::Description,
        Column::SourceHashAlgorithm,
        Column::SourceHash,
        Column::Reference,
        Column::CreatedAt,
    ];
    let mut select = Query::select();
    select.columns(columns.map(|column| (Transforms, column))).from(Transforms);
    follow(&mut select, ("transforms", "created_by_id"), "users", "created_by");
    select
}

fn transform(row: &QueryResult) -> Result<(i64, Transform), PersistenceError> {
    let row = Row::new("transforms", "uid", row);
    let transform = Transform {
        uid: row.parse("uid")?,
        key: row.parse("key")?,
        kind: row.parse("kind")?,
        description: row.get("description")?,
        source_hash: source_hash(row)?,
        reference: row.get("reference")?,
        created_at: row.time("created_at")?,
        created_by: row.parse("created_by")?,
    };
    Ok((row.get("id")?, transform))
}

fn source_hash(row: Row<'_>) -> Result<Option<ContentHash>, PersistenceError> {
    let (algorithm, digest) = ("source_hash_algorithm", "source_hash");
    match (row.get::<Option<String>>(algorithm)?, row.get::<Option<Vec<u8>>>(digest)?) {
        (None, None) => Ok(None),
        (Some(_), Some(_)) => row.hash(algorithm, digest).map(Some),
        (Some(_), None) | (None, Some(_)) => {
            Err(row.corrupt(digest, "hash and algorithm must come together"))
        }
    }
}
