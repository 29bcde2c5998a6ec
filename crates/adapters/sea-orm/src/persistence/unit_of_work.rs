//! Units of work: one transaction each.

use std::fmt;

use async_trait::async_trait;
use freehold_domain::DatabaseFingerprint;
use freehold_ports::persistence::{
    AccessMode, ArtifactRepository, FamilyRepository, InstanceRepository, IntentRepository,
    LineageRepository, Persistence, PersistenceError, RunRepository, StorageRepository, TransformRepository,
    UnitOfWork, UserRepository,
};
use sea_orm::DatabaseTransaction;
use tokio::runtime::Handle;

use super::error;
use crate::connection::Connection;
use crate::registry::{Begun, Condition, Hold, Registry};

/// The records of one registry in a database.
#[derive(Debug)]
pub(super) struct SeaOrmPersistence(Box<dyn Registry>);

impl SeaOrmPersistence {
    pub(super) fn new(registry: impl Registry + 'static) -> Self {
        Self(Box::new(registry))
    }
}

#[async_trait]
impl Persistence for SeaOrmPersistence {
    async fn begin(&self, mode: AccessMode) -> Result<Box<dyn UnitOfWork>, PersistenceError> {
        let runtime = runtime()?;
        let Begun { transaction, condition, hold } = self.0.begin(mode).await?;
        let transaction = Some(transaction);
        Ok(Box::new(SeaOrmUnitOfWork { transaction, condition, hold, mode, is_ended: false, runtime }))
    }

    async fn fingerprint(&self) -> Result<DatabaseFingerprint, PersistenceError> {
        runtime()?;
        self.0.fingerprint().await
    }

    async fn close(&self) -> Result<(), PersistenceError> {
        runtime()?;
        self.0.close().await
    }
}

/// The runtime that the database driver needs; without one it would panic.
pub(super) fn runtime() -> Result<Handle, PersistenceError> {
    Handle::try_current().map_err(error::unavailable)
}

/// A unit of work. The repositories are implemented on it.
pub(super) struct SeaOrmUnitOfWork {
    /// Present until the unit is committed or rolled back.
    transaction: Option<DatabaseTransaction>,
    condition: Option<Box<dyn Condition>>,
    hold: Option<Box<dyn Hold>>,
    mode: AccessMode,
    is_ended: bool,
    runtime: Handle,
}

impl SeaOrmUnitOfWork {
    /// Begins a call that reads.
    ///
    /// Until [`settle`](Self::settle) says that the call went well, the unit counts as ended: a call that is given up half
    /// way ends it, too.
    pub(super) fn reading(&mut self) -> Result<Connection<'_>, PersistenceError> {
        match &self.transaction {
            Some(transaction) if !self.is_ended => {
                self.is_ended = true;
                Ok(Connection::new(transaction))
            }
            Some(_) | None => Err(PersistenceError::Aborted),
        }
    }

    /// Begins a call that changes something.
    pub(super) fn writing(&mut self) -> Result<Connection<'_>, PersistenceError> {
        let mode = self.mode;
        let connection = self.reading()?;
        match mode {
            AccessMode::Read => Err(PersistenceError::ReadOnly),
            AccessMode::Write => Ok(connection),
        }
    }

    /// Ends a call, and the whole unit with it if the call failed.
    pub(super) fn settle<T>(&mut self, result: Result<T, PersistenceError>) -> Result<T, PersistenceError> {
        if let Some(condition) = &self.condition {
            condition.check()?;
        }
        self.is_ended = result.is_err();
        result
    }
}

impl fmt::Debug for SeaOrmUnitOfWork {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { transaction: _, condition, hold: _, mode, is_ended, runtime: _ } = self;
        formatter
            .debug_struct("SeaOrmUnitOfWork")
            .field("mode", mode)
            .field("is_ended", is_ended)
            .field("condition", condition)
            .finish_non_exhaustive()
    }
}

impl Drop for SeaOrmUnitOfWork {
    fn drop(&mut self) {
        // Tasks are spawned to give connections back, which would panic outside of the runtime.
        let _inside = self.runtime.enter();
        drop(self.transaction.take());
        drop(self.hold.take());
    }
}

/// Rolls back. Where that fails, the connection is closed instead of used again, and the database rolls back by itself.
async fn roll_back(transaction: Option<DatabaseTransaction>) {
    let Some(transaction) = transaction else { return };
    if let Err(error) = transaction.rollback().await {
        tracing::debug!(%error, "the connection is given up instead of rolled back");
    }
}

#[async_trait]
impl UnitOfWork for SeaOrmUnitOfWork {
    fn instance(&mut self) -> &mut dyn InstanceRepository {
        self
    }

    fn users(&mut self) -> &mut dyn UserRepository {
        self
    }

    fn storages(&mut self) -> &mut dyn StorageRepository {
        self
    }

    fn transforms(&mut self) -> &mut dyn TransformRepository {
        self
    }

    fn runs(&mut self) -> &mut dyn RunRepository {
        self
    }

    fn lineage(&mut self) -> &mut dyn LineageRepository {
        self
    }

    fn families(&mut self) -> &mut dyn FamilyRepository {
        self
    }

    fn artifacts(&mut self) -> &mut dyn ArtifactRepository {
        self
    }

    fn intents(&mut self) -> &mut dyn IntentRepository {
        self
    }

    async fn commit(mut self: Box<Self>) -> Result<(), PersistenceError> {
        match self.transaction.take() {
            Some(transaction) if !self.is_ended => transaction.commit().await.map_err(error::of_commit),
            transaction => {
                roll_back(transaction).await;
                Err(PersistenceError::Aborted)
            }
        }
    }

    async fn rollback(mut self: Box<Self>) -> Result<(), PersistenceError> {
        roll_back(self.transaction.take()).await;
        Ok(())
    }
}
