//! A database on a server, as the place of a registry.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use freehold_domain::DatabaseUrl;
use freehold_ports::persistence::PersistenceError;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgConnection};
use sea_orm::sqlx::{self, ConnectOptions, Connection};

use super::state::{self, State};
use super::{parameters, session};
use crate::persistence::error::unavailable;

/// How long to wait for the answer to a question that only explains a failure.
const EXPLANATION: Duration = Duration::from_secs(2);

/// Where a registry is, or may be.
#[derive(Clone)]
pub(crate) struct Place {
    /// With the password: never shown.
    options: PgConnectOptions,
    /// The URL, for people.
    database: String,
    patience: Duration,
}

impl fmt::Debug for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { options: _, database, patience } = self;
        formatter
            .debug_struct("Place")
            .field("database", database)
            .field("patience", patience)
            .finish_non_exhaustive()
    }
}

impl Place {
    /// The place that the URL names, where one waits for others as long as `patience` says.
    pub(crate) fn new(url: &DatabaseUrl, patience: Duration) -> Result<Self, PersistenceError> {
        let options = session::options(parameters::read(&url.reveal())?, patience);
        Ok(Self { options, database: url.to_string(), patience })
    }

    /// How sessions are made. They hold the password: never show them.
    pub(super) fn options(&self) -> PgConnectOptions {
        self.options.clone()
    }

    /// How long to wait for others.
    pub(super) fn patience(&self) -> Duration {
        self.patience
    }

    /// What the server says to someone who comes just now, if that is a refusal and is said soon.
    pub(super) async fn refusal(&self) -> Option<PersistenceError> {
        match tokio::time::timeout(EXPLANATION, self.options.connect()).await {
            Ok(Err(error)) => Some(self.of_connecting(&error.into())),
            Ok(Ok(connection)) => {
                drop(PgConnection::close(connection).await);
                None
            }
            Err(_) => None,
        }
    }

    /// The meaning of an error of making a connection.
    pub(super) fn of_connecting(&self, error: &Arc<sqlx::Error>) -> PersistenceError {
        match state::of(error) {
            Some(State::InvalidCatalogName) => self.missing(),
            Some(_) | None => unavailable(Arc::clone(error)),
        }
    }

    pub(super) fn missing(&self) -> PersistenceError {
        PersistenceError::DatabaseMissing { database: self.database.clone() }
    }

    pub(super) fn not_a_registry(&self, reason: impl Into<String>) -> PersistenceError {
        PersistenceError::NotARegistry { database: self.database.clone(), reason: reason.into() }
    }

    pub(super) fn not_writable(&self, reason: impl Into<String>) -> PersistenceError {
        PersistenceError::NotWritable { database: self.database.clone(), reason: reason.into() }
    }

    pub(super) fn schema_outdated(&self) -> PersistenceError {
        PersistenceError::SchemaOutdated { database: self.database.clone() }
    }

    pub(super) fn schema_too_new(&self, found: String, supported: String) -> PersistenceError {
        PersistenceError::SchemaTooNew { database: self.database.clone(), found, supported }
    }
}
