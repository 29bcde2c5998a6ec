//! SQLSTATE: the codes by which Postgres says what went wrong.

use freehold_ports::persistence::{PersistenceError, SourceError};
use sea_orm::{DbErr, RuntimeErr, SqlxError, sqlx};

/// What a code means to a registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// `serialization_failure`
    SerializationFailure,
    /// `deadlock_detected`
    DeadlockDetected,
    /// `lock_not_available`: the lock timeout has passed.
    LockNotAvailable,
    /// Class 53: memory, disk or connections have run out.
    InsufficientResources,
    /// `query_canceled`: the statement timeout has passed, or an administrator cancelled it.
    QueryCanceled,
    /// The rest of class 57: the server, or the database, is shutting down, starting up or gone.
    OperatorIntervention,
    /// Class 08: the connection failed.
    ConnectionException,
    /// `idle_in_transaction_session_timeout` and `transaction_timeout`: a unit was left alone for too long.
    TransactionTimeout,
    /// `read_only_sql_transaction`
    ReadOnlyTransaction,
    /// `insufficient_privilege`
    InsufficientPrivilege,
    /// Class 28: the role may not log in, or its password is wrong.
    InvalidAuthorization,
    /// `invalid_catalog_name`: there is no such database.
    InvalidCatalogName,
    /// `undefined_table` or `invalid_schema_name`: the registry is gone.
    RegistryGone,
    /// `dependent_objects_still_exist`
    DependentObjects,
    /// Everything else.
    Other,
}

impl State {
    /// The meaning of a code of five characters.
    pub(crate) fn of_code(code: &str) -> Self {
        match code {
            "40001" => Self::SerializationFailure,
            "40P01" => Self::DeadlockDetected,
            "55P03" => Self::LockNotAvailable,
            "57014" => Self::QueryCanceled,
            "25P03" | "25P04" => Self::TransactionTimeout,
            "25006" => Self::ReadOnlyTransaction,
            "42501" => Self::InsufficientPrivilege,
            "3D000" => Self::InvalidCatalogName,
            "42P01" | "3F000" => Self::RegistryGone,
            "2BP01" => Self::DependentObjects,
            code => match code.get(..2) {
                Some("53") => Self::InsufficientResources,
                Some("57") => Self::OperatorIntervention,
                Some("08") => Self::ConnectionException,
                Some("28") => Self::InvalidAuthorization,
                _ => Self::Other,
            },
        }
    }

    /// What an error is to a unit of work, before its commit.
    pub(crate) fn meaning(self, source: SourceError) -> PersistenceError {
        match self {
            Self::SerializationFailure | Self::DeadlockDetected | Self::LockNotAvailable => {
                PersistenceError::Conflict { source }
            }
            Self::InsufficientResources
            | Self::QueryCanceled
            | Self::OperatorIntervention
            | Self::ConnectionException
            | Self::TransactionTimeout
            | Self::InsufficientPrivilege
            | Self::InvalidAuthorization
            | Self::InvalidCatalogName
            | Self::RegistryGone => PersistenceError::Unavailable { source },
            Self::ReadOnlyTransaction => {
                tracing::debug!(%source, "the database cannot be written");
                PersistenceError::ReadOnly
            }
            Self::DependentObjects | Self::Other => PersistenceError::Backend { source },
        }
    }

    /// What an error is that the server gave instead of committing.
    ///
    /// A server that is told to stop while a commit waits for a standby ends the session with such an error although the
    /// commit is on its own disk: so from class 57 only a cancelled statement is sure to have kept nothing.
    pub(crate) fn meaning_at_commit(self, source: SourceError) -> PersistenceError {
        match self {
            Self::OperatorIntervention | Self::ConnectionException | Self::Other => {
                PersistenceError::OutcomeUnknown { source }
            }
            Self::SerializationFailure
            | Self::DeadlockDetected
            | Self::LockNotAvailable
            | Self::InsufficientResources
            | Self::QueryCanceled
            | Self::TransactionTimeout
            | Self::ReadOnlyTransaction
            | Self::InsufficientPrivilege
            | Self::InvalidAuthorization
            | Self::InvalidCatalogName
            | Self::RegistryGone
            | Self::DependentObjects => self.meaning(source),
        }
    }
}

/// The state of an error of SeaORM's, if it is one of Postgres'.
pub(crate) fn of_database(error: &DbErr) -> Option<State> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(cause))
        | DbErr::Exec(RuntimeErr::SqlxError(cause))
        | DbErr::Query(RuntimeErr::SqlxError(cause)) => of(cause),
        _ => None,
    }
}

/// The state of an error, if it is one of Postgres'.
pub(crate) fn of(error: &SqlxError) -> Option<State> {
    let sqlx::Error::Database(error) = error else { return None };
    let error = error.try_downcast_ref::<sqlx::postgres::PgDatabaseError>()?;
    Some(State::of_code(error.code()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meaning(code: &str) -> PersistenceError {
        State::of_code(code).meaning("what the server said".into())
    }

    fn meaning_at_commit(code: &str) -> PersistenceError {
        State::of_code(code).meaning_at_commit("what the server said".into())
    }

    #[test]
    fn whoever_is_in_the_way_is_a_conflict_also_at_commit() {
        for code in ["40001", "40P01", "55P03"] {
            assert!(meaning(code).is_conflict(), "{code}");
            assert!(meaning_at_commit(code).is_conflict(), "{code}");
        }
    }

    #[test]
    fn a_server_that_is_away_or_full_is_unavailable() {
        for code in [
            "53100", "53200", "53300", "57014", "57P01", "57P02", "57P03", "57P05", "08006", "08P01", "25P03",
        ] {
            assert!(matches!(meaning(code), PersistenceError::Unavailable { .. }), "{code}");
        }
    }

    #[test]
    fn a_server_that_stops_during_a_commit_leaves_the_outcome_unknown() {
        for code in ["57P01", "57P02", "08006", "XX000", "58030"] {
            assert!(matches!(meaning_at_commit(code), PersistenceError::OutcomeUnknown { .. }), "{code}");
        }
    }

    #[test]
    fn a_transaction_that_the_server_refuses_to_commit_is_certainly_rolled_back() {
        for code in ["40001", "53100", "57014", "25P03", "25006"] {
            assert!(meaning_at_commit(code).is_certainly_rolled_back(), "{code}");
        }
    }

    #[test]
    fn what_must_not_be_written_is_read_only() {
        assert!(matches!(meaning("25006"), PersistenceError::ReadOnly));
    }

    #[test]
    fn a_mistake_of_ours_is_certain_of_nothing() {
        for code in ["23505", "42601", "22P02", "", "é"] {
            assert!(!meaning(code).is_certainly_rolled_back(), "{code}");
        }
    }
}
