//! Intents in a database.

use async_trait::async_trait;
use freehold_domain::{ArtifactUid, Intent, IntentUid, SessionUid, Version};
use freehold_ports::persistence::{IntentRepository, Page, PageRequest, PersistenceError};
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query, SelectStatement};
use sea_orm::{NotSet, QueryResult, Set};

use super::page::{cut, position, rows_to_read};
use super::unit_of_work::SeaOrmUnitOfWork;
use crate::connection::Connection;
use crate::entity::intent::{ActiveModel, Column, Entity as Intents};
use crate::record::batch::{self, MOST_VALUES};
use crate::record::number::values;
use crate::record::reference::follow;
use crate::record::{Numbers, Row, number};

#[async_trait]
impl IntentRepository for SeaOrmUnitOfWork {
    async fn insert_many(&mut self, intents: &[Intent]) -> Result<(), PersistenceError> {
        let result = insert_many(self.writing()?, intents).await;
        self.settle(result)
    }

    async fn delete_many(&mut self, uids: &[IntentUid]) -> Result<u64, PersistenceError> {
        let result = delete_many(self.writing()?, uids).await;
        self.settle(result)
    }

    async fn list(
        &mut self,
        session: Option<SessionUid>,
        page: &PageRequest,
    ) -> Result<Page<Intent>, PersistenceError> {
        let result = list(self.reading()?, session, page).await;
        self.settle(result)
    }

    async fn sessions(&mut self) -> Result<Vec<SessionUid>, PersistenceError> {
        let result = sessions(self.reading()?).await;
        self.settle(result)
    }
}

async fn insert_many(connection: Connection<'_>, intents: &[Intent]) -> Result<(), PersistenceError> {
    number::require_new(connection, intents.iter().map(|intent| intent.uid).collect()).await?;
    let storages =
        Numbers::find_all(connection, intents.iter().map(|intent| intent.storage).collect()).await?;
    let row = |intent: &Intent| {
        Ok(ActiveModel {
            id: NotSet,
            uid: Set(intent.uid.to_string()),
            kind: Set(intent.kind.to_string()),
            session: Set(intent.session.to_string()),
            storage_id: Set(storages.of(&intent.storage)?),
            blob_key: Set(intent.blob_key.to_string()),
            artifact_stem: Set(intent.artifact.stem().to_string()),
            artifact_version: Set(intent.artifact.version().number().into()),
            created_at: Set(intent.created_at.timestamp_micros()),
        })
    };
    let rows = intents.iter().map(row).collect::<Result<_, PersistenceError>>()?;
    batch::insert(connection, rows, None).await
}

async fn delete_many(connection: Connection<'_>, uids: &[IntentUid]) -> Result<u64, PersistenceError> {
    let mut deleted = 0;
    for uids in uids.chunks(MOST_VALUES) {
        let delete = Query::delete()
            .from_table(Intents)
            .and_where(Expr::col(Column::Uid).is_in(values(uids)))
            .to_owned();
        deleted += connection.change(&delete).await?;
    }
    Ok(deleted)
}

async fn list(
    connection: Connection<'_>,
    session: Option<SessionUid>,
    page: &PageRequest,
) -> Result<Page<Intent>, PersistenceError> {
    let after = position::<IntentUid>(page)?;
    let after = after.as_ref().map_or("", IntentUid::as_str);
    let select = select()
        .and_where_option(session.map(|session| column(Column::Session).eq(session.as_str())))
        .and_where(column(Column::Uid).gt(after))
        .order_by((Intents, Column::Uid), Order::Asc)
        .limit(rows_to_read(page))
        .to_owned();
    let rows = connection.rows(&select).await?;
    let intents = rows.iter().map(intent).collect::<Result<Vec<_>, _>>()?;
    Ok(cut(page, intents, |intent| intent.uid))
}

async fn sessions(connection: Connection<'_>) -> Result<Vec<SessionUid>, PersistenceError> {
    let select = Query::select()
        .distinct()
        .column(Column::Session)
        .from(Intents)
        .order_by(Column::Session, Order::Asc)
        .to_owned();
    let rows = connection.rows(&select).await?;
    rows.iter().map(|row| Row::new("intents", "session", row).parse("session")).collect()
}

fn column(column: Column) -> Expr {
    Expr::col((Intents, column))
}

fn select() -> SelectStatement {
    let columns = [
        Column::Uid,
        Column::Kind,
        Column::Session,
        Column::BlobKey,
        Column::ArtifactStem,
        Column::ArtifactVersion,
        Column::CreatedAt,
    ];
    let mut select = Query::select();
    select.columns(columns.map(|column| (Intents, column))).from(Intents);
    follow(&mut select, ("intents", "storage_id"), "storages", "storage");
    select
}

fn intent(row: &QueryResult) -> Result<Intent, PersistenceError> {
    let row = Row::new("intents", "uid", row);
    let version = Version::from_number(row.unsigned("artifact_version")?);
    let version = row.valid("artifact_version", version, "no version has this number")?;
    Ok(Intent {
        uid: row.parse("uid")?,
        kind: row.parse("kind")?,
        session: row.parse("session")?,
        storage: row.parse("storage")?,
        blob_key: row.parse("blob_key")?,
        artifact: ArtifactUid::new(row.parse("artifact_stem")?, version),
        created_at: row.time("created_at")?,
    })
}
