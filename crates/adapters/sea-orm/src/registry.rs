//! What each kind of database gives to units of work.

use std::fmt::Debug;

use async_trait::async_trait;
use freehold_domain::DatabaseFingerprint;
use freehold_ports::persistence::{AccessMode, PersistenceError};
use sea_orm::DatabaseTransaction;

/// An opened registry of any kind of database.
#[async_trait]
pub(crate) trait Registry: Debug + Send + Sync {
    /// Begins a transaction.
    async fn begin(&self, mode: AccessMode) -> Result<Begun, PersistenceError>;

    /// What tells this database from every copy of it.
    async fn fingerprint(&self) -> Result<DatabaseFingerprint, PersistenceError>;

    /// Waits for every transaction and lets go of every connection. Later transactions cannot begin.
    async fn close(&self) -> Result<(), PersistenceError>;
}

/// A transaction that has just begun.
#[derive(Debug)]
pub(crate) struct Begun {
    pub(crate) transaction: DatabaseTransaction,
    /// What must hold after each statement for its answer to be believed, if the database does not see to it.
    pub(crate) condition: Option<Box<dyn Condition>>,
    /// What is to be let go of after the transaction, inside of the runtime.
    pub(crate) hold: Option<Box<dyn Hold>>,
}

/// Something that lasts as long as a transaction.
pub(crate) trait Hold: Debug + Send + Sync {}

/// What must hold for the answers of a database to be believed.
pub(crate) trait Condition: Debug + Send + Sync {
    /// Checks that it holds still.
    ///
    /// # Errors
    /// `Conflict` when it does not.
    fn check(&self) -> Result<(), PersistenceError>;
}
