//! An opened registry.

use async_trait::async_trait;
use freehold_domain::DatabaseFingerprint;
use freehold_ports::persistence::{AccessMode, PersistenceError};

use super::fingerprint;
use super::pool::{Pool, Purpose};
use crate::persistence::error::of_database;
use crate::registry::{Begun, Registry};

/// An opened registry.
///
/// All units of this handle that write share one session and wait for it in the order in which they came; against others
/// they hold the lock of those who write, from their beginning to their end.
#[derive(Debug)]
pub(crate) struct PostgresRegistry {
    /// Absent where the registry was opened for reading only.
    pub(super) writer: Option<Pool>,
    pub(super) readers: Pool,
}

#[async_trait]
impl Registry for PostgresRegistry {
    async fn begin(&self, mode: AccessMode) -> Result<Begun, PersistenceError> {
        let (transaction, turn) = match (mode, &self.writer) {
            (AccessMode::Read, _) => self.readers.begin(Purpose::Read).await?,
            (AccessMode::Write, Some(writer)) => writer.begin(Purpose::Write).await?,
            (AccessMode::Write, None) => return Err(PersistenceError::ReadOnly),
        };
        Ok(Begun { transaction, condition: None, hold: Some(Box::new(turn)) })
    }

    async fn fingerprint(&self) -> Result<DatabaseFingerprint, PersistenceError> {
        let (transaction, _turn) = self.readers.begin(Purpose::Look).await?;
        let found = fingerprint::of(&transaction).await;
        transaction.rollback().await.map_err(of_database)?;
        found
    }

    async fn close(&self) -> Result<(), PersistenceError> {
        self.readers.close().await;
        if let Some(writer) = &self.writer {
            writer.close().await;
        }
        Ok(())
    }
}
