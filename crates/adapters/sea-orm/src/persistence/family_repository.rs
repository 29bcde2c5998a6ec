//! Families of artifact versions in a database.

mod own_key;

use std::collections::HashMap;

use async_trait::async_trait;
use freehold_domain::{ArtifactKey, ArtifactState, ArtifactStem, ArtifactUid, Family, Version};
use freehold_ports::persistence::{Entity, FamilyRepository, PersistenceError};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query, SelectStatement};
use sea_orm::{NotSet, QueryResult, Set};

use super::error::not_found;
use super::instance_repository::own_uid;
use super::unit_of_work::SeaOrmUnitOfWork;
use crate::connection::Connection;
use crate::entity::family::{ActiveModel, Column, Entity as Families};
use crate::entity::{artifact, intent};
use crate::record::batch::distinct;
use crate::record::batch::{self, MOST_VALUES};
use crate::record::number::values;
use crate::record::{Numbers, Row, number, order};

#[async_trait]
impl FamilyRepository for SeaOrmUnitOfWork {
    async fn insert_many(&mut self, families: &[Family]) -> Result<(), PersistenceError> {
        let result = insert_many(self.writing()?, families).await;
        self.settle(result)
    }

    async fn find_many(&mut self, stems: &[ArtifactStem]) -> Result<Vec<Family>, PersistenceError> {
        let result = find_many(self.reading()?, stems).await;
        self.settle(result)
    }

    async fn find_by_keys(&mut self, keys: &[ArtifactKey]) -> Result<Vec<Family>, PersistenceError> {
        let result = find_by_keys(self.reading()?, keys).await;
        self.settle(result)
    }

    async fn update_many(&mut self, families: &[Family]) -> Result<(), PersistenceError> {
        let result = update_many(self.writing()?, families).await;
        self.settle(result)
    }

    async fn versions(
        &mut self,
        stems: &[ArtifactStem],
    ) -> Result<Vec<(ArtifactUid, ArtifactState)>, PersistenceError> {
        let result = versions(self.reading()?, stems).await;
        self.settle(result)
    }

    async fn delete_unused(&mut self, stems: &[ArtifactStem]) -> Result<u64, PersistenceError> {
        let result = delete_unused(self.writing()?, stems).await;
        self.settle(result)
    }
}

async fn insert_many(connection: Connection<'_>, families: &[Family]) -> Result<(), PersistenceError> {
    number::require_new(connection, families.iter().map(Family::stem).collect()).await?;
    Numbers::find_all(connection, families.iter().filter_map(Family::head).collect()).await?;
    let own = own_uid(connection).await?;
    let families: Vec<_> = families.iter().map(|family| (family, Some(family.origin()) == own)).collect();
    own_key::require_free(connection, &families).await?;
    batch::insert(connection, families.iter().map(|(family, is_own)| model(family, *is_own)).collect(), None)
        .await
}

async fn find_many(
    connection: Connection<'_>,
    stems: &[ArtifactStem],
) -> Result<Vec<Family>, PersistenceError> {
    Ok(order::as_asked(stems, &recorded(connection, stems).await?))
}

async fn recorded(
    connection: Connection<'_>,
    stems: &[ArtifactStem],
) -> Result<HashMap<ArtifactStem, Family>, PersistenceError> {
    let rows = batch::rows_with(connection, &select(), &Expr::col(Column::Stem), values(stems)).await?;
    rows.iter().map(|row| family(row).map(|family| (family.stem(), family))).collect()
}

async fn find_by_keys(
    connection: Connection<'_>,
    keys: &[ArtifactKey],
) -> Result<Vec<Family>, PersistenceError> {
    let keys = distinct(keys.iter().map(ArtifactKey::as_str));
    let rows = batch::rows_with(connection, &select(), &Expr::col(Column::Key), keys).await?;
    rows.iter().map(family).collect()
}

