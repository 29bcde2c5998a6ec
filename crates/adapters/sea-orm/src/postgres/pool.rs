//! Sessions with one database, and the turns in which units of work take them.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use freehold_ports::persistence::PersistenceError;
use sea_orm::sqlx::postgres::{PgPool, PgPoolOptions};
use sea_orm::sqlx::{self, Row};
use sea_orm::{
    AccessMode, ConnAcquireErr, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr,
    IsolationLevel, RuntimeErr, SqlxPostgresConnector, TransactionOptions, TransactionTrait,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::place::Place;
use super::{lock, session};
use crate::persistence::error::{conflict, of_database, unavailable};
use crate::registry::Hold;

/// How long a session that nobody uses stays open, beyond the first.
const IDLE: Duration = Duration::from_mins(5);

/// How long whoever opens a registry waits before it asks what is wrong.
const SOON: Duration = Duration::from_secs(1);

/// Whether a session is outside of any transaction: inside of one, the transaction began before the statement. It must be sent
/// in one message, for each has a time of its own.
const IS_OUTSIDE: &str = "SELECT statement_timestamp() = transaction_timestamp()";

/// What transactions are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Reading one snapshot.
    Read,
    /// Reading what is there, one statement after the other.
    Look,
    /// Writing, while nobody else writes.
    Write,
}

/// Sessions with one database, made when they are needed.
#[derive(Debug, Clone)]
pub(super) struct Pool {
    place: Place,
    sessions: PgPool,
    database: DatabaseConnection,
    turns: Arc<Semaphore>,
    most: u32,
}

/// The right to one of a pool's sessions.
#[derive(Debug)]
pub(super) struct Turn(#[allow(dead_code)] OwnedSemaphorePermit);

impl Hold for Turn {}

/// Why a transaction did not begin.
enum Failure {
    /// The session that was taken is none any more; another one may be.
    Session(PersistenceError),
    Final(PersistenceError),
}

impl Failure {
    fn of(error: PersistenceError) -> Self {
        match error {
            PersistenceError::Unavailable { .. } => Self::Session(error),
            other => Self::Final(other),
        }
    }
}

impl Pool {
    /// At most `most` sessions, of which `least` stay open once they are. None is made yet.
    pub(super) fn new(place: &Place, most: u32, least: u32) -> Self {
        let sessions = PgPoolOptions::new()
            .max_connections(most)
            // Sessions that are never closed for idleness need no keeper; it would hold the only turn while the server is away.
            .min_connections(if least < most { least } else { 0 })
            .acquire_timeout(place.patience())
            .idle_timeout((least < most).then_some(IDLE))
            .max_lifetime(None)
            // A session that has been lost shows when a transaction is begun, which is then begun on another one.
            .test_before_acquire(false)
            .after_connect(|session, _| Box::pin(session::set_up(session)))
            .after_release(|session, _| {
                Box::pin(async move {
                    // Whoever gives up beginning a transaction may leave one that has begun.
                    sqlx::raw_sql(IS_OUTSIDE).fetch_one(session).await?.try_get(0)
                })
            })
            .connect_lazy_with(place.options());
        let database = SqlxPostgresConnector::from_sqlx_postgres_pool(sessions.clone());
        let turns = Arc::new(Semaphore::new(usize::try_from(most).unwrap_or(usize::MAX)));
        Self { place: place.clone(), sessions, database, turns, most }
    }

    /// Begins the first transaction of a registry that is being opened: a server that cannot be reached is not waited for.
    pub(super) async fn begin_first(
        &self,
        purpose: Purpose,
    ) -> Result<(DatabaseTransaction, Turn), PersistenceError> {
        let mut beginning = pin!(self.begin(purpose));
        match timeout(SOON.min(self.place.patience()), beginning.as_mut()).await {
            Ok(begun) => begun,
            Err(_) => match self.place.refusal().await {
                Some(error) => Err(error),
                None => beginning.await,
            },
        }
    }

    /// Begins a transaction when it is its turn.
    pub(super) async fn begin(
        &self,
        purpose: Purpose,
    ) -> Result<(DatabaseTransaction, Turn), PersistenceError> {
        let turn = match timeout(self.place.patience(), Arc::clone(&self.turns).acquire_owned()).await {
            Ok(Ok(turn)) => Turn(turn),
            Ok(Err(closed)) => return Err(unavailable(closed)),
            Err(_) => return Err(conflict("other units of work of this program have not ended")),
        };
        for _ in 0..self.most {
            match self.try_to_begin(purpose).await {
                Ok(transaction) => return Ok((transaction, turn)),
                Err(Failure::Session(error)) => tracing::debug!(%error, "a session was lost"),
                Err(Failure::Final(error)) => return Err(error),
            }
        }
        match self.try_to_begin(purpose).await {
            Ok(transaction) => Ok((transaction, turn)),
            Err(Failure::Session(error) | Failure::Final(error)) => Err(error),
        }
    }

    async fn try_to_begin(&self, purpose: Purpose) -> Result<DatabaseTransaction, Failure> {
        let options = match purpose {
            Purpose::Read => TransactionOptions {
                isolation_level: Some(IsolationLevel::RepeatableRead),
                access_mode: Some(AccessMode::ReadOnly),
                ..TransactionOptions::default()
            },
            Purpose::Look | Purpose::Write => TransactionOptions::default(),
        };
        let transaction = match self.database.begin_with_options(options).await {
            Ok(transaction) => transaction,
            Err(error) => return Err(self.of_beginning(error).await),
        };
        if purpose == Purpose::Write {
            let locked = transaction.execute_unprepared(&lock::begin_writing()).await;
            locked.map_err(|error| Failure::of(of_database(error)))?;
        }
        Ok(transaction)
    }

    async fn of_beginning(&self, error: DbErr) -> Failure {
        match error {
            DbErr::ConnectionAcquire(ConnAcquireErr::Timeout) => {
                let late =
                    || unavailable("the server did not answer in time; it is overloaded or out of reach");
                Failure::Final(self.place.refusal().await.unwrap_or_else(late))
            }
            DbErr::Conn(RuntimeErr::SqlxError(cause)) => Failure::Final(self.place.of_connecting(&cause)),
            DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed) => Failure::Final(of_database(error)),
            error => Failure::of(of_database(error)),
        }
    }

    /// Waits until no session is in use, and closes them.
    pub(super) async fn close(&self) {
        self.sessions.close().await;
    }
}
