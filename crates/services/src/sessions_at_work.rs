//! Sessions of other processes that change blobs at this moment, by what they announced.

use std::collections::BTreeSet;

use freehold_domain::{SessionUid, StorageUid};
use freehold_ports::persistence::{PageRequest, PersistenceError};
use freehold_ports::system::LivenessError;

use crate::list_storages::PAGE;
use crate::{Registry, Transaction};

/// Sessions that announce nothing more: those that have ended, of which none comes back, and that of this process.
///
/// A unit of work asks which [others](Self::others) have announced something; those are looked at [outside](Self::have_ended) of it, since that takes time,
/// and then the unit is begun again.
#[derive(Debug)]
pub(crate) struct EndedSessions(BTreeSet<SessionUid>);

impl EndedSessions {
    pub(crate) async fn of(registry: &Registry) -> Self {
        Self(registry.begun_session().await.into_iter().collect())
    }

    /// The sessions that may be alive and have announced a change, at one location or anywhere.
    pub(crate) async fn others(
        &self,
        transaction: &mut Transaction,
        storage: Option<StorageUid>,
    ) -> Result<BTreeSet<SessionUid>, PersistenceError> {
        let mut sessions = BTreeSet::new();
        match storage {
            None => sessions.extend(transaction.intents().sessions().await?),
            Some(storage) => {
                let mut request = PageRequest::first(PAGE);
                loop {
                    let page = transaction.intents().list(None, &request).await?;
                    let here = page.items.iter().filter(|intent| intent.storage == storage);
                    sessions.extend(here.map(|intent| intent.session));
                    match page.next {
                        Some(next) => request.after = Some(next),
                        None => break,
                    }
                }
            }
        }
        Ok(sessions.difference(&self.0).copied().collect())
    }

    /// Whether all of these sessions have ended.
    pub(crate) async fn have_ended(
        &mut self,
        registry: &Registry,
        sessions: BTreeSet<SessionUid>,
    ) -> Result<bool, LivenessError> {
        for session in sessions {
            if registry.host.liveness.is_alive(&registry.database, session).await? {
                return Ok(false);
            }
            self.0.insert(session);
        }
        Ok(true)
    }
}