async fn update_many(connection: Connection<'_>, families: &[Family]) -> Result<(), PersistenceError> {
    let stems: Vec<ArtifactStem> = families.iter().map(Family::stem).collect();
    let recorded = recorded(connection, &stems).await?;
    Numbers::find_all(connection, families.iter().filter_map(Family::head).collect()).await?;
    let own = own_uid(connection).await?;
    // Of several with one stem the last one counts.
    let mut updated = HashMap::with_capacity(families.len());
    for family in families {
        let origin = recorded.get(&family.stem()).map(Family::origin);
        let origin = origin.ok_or_else(|| not_found(Entity::Family, family.stem()))?;
        updated.insert(family.stem(), (family, Some(origin) == own));
    }
    let updated: Vec<(&Family, bool)> = updated.into_values().collect();
    own_key::require_free(connection, &updated).await?;
    own_key::release(connection, &updated, &recorded).await?;
    let replace = OnConflict::column(Column::Stem)
        .update_columns([Column::Key, Column::OwnKey, Column::LastReserved, Column::Head])
        .to_owned();
    let rows = updated.iter().map(|(family, is_own)| model(family, *is_own)).collect();
    batch::insert(connection, rows, Some(replace)).await
}

async fn versions(
    connection: Connection<'_>,
    stems: &[ArtifactStem],
) -> Result<Vec<(ArtifactUid, ArtifactState)>, PersistenceError> {
    let families = Numbers::find(connection, stems.to_vec()).await?;
    let select = Query::select()
        .columns([artifact::Column::Uid, artifact::Column::State])
        .from(artifact::Entity)
        .to_owned();
    let of_family = Expr::col(artifact::Column::FamilyId);
    let rows = batch::rows_with(connection, &select, &of_family, families.values()).await?;
    let version = |row| {
        let row = Row::new("artifacts", "uid", row);
        Ok((row.parse("uid")?, row.parse("state")?))
    };
    rows.iter().map(version).collect()
}

async fn delete_unused(connection: Connection<'_>, stems: &[ArtifactStem]) -> Result<u64, PersistenceError> {
    let has_artifact = Query::select()
        .expr(Expr::val(1))
        .from(artifact::Entity)
        .and_where(Expr::col((artifact::Entity, artifact::Column::FamilyId)).equals((Families, Column::Id)))
        .to_owned();
    let has_intent = Query::select()
        .expr(Expr::val(1))
        .from(intent::Entity)
        .and_where(Expr::col((intent::Entity, intent::Column::ArtifactStem)).equals((Families, Column::Stem)))
        .to_owned();
    let mut deleted = 0;
    for stems in stems.chunks(MOST_VALUES) {
        let delete = Query::delete()
            .from_table(Families)
            .and_where(Expr::col((Families, Column::Stem)).is_in(values(stems)))
            .and_where(Expr::exists(has_artifact.clone()).not())
            .and_where(Expr::exists(has_intent.clone()).not())
            .to_owned();
        deleted += connection.change(&delete).await?;
    }
    Ok(deleted)
}

fn select() -> SelectStatement {
    let columns = [Column::Stem, Column::Key, Column::Origin, Column::LastReserved, Column::Head];
    Query::select().columns(columns).from(Families).to_owned()
}

fn family(row: &QueryResult) -> Result<Family, PersistenceError> {
    let row = Row::new("families", "stem", row);
    Ok(Family::recorded(
        row.parse("stem")?,
        row.parse("key")?,
        row.parse("origin")?,
        row.version("last_reserved")?,
        row.version("head")?,
    ))
}

fn model(family: &Family, is_own: bool) -> ActiveModel {
    let number = |version: Version| i64::from(version.number());
    ActiveModel {
        id: NotSet,
        stem: Set(family.stem().to_string()),
        key: Set(family.key.to_string()),
        origin: Set(family.origin().to_string()),
        own_key: Set(is_own.then(|| family.key.to_string())),
        last_reserved: Set(family.last_reserved().map(number)),
        head: Set(family.head().map(|head| number(head.version()))),
    }
}
