//! Connections to one SQLite file, and how they are made.

use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use freehold_ports::persistence::PersistenceError;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions, SqliteSynchronous};
use sea_orm::sqlx::{ConnectOptions, Connection, SqlitePool};
use sea_orm::{
    DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode, SqlxSqliteConnector,
    TransactionOptions, TransactionTrait,
};

use super::place::Place;

/// How long whoever wants a file for itself waits at most, for connections that are being closed.
const LONGEST_EXCLUSIVE_WAIT: Duration = Duration::from_secs(1);

/// How much of the file a connection that writes keeps in memory, at most: 32 MiB, in SQLite's unit of -1 KiB. What a large
/// batch changes should fit, or it is written to the log more than once.
const CACHE: &str = "-32768";

/// How many prepared statements a connection keeps: those for large batches take much memory.
const STATEMENTS: usize = 32;

/// What connections are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Making the file if it is absent, and writing.
    Create,
    /// Reading and writing.
    Write,
    /// Keeping everyone else away, and finding out whether someone is there.
    Exclude,
    /// Finding out what the file is, beside whoever is at work on it.
    Inspect,
    /// Reading beside whoever is at work, without writing even to the memory that connections share.
    ReadBesideWriters,
    /// Reading a file that nobody is changing, and writing nothing at all.
    ReadUndisturbed,
}

/// Connections to one file, made when they are needed.
#[derive(Debug, Clone)]
pub(crate) struct Pool {
    connections: SqlitePool,
    database: DatabaseConnection,
}

impl Pool {
    /// At most `most` connections to the file at `place`. None is made yet.
    pub(crate) fn new(place: &Place, purpose: Purpose, most: u32) -> Result<Self, PersistenceError> {
        let pool = SqlitePoolOptions::new()
            .max_connections(most)
            .acquire_timeout(place.patience())
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .after_release(|connection, _| {
                Box::pin(async move {
                    // A roll-back that is under way must have ended before one can tell whether it succeeded.
                    connection.ping().await?;
                    Ok(!connection.is_in_transaction())
                })
            });
        let connections = pool.connect_lazy_with(options(place, purpose)?);
        let database = SqlxSqliteConnector::from_sqlx_sqlite_pool(connections.clone());
        Ok(Self { connections, database })
    }

    /// The connections as SeaORM uses them.
    pub(crate) fn database(&self) -> &DatabaseConnection {
        &self.database
    }

    /// Begins a transaction.
    pub(crate) async fn begin(&self, mode: SqliteTransactionMode) -> Result<DatabaseTransaction, DbErr> {
        let options =
            TransactionOptions { sqlite_transaction_mode: Some(mode), ..TransactionOptions::default() };
        self.database.begin_with_options(options).await
    }

    /// Whether any connection was made.
    pub(crate) fn is_used(&self) -> bool {
        self.connections.size() > 0 && !self.connections.is_closed()
    }

    /// Waits until no connection is in use, and closes them.
    pub(crate) async fn close(&self) {
        self.connections.close().await;
    }
}

fn options(place: &Place, purpose: Purpose) -> Result<SqliteConnectOptions, PersistenceError> {
    let path = place.path();
    let options = SqliteConnectOptions::new()
        .busy_timeout(place.patience())
        .statement_cache_capacity(STATEMENTS)
        // The file may be somebody else's: its schema must not run what has effects.
        .pragma("trusted_schema", "OFF");
    // Statements go to the log as details, also those that take long.
    let options = match "debug".parse() {
        Ok(level) => options.log_slow_statements(level, place.patience()),
        Err(_) => options,
    };
    Ok(match purpose {
        Purpose::Create => durable(options.filename(path)).create_if_missing(true),
        Purpose::Write => durable(options.filename(path)),
        Purpose::Exclude => options
            .filename(path)
            .busy_timeout(place.patience().min(LONGEST_EXCLUSIVE_WAIT))
            .pragma("locking_mode", "EXCLUSIVE"),
        Purpose::Inspect => options.filename(path).read_only(true),
        Purpose::ReadBesideWriters => options.filename(address(path, "readonly_shm=1")?).read_only(true),
        Purpose::ReadUndisturbed => options.filename(address(path, "immutable=1")?).read_only(true),
    })
}

/// A commit survives a power cut, also where a file's buffers are flushed by an extra command only.
fn durable(options: SqliteConnectOptions) -> SqliteConnectOptions {
    options
        .foreign_keys(true)
        .synchronous(SqliteSynchronous::Full)
        .pragma("fullfsync", "ON")
        .pragma("cache_size", CACHE)
}

/// The file as an SQLite URI with a parameter.
fn address(path: &Path, parameter: &str) -> Result<String, PersistenceError> {
    let Some(path) = path.to_str() else {
        return Err(crate::persistence::error::unavailable(format!(
            "the path {} is not UTF-8",
            path.display()
        )));
    };
    let mut address = String::from("file:");
    if !path.starts_with('/') {
        address.push('/');
    }
    for byte in path.bytes() {
        match byte {
            b'/' | b'-' | b'_' | b'.' | b'~' => address.push(byte.into()),
            byte if byte.is_ascii_alphanumeric() => address.push(byte.into()),
            b'\\' if cfg!(windows) => address.push('/'),
            // Writing to a text cannot fail.
            byte => write!(address, "%{byte:02X}").unwrap_or_default(),
        }
    }
    address.push('?');
    address.push_str(parameter);
    Ok(address)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn special_characters_of_a_path_stay_in_the_path() {
        let address = address(Path::new("/data/a b?c#d%e/é.db"), "immutable=1").unwrap();
        assert_eq!(address, "file:/data/a%20b%3Fc%23d%25e/%C3%A9.db?immutable=1");
    }
}
