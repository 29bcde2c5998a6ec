//! Artifacts in a database.

mod listing;
mod position;
mod row;
mod usage;
mod write;

use std::collections::HashMap;

use async_trait::async_trait;
use freehold_domain::{
    Artifact, ArtifactState, ArtifactUid, BlobKey, ContentHash, HashAlgorithm, StorageUid, UidPrefix,
};
use freehold_ports::persistence::{
    ArtifactFilter, ArtifactOrder, ArtifactRepository, Page, PageRequest, PersistenceError, StorageUsage,
};
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query};

use super::unit_of_work::SeaOrmUnitOfWork;
use crate::connection::Connection;
use crate::entity::artifact::{Column, Entity as Artifacts};
use crate::record::batch::MOST_VALUES;
use crate::record::batch::distinct;
use crate::record::number::values;
use crate::record::prefix::begins_with;
use crate::record::{Numbers, batch, order};
use row::{artifacts, column, select};

#[async_trait]
impl ArtifactRepository for SeaOrmUnitOfWork {
    async fn insert_many(&mut self, artifacts: &[Artifact]) -> Result<(), PersistenceError> {
        let result = write::insert_many(self.writing()?, artifacts).await;
        self.settle(result)
    }

    async fn find_many(&mut self, uids: &[ArtifactUid]) -> Result<Vec<Artifact>, PersistenceError> {
        let result = find_many(self.reading()?, uids).await;
        self.settle(result)
    }

    async fn find_by_uid_prefix(
        &mut self,
        prefix: &UidPrefix,
        limit: u32,
    ) -> Result<Vec<Artifact>, PersistenceError> {
        let result = find_by_uid_prefix(self.reading()?, prefix, limit).await;
        self.settle(result)
    }

    async fn find_first_by_hashes(
        &mut self,
        hashes: &[ContentHash],
    ) -> Result<Vec<Artifact>, PersistenceError> {
        let result = find_first_by_hashes(self.reading()?, hashes).await;
        self.settle(result)
    }

    async fn find_in_place(
        &mut self,
        storage: &StorageUid,
        keys: &[BlobKey],
    ) -> Result<Vec<Artifact>, PersistenceError> {
        let result = find_in_place(self.reading()?, *storage, keys).await;
        self.settle(result)
    }

    async fn update_many(&mut self, artifacts: &[Artifact]) -> Result<(), PersistenceError> {
        let result = write::update_many(self.writing()?, artifacts).await;
        self.settle(result)
    }

    async fn list(
        &mut self,
        filter: &ArtifactFilter,
        order: ArtifactOrder,
        page: &PageRequest,
    ) -> Result<Page<Artifact>, PersistenceError> {
        let result = listing::list(self.reading()?, filter, order, page).await;
        self.settle(result)
    }

    async fn usage(&mut self, storages: &[StorageUid]) -> Result<Vec<StorageUsage>, PersistenceError> {
        let result = usage::usage(self.reading()?, storages).await;
        self.settle(result)
    }
}

async fn find_many(
    connection: Connection<'_>,
    uids: &[ArtifactUid],
) -> Result<Vec<Artifact>, PersistenceError> {
    let rows = batch::rows_with(connection, &select(), &column(Column::Uid), values(uids)).await?;
    let found = artifacts(connection, &rows).await?;
    let found: HashMap<ArtifactUid, Artifact> =
        found.into_iter().map(|(_, artifact)| (artifact.uid, artifact)).collect();
    Ok(order::as_asked(uids, &found))
}

async fn find_by_uid_prefix(
    connection: Connection<'_>,
    prefix: &UidPrefix,
    limit: u32,
) -> Result<Vec<Artifact>, PersistenceError> {
    let select = select()
        .cond_where(begins_with(&column(Column::Uid), prefix.as_str()))
        .order_by((Artifacts, Column::Uid), Order::Asc)
        .limit(limit.into())
        .to_owned();
    let rows = connection.rows(&select).await?;
    Ok(artifacts(connection, &rows).await?.into_iter().map(|(_, artifact)| artifact).collect())
}

async fn find_first_by_hashes(
    connection: Connection<'_>,
    hashes: &[ContentHash],
) -> Result<Vec<Artifact>, PersistenceError> {
    let mut found = HashMap::new();
    for hashes in hashes.chunks(MOST_VALUES) {
        let first = Query::select()
            .expr(Expr::col(Column::Id).min())
            .from(Artifacts)
            .and_where(Expr::col(Column::Hash).is_in(hashes.iter().map(|hash| hash.as_bytes().to_vec())))
            .and_where(Expr::col(Column::State).eq(ArtifactState::Available.as_str()))
            // Digests of different algorithms that are equal are not the same content.
            .and_where(Expr::col(Column::HashAlgorithm).is_in(algorithms(hashes)))
            .group_by_columns([Column::Hash, Column::HashAlgorithm])
            .to_owned();
        let select = select().and_where(column(Column::Id).in_subquery(first)).to_owned();
        let rows = connection.rows(&select).await?;
        let artifacts = artifacts(connection, &rows).await?;
        found.extend(artifacts.into_iter().map(|(_, artifact)| (artifact.hash, artifact)));
    }
    Ok(order::as_asked(hashes, &found))
}

fn algorithms(hashes: &[ContentHash]) -> Vec<String> {
    let mut algorithms: Vec<HashAlgorithm> = hashes.iter().map(ContentHash::algorithm).collect();
    algorithms.sort_unstable();
    algorithms.dedup();
    algorithms.iter().map(ToString::to_string).collect()
}

async fn find_in_place(
    connection: Connection<'_>,
    storage: StorageUid,
    keys: &[BlobKey],
) -> Result<Vec<Artifact>, PersistenceError> {
    let storages = Numbers::find(connection, vec![storage]).await?;
    let Some(number) = storages.get(&storage) else { return Ok(Vec::new()) };
    let keys = distinct(keys.iter().map(BlobKey::as_str));
    let there = select().and_where(column(Column::StorageId).eq(number)).to_owned();
    let rows = batch::rows_with(connection, &there, &column(Column::InPlaceKey), keys).await?;
    let mut found: Vec<Artifact> =
        artifacts(connection, &rows).await?.into_iter().map(|(_, artifact)| artifact).collect();
    found.sort_by_key(|artifact| artifact.uid);
    Ok(found)
}
