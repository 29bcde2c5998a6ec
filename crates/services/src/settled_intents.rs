//! Intents whose change has come about: they are dropped.

use std::collections::BTreeSet;

use freehold_domain::{ArtifactUid, IntentKind, IntentUid, SessionUid};
use freehold_ports::persistence::{PageRequest, PersistenceError};

use crate::Transaction;
use crate::list_storages::PAGE;

/// Drops what `session` announced of this kind for these artifacts, also in attempts that failed before.
pub(crate) async fn drop_intents(
    transaction: &mut Transaction,
    session: SessionUid,
    kind: IntentKind,
    artifacts: &BTreeSet<ArtifactUid>,
) -> Result<(), PersistenceError> {
    let mut settled: Vec<IntentUid> = Vec::new();
    let mut request = PageRequest::first(PAGE);
    loop {
        let page = transaction.intents().list(Some(session), &request).await?;
        let here =
            page.items.iter().filter(|intent| intent.kind == kind && artifacts.contains(&intent.artifact));
        settled.extend(here.map(|intent| intent.uid));
        match page.next {
            Some(next) => request.after = Some(next),
            None => break,
        }
    }
    transaction.intents().delete_many(&settled).await.map(|_| ())
}
