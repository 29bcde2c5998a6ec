//! Registries to arrange with.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use freehold_domain::DatabaseUrl;
use freehold_ports::persistence::{AccessMode, Databases, Persistence, PersistenceError};
use freehold_sea_orm::SeaOrmDatabases;
use freehold_test_servers::postgres::{FreshDatabase, PostgresServer};

pub(crate) use crate::records::*;

/// A database of its own.
pub(crate) struct Place {
    pub(crate) database: FreshDatabase,
    pub(crate) url: DatabaseUrl,
}

impl Place {
    /// An empty database on the server of the test run.
    pub(crate) fn new() -> Self {
        Self::on(PostgresServer::of_test_run().unwrap())
    }

    /// An empty database on a server.
    pub(crate) fn on(server: &PostgresServer) -> Self {
        let database = server.fresh_database().unwrap();
        let url = database.url().parse().unwrap();
        Self { database, url }
    }

    /// A place with a registry of a few records, which nobody has open.
    pub(crate) async fn with_registry() -> Self {
        Self::with_registry_on(PostgresServer::of_test_run().unwrap()).await
    }

    /// The same on a server.
    pub(crate) async fn with_registry_on(server: &PostgresServer) -> Self {
        let place = Self::on(server);
        let registry = place.create().await;
        record_basics(registry.as_ref()).await;
        registry.close().await.unwrap();
        place
    }

    pub(crate) async fn create(&self) -> Arc<dyn Persistence> {
        databases().create(&self.url).await.unwrap()
    }

    pub(crate) async fn open(&self, mode: AccessMode) -> Result<Arc<dyn Persistence>, PersistenceError> {
        databases().open(&self.url, mode).await
    }

    /// The database's URL, by this role.
    pub(crate) fn url_of(&self, role: &str) -> DatabaseUrl {
        self.database.url_of(role).parse().unwrap()
    }

    /// Runs statements as the administrator.
    pub(crate) fn run(&self, statements: &str) -> Vec<Option<String>> {
        self.database.run(statements).unwrap()
    }

    /// The first column of the only row of a query.
    pub(crate) fn value(&self, query: &str) -> String {
        self.run(query).remove(0).unwrap()
    }

    /// Ends all sessions with the database but the one that asks.
    pub(crate) fn end_sessions(&self) {
        self.run(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        );
    }

    /// Everything that the database holds in its schemas, by kind and name.
    pub(crate) fn objects(&self) -> Vec<Option<String>> {
        self.run(
            "SELECT format('%s %s.%s', relkind, nspname, relname) FROM pg_class \
             JOIN pg_namespace ON pg_namespace.oid = relnamespace \
             WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY 1",
        )
    }
}

/// Databases whose users wait as long as they usually do.
pub(crate) fn databases() -> SeaOrmDatabases {
    SeaOrmDatabases::new()
}

/// Databases whose users do not wait long for others.
pub(crate) fn impatient() -> SeaOrmDatabases {
    SeaOrmDatabases::new().with_patience(Duration::from_secs(1))
}

/// What an error says with all its causes.
pub(crate) fn in_full(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
