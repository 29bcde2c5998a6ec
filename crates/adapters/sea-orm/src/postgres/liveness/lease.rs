//! The advisory lock of one session's life.

use std::fmt;
use std::time::Duration;

use freehold_domain::{DatabaseUrl, SessionUid};
use freehold_ports::persistence::SourceError;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgConnection};
use sea_orm::sqlx::{self, AssertSqlSafe, ConnectOptions, Connection, Row};
use tokio::time::timeout;

use crate::postgres::lock::SESSION;

/// How long the server may take to answer.
const ANSWER: Duration = Duration::from_secs(30);

/// The advisory lock of one session's life, held or not.
#[derive(Clone)]
pub(super) struct Lease {
    pub(super) database: DatabaseUrl,
    pub(super) session: SessionUid,
    /// With the password: never shown.
    options: PgConnectOptions,
}

impl fmt::Debug for Lease {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { database, session, options: _ } = self;
        formatter
            .debug_struct("Lease")
            .field("database", database)
            .field("session", session)
            .finish_non_exhaustive()
    }
}

impl Lease {
    pub(super) fn new(database: DatabaseUrl, session: SessionUid, options: PgConnectOptions) -> Self {
        Self { database, session, options }
    }

    /// Takes the lock, if nobody has it. It is held as long as the connection lasts.
    pub(super) async fn take(&self) -> Result<Option<PgConnection>, SourceError> {
        in_time(async {
            let mut connection = self.options.connect().await?;
            let statement = format!("SELECT pg_is_in_recovery(), pg_try_advisory_lock({SESSION})");
            let (is_standby, is_taken) = self.ask(&mut connection, statement).await?;
            if is_standby {
                return Err(standby());
            }
            if is_taken {
                return Ok(Some(connection));
            }
            connection.close().await?;
            Ok(None)
        })
        .await
    }

    /// Whether somebody holds the lock.
    pub(super) async fn is_held(&self) -> Result<bool, SourceError> {
        in_time(async {
            let mut connection = self.options.connect().await?;
            // A key of 64 bits is shown in two halves.
            let statement = format!(
                "SELECT pg_is_in_recovery(), EXISTS (
                    SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
                    WHERE datname = current_database() AND locktype = 'advisory' AND objsubid = 1 AND granted
                        AND classid = ((({SESSION}) >> 32) & 4294967295)::oid
                        AND objid = (({SESSION}) & 4294967295)::oid)"
            );
            let (is_standby, is_held) = self.ask(&mut connection, statement).await?;
            connection.close().await?;
            if is_standby { Err(standby()) } else { Ok(is_held) }
        })
        .await
    }

    async fn ask(
        &self,
        connection: &mut PgConnection,
        statement: String,
    ) -> Result<(bool, bool), SourceError> {
        let statement = sqlx::query(AssertSqlSafe(statement)).bind(self.session.as_str()).persistent(false);
        let row = statement.fetch_one(connection).await?;
        Ok((row.try_get(0)?, row.try_get(1)?))
    }
}

/// The answer, unless it takes too long.
pub(super) async fn in_time<T>(
    answer: impl Future<Output = Result<T, SourceError>>,
) -> Result<T, SourceError> {
    match timeout(ANSWER, answer).await {
        Ok(answer) => answer,
        Err(_) => Err("the server does not answer".into()),
    }
}

fn standby() -> SourceError {
    "the server is a standby, which does not know the locks of the sessions that write".into()
}
