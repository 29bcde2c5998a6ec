//! SQLite's result codes.

use freehold_ports::persistence::{PersistenceError, SourceError};
use sea_orm::{DbErr, RuntimeErr, SqlxError, SqlxSqliteError, sqlx};

const READ_ONLY: i32 = 8;
const READ_ONLY_DIRECTORY: i32 = 0x0608;

/// The extended result code of an error, if it is one of SQLite's.
pub(crate) fn code(error: &SqlxError) -> Option<i32> {
    let sqlx::Error::Database(error) = error else { return None };
    error.try_downcast_ref::<SqlxSqliteError>()?;
    error.code()?.parse().ok()
}

/// What SQLite's extended result code means to a unit of work.
pub(crate) fn meaning(code: i32, source: SourceError) -> PersistenceError {
    match primary(code) {
        Primary::Busy => PersistenceError::Conflict { source },
        Primary::ReadOnly if matches!(code, READ_ONLY | READ_ONLY_DIRECTORY) => {
            tracing::debug!(%source, "the database cannot be written");
            PersistenceError::ReadOnly
        }
        // The file was moved or removed, or cannot be read before it is recovered.
        Primary::ReadOnly | Primary::Inaccessible => PersistenceError::Unavailable { source },
        Primary::NotADatabase | Primary::Other => PersistenceError::Backend { source },
    }
}

/// What the low byte of a result code says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Primary {
    /// Another connection is in the way.
    Busy,
    /// The file or its folder cannot be written.
    ReadOnly,
    /// The file cannot be opened at all.
    Inaccessible,
    /// The file's content is not what SQLite wrote.
    NotADatabase,
    /// Full or failing disks, and everything else.
    Other,
}

/// What the low byte of an error's result code says, if it has one.
pub(crate) fn primary_of(error: &DbErr) -> Option<Primary> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(cause))
        | DbErr::Exec(RuntimeErr::SqlxError(cause))
        | DbErr::Query(RuntimeErr::SqlxError(cause)) => code(cause).map(primary),
        _ => None,
    }
}

/// What the low byte of `code` says.
pub(crate) fn primary(code: i32) -> Primary {
    match code & 0xff {
        // BUSY, LOCKED, PROTOCOL
        5 | 6 | 15 => Primary::Busy,
        READ_ONLY => Primary::ReadOnly,
        // PERM, CANTOPEN, AUTH
        3 | 14 | 23 => Primary::Inaccessible,
        // CORRUPT, NOTADB
        11 | 26 => Primary::NotADatabase,
        _ => Primary::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meaning_of(code: i32) -> PersistenceError {
        meaning(code, "what SQLite said".into())
    }

    #[test]
    fn whoever_is_in_the_way_is_a_conflict() {
        for busy in [0x5, 0x0105, 0x0205, 0x6, 0x0106] {
            assert!(meaning_of(busy).is_conflict(), "{busy}");
        }
    }

    #[test]
    fn a_disk_that_fails_is_not_a_conflict_and_not_certain() {
        for failure in [0xa, 0x040a, 0xd] {
            let meaning = meaning_of(failure);
            assert!(!meaning.is_conflict() && !meaning.is_certainly_rolled_back(), "{failure}");
        }
    }

    #[test]
    fn what_cannot_be_written_is_read_only() {
        assert!(matches!(meaning_of(8), PersistenceError::ReadOnly));
        assert!(matches!(meaning_of(14), PersistenceError::Unavailable { .. }));
    }
}
