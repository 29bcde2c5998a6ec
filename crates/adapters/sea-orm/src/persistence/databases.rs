//! Databases by their URLs.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
use freehold_domain::DatabaseKind;
use freehold_domain::DatabaseUrl;
use freehold_ports::persistence::{AccessMode, Databases, Persistence, PersistenceError};

#[cfg(any(feature = "sqlite", feature = "postgres"))]
use super::unit_of_work::{SeaOrmPersistence, runtime};
#[cfg(feature = "postgres")]
use crate::postgres;
#[cfg(feature = "sqlite")]
use crate::sqlite;

/// SQLite and Postgres count the milliseconds of a wait in 32 bits.
const LONGEST_PATIENCE: Duration = Duration::from_hours(24);

/// Registries in databases, by SeaORM: SQLite files, and schemas on Postgres servers.
///
/// Every call needs a Tokio runtime with timers (and with network input and output, for Postgres).
///
#[cfg_attr(feature = "sqlite", doc = "```")]
#[cfg_attr(not(feature = "sqlite"), doc = "```ignore")]
/// use freehold_ports::persistence::{AccessMode, Databases, PersistenceError};
/// use freehold_sea_orm::SeaOrmDatabases;
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("books.db");
/// let databases = SeaOrmDatabases::new();
/// let url = freehold_domain::DatabaseUrl::sqlite(&path)?;
/// let missing = databases.open(&url, AccessMode::Read).await;
/// assert!(matches!(missing, Err(PersistenceError::DatabaseMissing { .. })));
///
/// let registry = databases.create(&url).await?;
/// assert_eq!(registry.begin(AccessMode::Read).await?.instance().find().await?, None);
/// registry.close().await?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct SeaOrmDatabases {
    #[cfg_attr(
        not(any(feature = "sqlite", feature = "postgres")),
        expect(dead_code, reason = "no database is known")
    )]
    patience: Duration,
}

impl Default for SeaOrmDatabases {
    fn default() -> Self {
        Self { patience: Duration::from_secs(30) }
    }
}

impl SeaOrmDatabases {
    /// The databases that this machine can reach. Whoever finds others in the way waits for 30 seconds.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same, where whoever finds others in the way waits for `patience`, at most a day, before it fails with `Conflict`. A
    /// server that is out of reach is waited for as long, once the registry is open.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience: patience.min(LONGEST_PATIENCE) }
    }

    /// The file of an SQLite database.
    #[cfg(feature = "sqlite")]
    fn file(self, url: &DatabaseUrl) -> Result<sqlite::place::Place, PersistenceError> {
        runtime()?;
        let path = url.sqlite_path().ok_or_else(|| unsupported(url))?;
        Ok(sqlite::place::Place::new(path, url.to_string(), self.patience))
    }

    /// The database on a Postgres server.
    #[cfg(feature = "postgres")]
    fn server(self, url: &DatabaseUrl) -> Result<postgres::place::Place, PersistenceError> {
        runtime()?;
        postgres::place::Place::new(url, self.patience)
    }
}

#[async_trait]
impl Databases for SeaOrmDatabases {
    async fn create(&self, url: &DatabaseUrl) -> Result<Arc<dyn Persistence>, PersistenceError> {
        match url.kind() {
            #[cfg(feature = "sqlite")]
            DatabaseKind::Sqlite => {
                Ok(Arc::new(SeaOrmPersistence::new(sqlite::open::create(&self.file(url)?).await?)))
            }
            #[cfg(feature = "postgres")]
            DatabaseKind::Postgres => {
                Ok(Arc::new(SeaOrmPersistence::new(postgres::open::create(&self.server(url)?).await?)))
            }
            #[cfg(not(all(feature = "sqlite", feature = "postgres")))]
            _ => Err(unsupported(url)),
        }
    }

    async fn open(
        &self,
        url: &DatabaseUrl,
        mode: AccessMode,
    ) -> Result<Arc<dyn Persistence>, PersistenceError> {
        match (url.kind(), mode) {
            #[cfg(feature = "sqlite")]
            (DatabaseKind::Sqlite, AccessMode::Read) => {
                Ok(Arc::new(SeaOrmPersistence::new(sqlite::open::for_reading(&self.file(url)?).await?)))
            }
            #[cfg(feature = "sqlite")]
            (DatabaseKind::Sqlite, AccessMode::Write) => {
                Ok(Arc::new(SeaOrmPersistence::new(sqlite::open::for_writing(&self.file(url)?).await?)))
            }
            #[cfg(feature = "postgres")]
            (DatabaseKind::Postgres, AccessMode::Read) => {
                Ok(Arc::new(SeaOrmPersistence::new(postgres::open::for_reading(&self.server(url)?).await?)))
            }
            #[cfg(feature = "postgres")]
            (DatabaseKind::Postgres, AccessMode::Write) => {
                Ok(Arc::new(SeaOrmPersistence::new(postgres::open::for_writing(&self.server(url)?).await?)))
            }
            #[cfg(not(all(feature = "sqlite", feature = "postgres")))]
            _ => Err(unsupported(url)),
        }
    }

    async fn destroy(&self, url: &DatabaseUrl) -> Result<bool, PersistenceError> {
        match url.kind() {
            #[cfg(feature = "sqlite")]
            DatabaseKind::Sqlite => sqlite::destroy::destroy(&self.file(url)?).await,
            #[cfg(feature = "postgres")]
            DatabaseKind::Postgres => postgres::destroy::destroy(&self.server(url)?).await,
            #[cfg(not(all(feature = "sqlite", feature = "postgres")))]
            _ => Err(unsupported(url)),
        }
    }
}

fn unsupported(url: &DatabaseUrl) -> PersistenceError {
    PersistenceError::UnsupportedDatabase { database: url.to_string() }
}
