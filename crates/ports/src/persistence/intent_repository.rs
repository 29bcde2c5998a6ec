//! Intents: changes of blobs that were announced and are not finished.

use async_trait::async_trait;
use freehold_domain::{Intent, IntentUid, SessionUid};

use super::{Page, PageRequest, PersistenceError};

/// Intents: changes of blobs that were announced and are not finished.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait IntentRepository: Send {
    /// Adds intents.
    ///
    /// # Errors
    /// `AlreadyExists` when a uid is taken; `NotFound` when the storage location is not recorded.
    async fn insert_many(&mut self, intents: &[Intent]) -> Result<(), PersistenceError>;

    /// Removes intents and says how many there were.
    async fn delete_many(&mut self, uids: &[IntentUid]) -> Result<u64, PersistenceError>;

    /// Lists intents by uid, of one session or of all.
    async fn list(
        &mut self,
        session: Option<SessionUid>,
        page: &PageRequest,
    ) -> Result<Page<Intent>, PersistenceError>;

    /// Gives every session that has intents, each once.
    async fn sessions(&mut self) -> Result<Vec<SessionUid>, PersistenceError>;
}
