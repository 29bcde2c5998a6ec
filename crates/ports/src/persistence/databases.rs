//! Metadata databases: made, opened and destroyed.

use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use freehold_domain::DatabaseUrl;

use super::{AccessMode, Persistence, PersistenceError};

/// The metadata databases that this machine can reach.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Databases: Debug + Send + Sync {
    /// Opens the database for writing, makes it if it is absent, and brings its schema up to date. For SQLite the folder
    /// of the file is made, too.
    ///
    /// # Idempotency
    /// A registry that is there is opened as it is; two processes that create at once both succeed.
    ///
    /// # Errors
    /// `NotARegistry` when something else is there, `SchemaTooNew`, `ReadOnly` or `NotWritable` when the place cannot be written, `Unavailable`,
    /// `UnsupportedDatabase`.
    async fn create(&self, url: &DatabaseUrl) -> Result<Arc<dyn Persistence>, PersistenceError>;

    /// Opens a database that is there. A schema older than the program's is brought up to date in [`AccessMode::Write`].
    ///
    /// With [`AccessMode::Read`] nothing at all is written at the place, not even beside the database.
    ///
    /// # Errors
    /// `DatabaseMissing` (it is never created), `NotARegistry`, `SchemaTooNew`, `SchemaOutdated`, `NeedsRecovery` (reading only), `ReadOnly`, `Unavailable`,
    /// `UnsupportedDatabase`.
    async fn open(
        &self,
        url: &DatabaseUrl,
        mode: AccessMode,
    ) -> Result<Arc<dyn Persistence>, PersistenceError>;

    /// Destroys the database with all its records, and says whether there was one.
    ///
    /// # Idempotency
    /// An absent database is success.
    ///
    /// # Errors
    /// `NotARegistry` when something else is there: then nothing is removed. `Conflict` when others have it open and the backend
    /// can tell.
    async fn destroy(&self, url: &DatabaseUrl) -> Result<bool, PersistenceError>;
}
