//! Sessions of other processes that change blobs at this moment, by what they announced.

use std::collections::BTreeSet;

use freehold_domain::{SessionUid, StorageUid};
use freehold_ports::persistence::{PageRequest, PersistenceError};
use freehold_ports::system::LivenessError;

use crate::list_storages::PAGE;
use crate::{Registry, Transaction, UseCaseError};

/// Whether a live session, other than that of this process, has announced a change at a location.
pub(crate) async fn others_write_to<E>(registry: &Registry, storage: StorageUid) -> Result<bool, E>
where
    E: UseCaseError + From<PersistenceError> + From<LivenessError>,
{
    let mut sessions: BTreeSet<SessionUid> = BTreeSet::new();
    let mut request = PageRequest::first(PAGE);
    loop {
        let page = registry
            .reading(|| {
                async |transaction: &mut Transaction| transaction.intents().list(None, &request).await
            })
            .await?;
        sessions.extend(
            page.items.iter().filter(|intent| intent.storage == storage).map(|intent| intent.session),
        );
        match page.next {
            Some(next) => request.after = Some(next),
            None => break,
        }
    }
    let own = registry.begun_session().await;
    for session in sessions.into_iter().filter(|session| Some(*session) != own) {
        if registry.host.liveness.is_alive(&registry.database, session).await? {
            return Ok(true);
        }
    }
    Ok(false)
}
