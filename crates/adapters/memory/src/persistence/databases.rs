//! Databases in memory: one registry for each URL.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use freehold_domain::DatabaseUrl;
use freehold_ports::persistence::{AccessMode, Databases, Persistence, PersistenceError};

use super::error::conflict;
use super::registry::{MemoryPersistence, Registry};
use super::state::State;

/// Databases in memory: one registry for each URL, of whatever kind the URL is.
///
/// Clones share their registries. Units that write wait for one another; units that read see the state that was
/// committed when they began, and wait for nobody. A unit that writes copies each table that it changes, so its cost grows
/// with the registry.
///
/// ```
/// use freehold_memory::MemoryDatabases;
/// use freehold_ports::persistence::{AccessMode, Databases, PersistenceError};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let databases = MemoryDatabases::new();
/// let url = "postgres://lab@db.example/books".parse()?;
/// let missing = databases.open(&url, AccessMode::Read).await;
/// assert!(matches!(missing, Err(PersistenceError::DatabaseMissing { .. })));
///
/// let registry = databases.create(&url).await?;
/// assert_eq!(registry.begin(AccessMode::Read).await?.instance().find().await?, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct MemoryDatabases(Arc<Mutex<HashMap<DatabaseUrl, Arc<Registry>>>>);

impl fmt::Debug for MemoryDatabases {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.registries().keys()).finish()
    }
}

impl MemoryDatabases {
    /// No database as yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Copies the registry at `from` to `to`, as somebody copies a file, and says whether there was one. The copy has a fingerprint of its own.
    #[must_use = "where there is no registry, nothing is copied"]
    pub fn copy(&self, from: &DatabaseUrl, to: &DatabaseUrl) -> bool {
        self.keep(from).is_some_and(|backup| {
            self.registries().insert(to.clone(), Arc::new(Registry::holding(backup.0)));
            true
        })
    }

    /// Keeps what the registry at `url` holds, if there is one.
    #[must_use]
    pub fn keep(&self, url: &DatabaseUrl) -> Option<Backup> {
        self.registries().get(url).map(|registry| Backup(registry.snapshot()))
    }

    /// Puts back what was kept, into the registry that is at `url` still: its fingerprint stays. Says whether there is one.
    #[must_use = "where there is no registry, nothing is put back"]
    pub fn put_back(&self, url: &DatabaseUrl, backup: &Backup) -> bool {
        self.registries().get(url).map(|registry| registry.commit(backup.0.clone())).is_some()
    }

    fn registries(&self) -> MutexGuard<'_, HashMap<DatabaseUrl, Arc<Registry>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a registry held at some moment.
#[derive(Debug, Clone)]
pub struct Backup(State);

#[async_trait]
impl Databases for MemoryDatabases {
    async fn create(&self, url: &DatabaseUrl) -> Result<Arc<dyn Persistence>, PersistenceError> {
        let registry = Arc::clone(
            self.registries()
                .entry(url.clone())
                .or_insert_with(|| Arc::new(Registry::holding(State::default()))),
        );
        Ok(Arc::new(MemoryPersistence::new(registry, AccessMode::Write)))
    }

    async fn open(
        &self,
        url: &DatabaseUrl,
        mode: AccessMode,
    ) -> Result<Arc<dyn Persistence>, PersistenceError> {
        match self.registries().get(url) {
            Some(registry) => Ok(Arc::new(MemoryPersistence::new(Arc::clone(registry), mode))),
            None => Err(PersistenceError::DatabaseMissing { database: url.to_string() }),
        }
    }

    /// Destroys a registry; handles that are still open on it fail with `Unavailable` from then on.
    ///
    /// # Errors
    /// `Conflict` while a unit of work is under way.
    async fn destroy(&self, url: &DatabaseUrl) -> Result<bool, PersistenceError> {
        let mut registries = self.registries();
        let Some(registry) = registries.get(url) else { return Ok(false) };
        let Some(_nobody_begins) = registry.destroy() else {
            return Err(conflict("a unit of work is under way on the registry"));
        };
        registries.remove(url);
        Ok(true)
    }
}
