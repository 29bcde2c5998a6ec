//! Intents in memory.

use std::collections::BTreeSet;

use async_trait::async_trait;
use freehold_domain::{Intent, IntentUid, SessionUid};
use freehold_ports::persistence::{Entity, IntentRepository, Page, PageRequest, PersistenceError};

use super::error::already_exists;
use super::page::{cut, position};
use super::records::Records;

#[async_trait]
impl IntentRepository for Records {
    async fn insert_many(&mut self, intents: &[Intent]) -> Result<(), PersistenceError> {
        self.write(|state| {
            for intent in intents {
                state.require_storage(&intent.storage)?;
                let added = state.intents.insert(intent.uid, intent.clone());
                added.ok_or_else(|| already_exists(Entity::Intent, intent.uid))?;
            }
            Ok(())
        })
    }

    async fn delete_many(&mut self, uids: &[IntentUid]) -> Result<u64, PersistenceError> {
        self.write(|state| {
            let removed = uids.iter().filter(|uid| state.intents.remove(uid));
            Ok(removed.map(|_| 1).sum())
        })
    }

    async fn list(
        &mut self,
        session: Option<SessionUid>,
        page: &PageRequest,
    ) -> Result<Page<Intent>, PersistenceError> {
        self.read(|state| {
            let intents = state.intents.after_uid(position(page)?);
            let wanted =
                intents.filter(|(_, intent)| session.is_none_or(|session| intent.session == session));
            Ok(cut(page, wanted.map(|(uid, intent)| (uid, intent.clone()))))
        })
    }

    async fn sessions(&mut self) -> Result<Vec<SessionUid>, PersistenceError> {
        self.read(|state| {
            let sessions: BTreeSet<SessionUid> =
                state.intents.records().map(|intent| intent.session).collect();
            Ok(sessions.into_iter().collect())
        })
    }
}
