//! How a registry is recognised among SQLite files, and how its schema is known to be current.
//!
//! Both are numbers in the header of the file, so that opening reads one row.

use std::cmp::Ordering;

use freehold_ports::persistence::PersistenceError;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

use super::error;
use super::place::Place;
use super::pool::{Pool, Purpose};
use crate::migration;
use crate::persistence::error::{in_full, of_database};

/// The application that the header of every registry names: `Frhd` in ASCII.
const APPLICATION: i64 = 0x4672_6864;

/// What the header of an SQLite file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Header {
    application: i64,
    /// The number of the newest migration that was applied.
    schema: i64,
}

/// What the header of a database says that nobody has marked.
const UNMARKED: Header = Header { application: 0, schema: 0 };

/// What an SQLite file is to this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Identity {
    /// A database without any content.
    Empty,
    /// A registry with the schema that this program uses.
    Current,
    /// A registry with an older schema.
    Outdated,
    /// A registry with a schema that this program does not know.
    TooNew {
        /// The number of its newest migration.
        schema: i64,
    },
}

/// Finds out what the database is.
///
/// # Errors
/// `NotARegistry` when it belongs to another program, or is no database at all.
pub(crate) async fn identify(
    place: &Place,
    connection: &impl ConnectionTrait,
) -> Result<Identity, PersistenceError> {
    let mut header = read(place, connection).await?;
    if header == UNMARKED {
        if !has_tables(place, connection).await? {
            return Ok(Identity::Empty);
        }
        // Between the two looks, another process may have made a registry of it, which is marked in the same transaction.
        header = read(place, connection).await?;
    }
    match header {
        Header { application: APPLICATION, schema } => Ok(match schema.cmp(&migration::newest_number()) {
            Ordering::Greater => Identity::TooNew { schema },
            Ordering::Less => Identity::Outdated,
            Ordering::Equal => Identity::Current,
        }),
        Header { .. } => Err(place.not_a_registry("it is the SQLite database of another program")),
    }
}

/// Writes into the header that this is a registry with the newest schema.
pub(crate) async fn mark(connection: &impl ConnectionTrait) -> Result<(), DbErr> {
    let schema = migration::newest_number();
    connection.execute_unprepared(&format!("PRAGMA application_id = {APPLICATION}")).await?;
    connection.execute_unprepared(&format!("PRAGMA user_version = {schema}")).await?;
    Ok(())
}

/// The error that names both schemas, for a registry that is too new.
pub(crate) async fn too_new(
    place: &Place,
    connection: &impl ConnectionTrait,
    schema: i64,
) -> PersistenceError {
    let names = format!("SELECT max(version) AS name FROM {}", migration::TABLE);
    let row = connection.query_one_raw(Statement::from_string(DbBackend::Sqlite, names)).await;
    let name = row.ok().flatten().and_then(|row| row.try_get::<Option<String>>("", "name").ok().flatten());
    place.schema_too_new(name.unwrap_or_else(|| format!("number {schema}")), migration::newest_name())
}

/// Finds out what the file is without changing it, or a database of another program in its place.
///
/// `None` when that cannot be told by reading only: then whoever opens it for writing will know.
pub(crate) async fn inspect(place: &Place) -> Result<Option<Identity>, PersistenceError> {
    if let Some(imprint) = place.undisturbed()? {
        let identity = identify_by(place, Purpose::ReadUndisturbed).await;
        if place.undisturbed()? == Some(imprint) {
            return identity.map(Some);
        }
    }
    match identify_by(place, Purpose::Inspect).await {
        Err(PersistenceError::Unavailable { .. }) => Ok(None),
        identity => identity.map(Some),
    }
}

async fn identify_by(place: &Place, purpose: Purpose) -> Result<Identity, PersistenceError> {
    let pool = Pool::new(place, purpose, 1)?;
    let identity = identify(place, pool.database()).await;
    pool.close().await;
    identity
}

/// The meaning of an error of a database that is not known to be a registry yet.
pub(crate) fn of_opening(place: &Place, error: DbErr) -> PersistenceError {
    match error::primary_of(&error) {
        Some(error::Primary::NotADatabase) => place.not_a_registry(in_full(&error)),
        Some(_) | None => of_database(error),
    }
}

async fn read(place: &Place, connection: &impl ConnectionTrait) -> Result<Header, PersistenceError> {
    read_header(connection).await.map_err(|error| of_opening(place, error))
}

async fn read_header(connection: &impl ConnectionTrait) -> Result<Header, DbErr> {
    let select = "SELECT application_id, user_version FROM pragma_application_id, pragma_user_version";
    let row = connection.query_one_raw(Statement::from_string(DbBackend::Sqlite, select)).await?;
    let row = row.ok_or_else(|| DbErr::RecordNotFound("the header of the database".to_owned()))?;
    Ok(Header { application: row.try_get("", "application_id")?, schema: row.try_get("", "user_version")? })
}

async fn has_tables(place: &Place, connection: &impl ConnectionTrait) -> Result<bool, PersistenceError> {
    let select = Statement::from_string(DbBackend::Sqlite, "SELECT 1 FROM sqlite_schema LIMIT 1");
    let row = connection.query_one_raw(select).await.map_err(|error| of_opening(place, error))?;
    Ok(row.is_some())
}
