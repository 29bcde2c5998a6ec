//! The numbers by which rows refer to one another, found by uid in sets.

use std::collections::{HashMap, HashSet};
use std::fmt::Display;
use std::hash::Hash;
use std::str::FromStr;

use freehold_domain::{ArtifactStem, ArtifactUid, IntentUid, RunUid, StorageUid, TransformUid, UserUid};
use freehold_ports::persistence::{Entity, PersistenceError};
use sea_orm::sea_query::{Expr, ExprTrait, Query, Value};

use super::Row;
use super::batch::MOST_VALUES;
use crate::connection::Connection;
use crate::persistence::error;

/// What identifies records of a table.
pub(crate) trait Numbered: Copy + Eq + Hash + Display + FromStr<Err: Display> + Send + Sync {
    /// What kind of record it identifies.
    const ENTITY: Entity;
    /// The records' table.
    const TABLE: &'static str;
    /// The column that holds it.
    const COLUMN: &'static str = "uid";

    /// Its text.
    fn text(&self) -> &str;
}

macro_rules! numbered {
    ($($uid:ident $entity:ident $table:literal $($column:literal)?),+ $(,)?) => {$(
        impl Numbered for $uid {
            const ENTITY: Entity = Entity::$entity;
            const TABLE: &'static str = $table;
            $(const COLUMN: &'static str = $column;)?

            fn text(&self) -> &str {
                self.as_str()
            }
        }
    )+};
}

numbered! {
    UserUid User "users",
    StorageUid Storage "storages",
    TransformUid Transform "transforms",
    RunUid Run "runs",
    ArtifactStem Family "families" "stem",
    ArtifactUid Artifact "artifacts",
    IntentUid Intent "intents",
}

/// The texts of uids as the values of a condition.
pub(crate) fn values<U: Numbered>(uids: &[U]) -> Vec<Value> {
    uids.iter().map(|uid| uid.text().into()).collect()
}

/// The numbers of those of some records that are there.
#[derive(Debug)]
pub(crate) struct Numbers<U>(HashMap<U, i64>);

impl<U: Numbered> Numbers<U> {
    /// Looks up the numbers of these records.
    pub(crate) async fn find(connection: Connection<'_>, mut uids: Vec<U>) -> Result<Self, PersistenceError> {
        let mut seen = HashSet::new();
        uids.retain(|uid| seen.insert(*uid));
        let mut numbers = HashMap::with_capacity(uids.len());
        for uids in uids.chunks(MOST_VALUES) {
            let select = Query::select()
                .columns(["id", U::COLUMN])
                .from(U::TABLE)
                .and_where(Expr::col(U::COLUMN).is_in(values(uids)))
                .to_owned();
            for row in connection.rows(&select).await? {
                let row = Row::new(U::TABLE, U::COLUMN, &row);
                numbers.insert(row.parse(U::COLUMN)?, row.get("id")?);
            }
        }
        Ok(Self(numbers))
    }

    /// Looks up the numbers of records that must all be there.
    pub(crate) async fn find_all(connection: Connection<'_>, uids: Vec<U>) -> Result<Self, PersistenceError> {
        let numbers = Self::find(connection, uids.clone()).await?;
        uids.iter().try_for_each(|uid| numbers.of(uid).map(drop))?;
        Ok(numbers)
    }

    /// The number of a record, if it is there.
    pub(crate) fn get(&self, uid: &U) -> Option<i64> {
        self.0.get(uid).copied()
    }

    /// The number of a record that must be there.
    pub(crate) fn of(&self, uid: &U) -> Result<i64, PersistenceError> {
        self.get(uid).ok_or_else(|| error::not_found(U::ENTITY, uid))
    }

    /// The number of a record that must be there if it is named.
    pub(crate) fn of_optional(&self, uid: Option<&U>) -> Result<Option<i64>, PersistenceError> {
        uid.map(|uid| self.of(uid)).transpose()
    }

    /// Every number that was found, as the values of a condition.
    pub(crate) fn values(&self) -> Vec<Value> {
        self.all().map(Value::from).collect()
    }

    /// Every number that was found, in no particular order.
    pub(crate) fn all(&self) -> impl Iterator<Item = i64> {
        self.0.values().copied()
    }
}

/// Checks that none of these records is there, and none is named twice.
pub(crate) async fn require_new<U: Numbered>(
    connection: Connection<'_>,
    uids: Vec<U>,
) -> Result<(), PersistenceError> {
    let mut taken = HashSet::new();
    let recorded = Numbers::find(connection, uids.clone()).await?;
    match uids.iter().find(|uid| recorded.get(uid).is_some() || !taken.insert(**uid)) {
        Some(uid) => Err(error::already_exists(U::ENTITY, uid)),
        None => Ok(()),
    }
}
