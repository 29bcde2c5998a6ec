//! What the ports' errors are, in terms of SeaORM's.

use std::error::Error;
use std::fmt::Display;

use freehold_ports::persistence::{Entity, PersistenceError, SourceError};
use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, SqlxError, sqlx};

#[cfg(feature = "postgres")]
use crate::postgres;
#[cfg(feature = "sqlite")]
use crate::sqlite;

/// The meaning of an error outside of commit.
pub(crate) fn of_database(error: DbErr) -> PersistenceError {
    match &error {
        DbErr::ConnectionAcquire(ConnAcquireErr::Timeout) => {
            PersistenceError::Conflict { source: error.into() }
        }
        DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed) => {
            PersistenceError::Unavailable { source: error.into() }
        }
        DbErr::Conn(RuntimeErr::SqlxError(cause))
        | DbErr::Exec(RuntimeErr::SqlxError(cause))
        | DbErr::Query(RuntimeErr::SqlxError(cause)) => {
            #[cfg(feature = "sqlite")]
            if let Some(code) = sqlite::error::code(cause) {
                return sqlite::error::meaning(code, error.into());
            }
            #[cfg(feature = "postgres")]
            if let Some(state) = postgres::state::of(cause) {
                return state.meaning(error.into());
            }
            if is_lost_connection(cause) {
                return PersistenceError::Unavailable { source: error.into() };
            }
            PersistenceError::Backend { source: error.into() }
        }
        _ => PersistenceError::Backend { source: error.into() },
    }
}

/// The meaning of an error of commit: unless the database says that it kept nothing, it may have kept everything.
pub(crate) fn of_commit(error: DbErr) -> PersistenceError {
    #[cfg(feature = "postgres")]
    if let Some(state) = postgres::state::of_database(&error) {
        return state.meaning_at_commit(error.into());
    }
    match of_database(error) {
        kept_nothing @ (PersistenceError::Conflict { .. } | PersistenceError::ReadOnly) => kept_nothing,
        PersistenceError::Backend { source } | PersistenceError::Unavailable { source } => {
            PersistenceError::OutcomeUnknown { source }
        }
        other => other,
    }
}

fn is_lost_connection(cause: &SqlxError) -> bool {
    matches!(
        cause,
        sqlx::Error::WorkerCrashed
            | sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolClosed
    )
}

pub(crate) fn already_exists(entity: Entity, id: impl Display) -> PersistenceError {
    PersistenceError::AlreadyExists { entity, id: id.to_string() }
}

pub(crate) fn not_found(entity: Entity, id: impl Display) -> PersistenceError {
    PersistenceError::NotFound { entity, id: id.to_string() }
}

pub(crate) fn in_use(entity: Entity, id: impl Display, user: Entity) -> PersistenceError {
    PersistenceError::InUse { entity, id: id.to_string(), user }
}

pub(crate) fn corrupt(table: &'static str, id: impl Display, reason: impl Display) -> PersistenceError {
    PersistenceError::Corrupt { table, id: id.to_string(), reason: reason.to_string() }
}

pub(crate) fn conflict(reason: impl Into<SourceError>) -> PersistenceError {
    PersistenceError::Conflict { source: reason.into() }
}

pub(crate) fn unavailable(reason: impl Into<SourceError>) -> PersistenceError {
    PersistenceError::Unavailable { source: reason.into() }
}

pub(crate) fn backend(reason: impl Into<SourceError>) -> PersistenceError {
    PersistenceError::Backend { source: reason.into() }
}

/// What an error says with all its causes, which often say one another's text again.
pub(crate) fn in_full(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        cause = error.source();
    }
    text
}
