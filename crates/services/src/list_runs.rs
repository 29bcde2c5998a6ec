//! List the runs of an instance.

use freehold_domain::RunStatus;
use freehold_ports::persistence::{Cursor, Page, PageRequest, PersistenceError, RunFilter};

use crate::start_run::StartedRun;
use crate::{Registry, Transaction};

/// Which runs are wanted.
#[derive(Debug, Clone, Default)]
pub struct ListRuns {
    /// With this status.
    pub status: Option<RunStatus>,
    /// Where the listing goes on.
    pub after: Option<Cursor>,
    /// At most this many.
    pub limit: u32,
}

/// Lists one page of runs, the newest first, each with its transform.
///
/// # Errors
/// The registry cannot be read.
pub async fn list_runs(registry: &Registry, request: ListRuns) -> Result<Page<StartedRun>, PersistenceError> {
    let filter = RunFilter { transform: None, status: request.status };
    let page = PageRequest { after: request.after, limit: request.limit };
    registry
        .reading(|| {
            async |transaction: &mut Transaction| {
                let page = transaction.runs().list(&filter, &page).await?;
                let uids: Vec<_> = page.items.iter().map(freehold_domain::Run::transform).collect();
                let transforms = transaction.transforms().find_many(&uids).await?;
                let items = page.items.into_iter().filter_map(|run| {
                    let transform =
                        transforms.iter().find(|transform| transform.uid == run.transform())?.clone();
                    Some(StartedRun { run, transform })
                });
                Ok(Page { items: items.collect(), next: page.next })
            }
        })
        .await
}
