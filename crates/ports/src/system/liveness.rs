//! Whether a session is alive, decided by a lock and never by a clock.

use std::fmt::Debug;

use async_trait::async_trait;
use freehold_domain::{DatabaseUrl, SessionUid};

/// Why liveness could not be told.
#[derive(Debug, thiserror::Error)]
pub enum LivenessError {
    /// The session is alive already, here or in another process.
    #[error("session {session} is alive already")]
    Taken {
        /// The session.
        session: SessionUid,
    },
    /// The lock could not be made or looked at.
    #[error("the lock of session {session} cannot be used")]
    Lock {
        /// The session.
        session: SessionUid,
        /// What the system said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// A session that lives as long as this value: the operating system or the database lets go of the lock when the process
/// dies, however it dies.
pub trait SessionLock: Debug + Send + Sync {}

/// Liveness of the sessions that write to a registry, by locks beside or in its database.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Liveness: Debug + Send + Sync {
    /// Begins a session on the registry at `database`. It ends when the value is dropped or the process dies.
    ///
    /// # Errors
    /// `Taken` when the session is alive already.
    async fn begin(
        &self,
        database: &DatabaseUrl,
        session: SessionUid,
    ) -> Result<Box<dyn SessionLock>, LivenessError>;

    /// Says whether a session on that registry is alive. One that never began is not.
    async fn is_alive(&self, database: &DatabaseUrl, session: SessionUid) -> Result<bool, LivenessError>;
}
