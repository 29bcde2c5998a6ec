//! A registry that was opened for writing.

use std::time::Duration;

use async_trait::async_trait;
use freehold_domain::DatabaseFingerprint;
use freehold_ports::persistence::{AccessMode, PersistenceError};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult, SqliteTransactionMode, Statement};
use sea_orm_migration::MigratorTrait;

use super::error::{Primary, primary_of};
use super::fingerprint;
use super::gate;
use super::identity::{self, Identity, of_opening};
use super::place::Place;
use super::pool::{Pool, Purpose};
use crate::migration::Migrator;
use crate::persistence::error::{conflict, of_commit, of_database, unavailable};
use crate::registry::{Begun, Registry};

/// How many units of work read at once; more wait for their turn.
const READERS: u32 = 4;

/// How long to wait before the change of the journal is tried again.
const PAUSE: Duration = Duration::from_millis(20);

/// A registry that was opened for writing.
///
/// All units that write share one connection and wait for it in the order in which they came; against other processes
/// they hold the file's lock from their beginning on. Units that read see what was committed at their first statement.
#[derive(Debug)]
pub(crate) struct WritableFile {
    place: Place,
    writer: Pool,
    readers: Pool,
}

impl WritableFile {
    /// Opens what is at `place`, brings its schema up to date, and makes it a registry if it is empty and `purpose` allows
    /// that.
    pub(crate) async fn open(place: &Place, purpose: Purpose) -> Result<Self, PersistenceError> {
        let writer = Pool::new(place, purpose, 1)?;
        let readers = Pool::new(place, Purpose::Write, READERS)?;
        let file = Self { place: place.clone(), writer, readers };
        let _connecting = gate::connecting(place.path(), place.patience()).await?;
        match file.prepare(place, purpose).await {
            Ok(()) => Ok(file),
            Err(error) => {
                file.writer.close().await;
                Err(error)
            }
        }
    }

    async fn prepare(&self, place: &Place, purpose: Purpose) -> Result<(), PersistenceError> {
        match (identity::identify(place, self.writer.database()).await?, purpose) {
            (Identity::Current, _) => self.require_writable(place).await?,
            (Identity::TooNew { schema }, _) => {
                return Err(identity::too_new(place, self.writer.database(), schema).await);
            }
            (Identity::Outdated, _) | (Identity::Empty, Purpose::Create) => self.migrate(place).await?,
            (Identity::Empty, _) => return Err(place.not_a_registry("the database is empty")),
        }
        self.use_log(place).await
    }

    /// Brings the schema up to date. Of several that do so at once, the first does it, and the others find it done.
    async fn migrate(&self, place: &Place) -> Result<(), PersistenceError> {
        let opening = |error| of_opening(place, error);
        let transaction = self.writer.begin(SqliteTransactionMode::Immediate).await.map_err(opening)?;
        match identity::identify(place, &transaction).await? {
            Identity::Empty | Identity::Outdated => {}
            Identity::Current => return transaction.rollback().await.map_err(opening),
            Identity::TooNew { schema } => return Err(identity::too_new(place, &transaction, schema).await),
        }
        Migrator::up(&transaction, None).await.map_err(opening)?;
        identity::mark(&transaction).await.map_err(opening)?;
        transaction.commit().await.map_err(of_commit)
    }

    /// Checks that the file can be written, without waiting for those who are writing.
    ///
    /// Beginning to write is not enough: SQLite begins to read instead where it cannot write, and says nothing.
    async fn require_writable(&self, place: &Place) -> Result<(), PersistenceError> {
        let connection = self.writer.database();
        connection.execute_unprepared("PRAGMA busy_timeout = 0").await.map_err(of_database)?;
        let tried = connection.execute_unprepared("DELETE FROM instance WHERE 0").await;
        let patience = format!("PRAGMA busy_timeout = {}", place.patience().as_millis());
        connection.execute_unprepared(&patience).await.map_err(of_database)?;
        match tried {
            Err(error) if primary_of(&error) == Some(Primary::Busy) => Ok(()),
            tried => tried.map(drop).map_err(|error| of_opening(place, error)),
        }
    }

    /// Makes the database keep its changes in a log, so that readers and the writer do not wait for one another. It stays
    /// so for ever.
    async fn use_log(&self, place: &Place) -> Result<(), PersistenceError> {
        if self.journal("PRAGMA journal_mode").await.map_err(of_database)? == "wal" {
            return Ok(());
        }
        // SQLite does not wait for others when it changes the journal.
        let attempts = place.patience().as_millis() / PAUSE.as_millis();
        for _ in 0..attempts {
            match self.journal("PRAGMA journal_mode = WAL").await {
                Ok(mode) if mode == "wal" => return Ok(()),
                Ok(mode) if mode == "delete" => tokio::time::sleep(PAUSE).await,
                Ok(mode) => {
                    return Err(unavailable(format!("the file system allows the journal {mode} only")));
                }
                Err(error) if primary_of(&error) == Some(Primary::Busy) => tokio::time::sleep(PAUSE).await,
                Err(error) => return Err(of_opening(place, error)),
            }
        }
        Err(conflict("others keep the database from using a write-ahead log"))
    }

    async fn journal(&self, pragma: &str) -> Result<String, DbErr> {
        let row =
            self.writer.database().query_one_raw(Statement::from_string(DbBackend::Sqlite, pragma)).await?;
        let mode = |row: QueryResult| row.try_get::<String>("", "journal_mode");
        row.map_or_else(|| Ok(String::new()), mode)
    }
}

#[async_trait]
impl Registry for WritableFile {
    async fn begin(&self, mode: AccessMode) -> Result<Begun, PersistenceError> {
        let transaction = match mode {
            AccessMode::Read => self.readers.begin(SqliteTransactionMode::Deferred).await,
            AccessMode::Write => self.writer.begin(SqliteTransactionMode::Immediate).await,
        };
        Ok(Begun { transaction: transaction.map_err(of_database)?, condition: None, hold: None })
    }

    async fn fingerprint(&self) -> Result<DatabaseFingerprint, PersistenceError> {
        fingerprint::of(&self.place)
    }

    async fn close(&self) -> Result<(), PersistenceError> {
        self.readers.close().await;
        if self.writer.is_used() {
            // What is committed is safe in the log: moving it into the file is housekeeping, which others may do as well.
            let checkpoint =
                self.writer.database().execute_unprepared("PRAGMA wal_checkpoint(PASSIVE)").await;
            if let Err(error) = checkpoint {
                tracing::debug!(%error, "the log was not moved into the database");
            }
        }
        self.writer.close().await;
        Ok(())
    }
}
