//! Databases by their URLs.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use freehold_domain::DatabaseUrl;
use freehold_ports::persistence::{AccessMode, Databases, Persistence, PersistenceError};

use super::unit_of_work::{SeaOrmPersistence, runtime};
use crate::sqlite::place::Place;
use crate::sqlite::{destroy, open};

/// SQLite counts the milliseconds of a wait in 32 bits.
const LONGEST_PATIENCE: Duration = Duration::from_hours(24);

/// Registries in databases, by SeaORM: SQLite files.
///
/// Every call needs a Tokio runtime with timers.
///
/// ```
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

    /// The same, where whoever finds others in the way waits for `patience`, at most a day, before it fails with `Conflict`.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience: patience.min(LONGEST_PATIENCE) }
    }

    /// The file of an SQLite database.
    fn place(self, url: &DatabaseUrl) -> Result<Place, PersistenceError> {
        runtime()?;
        match url.sqlite_path() {
            Some(path) => Ok(Place::new(path, url.to_string(), self.patience)),
            None => Err(PersistenceError::UnsupportedDatabase { database: url.to_string() }),
        }
    }
}

#[async_trait]
impl Databases for SeaOrmDatabases {
    async fn create(&self, url: &DatabaseUrl) -> Result<Arc<dyn Persistence>, PersistenceError> {
        Ok(Arc::new(SeaOrmPersistence::new(open::create(&self.place(url)?).await?)))
    }

    async fn open(
        &self,
        url: &DatabaseUrl,
        mode: AccessMode,
    ) -> Result<Arc<dyn Persistence>, PersistenceError> {
        let place = self.place(url)?;
        Ok(match mode {
            AccessMode::Read => Arc::new(SeaOrmPersistence::new(open::for_reading(&place).await?)),
            AccessMode::Write => Arc::new(SeaOrmPersistence::new(open::for_writing(&place).await?)),
        })
    }

    async fn destroy(&self, url: &DatabaseUrl) -> Result<bool, PersistenceError> {
        destroy::destroy(&self.place(url)?).await
    }
}
