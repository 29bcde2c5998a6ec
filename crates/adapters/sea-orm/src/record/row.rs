//! A row that is read column by column. What is not a valid value is damage, and the error says where.

use std::fmt::Display;
use std::str::FromStr;

use freehold_domain::{ContentHash, Provenance, RunUid, Timestamp, Version};
use freehold_ports::persistence::PersistenceError;
use sea_orm::{QueryResult, TryGetable};

use crate::persistence::error;

/// A row of `table`, known to people by one of its columns.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'row> {
    table: &'static str,
    identity: &'static str,
    columns: &'row QueryResult,
}

impl<'row> Row<'row> {
    /// A row of `table` that is known by its column `identity`.
    pub(crate) fn new(table: &'static str, identity: &'static str, columns: &'row QueryResult) -> Self {
        Self { table, identity, columns }
    }

    /// A value that needs no check.
    pub(crate) fn get<T: TryGetable>(self, column: &str) -> Result<T, PersistenceError> {
        self.columns.try_get("", column).map_err(|error| self.corrupt(column, error::in_full(&error)))
    }

    /// A value with a text of its own.
    pub(crate) fn parse<T: FromStr<Err: Display>>(self, column: &str) -> Result<T, PersistenceError> {
        self.get::<String>(column)?.parse().map_err(|error| self.corrupt(column, error))
    }

    /// A value with a text of its own that may be absent.
    pub(crate) fn parse_optional<T: FromStr<Err: Display>>(
        self,
        column: &str,
    ) -> Result<Option<T>, PersistenceError> {
        let text = self.get::<Option<String>>(column)?;
        text.map(|text| text.parse().map_err(|error| self.corrupt(column, error))).transpose()
    }

    /// The uid in column `name` of the row whose number is in column `number`, if there is a number.
    pub(crate) fn reference<T: FromStr<Err: Display>>(
        self,
        number: &str,
        name: &str,
    ) -> Result<Option<T>, PersistenceError> {
        self.get::<Option<i64>>(number)?.map(|_| self.parse(name)).transpose()
    }

    /// A point in time.
    pub(crate) fn time(self, column: &str) -> Result<Timestamp, PersistenceError> {
        let microseconds = self.get::<i64>(column)?;
        self.valid(column, Timestamp::from_timestamp_micros(microseconds), "not a point in time")
    }

    /// A point in time that may be absent.
    pub(crate) fn optional_time(self, column: &str) -> Result<Option<Timestamp>, PersistenceError> {
        self.get::<Option<i64>>(column)?.map(|_| self.time(column)).transpose()
    }

    /// A number that is never negative.
    pub(crate) fn unsigned<T: TryFrom<i64>>(self, column: &str) -> Result<T, PersistenceError> {
        self.valid(column, T::try_from(self.get(column)?).ok(), "out of range")
    }

    /// The version with the number in this column, if there is one.
    pub(crate) fn version(self, column: &str) -> Result<Option<Version>, PersistenceError> {
        if self.get::<Option<i64>>(column)?.is_none() {
            return Ok(None);
        }
        self.valid(column, Version::from_number(self.unsigned(column)?), "no version has this number")
            .map(Some)
    }

    /// The hash whose algorithm and digest are in these columns.
    pub(crate) fn hash(self, algorithm: &str, digest: &str) -> Result<ContentHash, PersistenceError> {
        let bytes = self.get::<Vec<u8>>(digest)?;
        let hash = ContentHash::from_bytes(self.parse(algorithm)?, &bytes).ok();
        self.valid(digest, hash, "not a hash of the algorithm that is recorded with it")
    }

    /// The provenance in the columns of the same names and `run_id`, except for the previous runs, which have a table of their own.
    pub(crate) fn provenance(self, previous_runs: Vec<RunUid>) -> Result<Provenance, PersistenceError> {
        Ok(Provenance::recorded(
            self.time("created_at")?,
            self.parse("created_by")?,
            self.reference("run_id", "run")?,
            self.time("updated_at")?,
            previous_runs,
        ))
    }

    /// The value, unless there is none for the reason given.
    pub(crate) fn valid<T>(
        self,
        column: &str,
        value: Option<T>,
        reason: &str,
    ) -> Result<T, PersistenceError> {
        value.ok_or_else(|| self.corrupt(column, reason))
    }

    /// The error that says what is wrong with a column of this row.
    pub(crate) fn corrupt(self, column: &str, reason: impl Display) -> PersistenceError {
        let id: String =
            self.columns.try_get("", self.identity).unwrap_or_else(|_| "without identity".to_owned());
        error::corrupt(self.table, id, format!("column {column}: {reason}"))
    }
}
