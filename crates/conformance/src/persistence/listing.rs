//! Every paged listing of a registry, walked in the same way.

use std::collections::BTreeSet;

use freehold_domain::{RunUid, SessionUid};
use freehold_ports::persistence::{
    ArtifactFilter, ArtifactOrder, Cursor, Page, PageRequest, PersistenceError, RunFilter, UnitOfWork,
};

use crate::case::{Failure, Outcome, ensure, ensure_equal};

/// A listing that comes in pages.
#[derive(Debug, Clone)]
pub(super) enum Listing {
    Users,
    Storages,
    Transforms,
    Runs(RunFilter),
    Inputs(RunUid),
    Outputs(RunUid),
    Artifacts(ArtifactFilter, ArtifactOrder),
    Intents(Option<SessionUid>),
}

/// A page of uids.
pub(super) type UidPage = Page<String>;

impl Listing {
    /// The listings that name no record, each of all there is.
    pub(super) fn whole_registry() -> Vec<Self> {
        let artifacts = |order| Self::Artifacts(every_artifact(), order);
        vec![
            Self::Users,
            Self::Storages,
            Self::Transforms,
            Self::Runs(RunFilter::default()),
            artifacts(ArtifactOrder::Key),
            artifacts(ArtifactOrder::Newest),
            Self::Intents(None),
        ]
    }

    /// One page of it, as uids.
    pub(super) async fn page(
        &self,
        unit: &mut dyn UnitOfWork,
        after: Option<Cursor>,
        limit: u32,
    ) -> Result<UidPage, PersistenceError> {
        let request = PageRequest { after, limit };
        Ok(match self {
            Self::Users => uids(unit.users().list(&request).await?, |user| user.uid.to_string()),
            Self::Storages => {
                uids(unit.storages().list(&request).await?, |storage| storage.uid().to_string())
            }
            Self::Transforms => {
                uids(unit.transforms().list(&request).await?, |transform| transform.uid.to_string())
            }
            Self::Runs(filter) => {
                uids(unit.runs().list(filter, &request).await?, |run| run.uid().to_string())
            }
            Self::Inputs(run) => uids(unit.lineage().inputs(run, &request).await?, ToString::to_string),
            Self::Outputs(run) => uids(unit.lineage().outputs(run, &request).await?, ToString::to_string),
            Self::Artifacts(filter, order) => {
                uids(unit.artifacts().list(filter, *order, &request).await?, |artifact| {
                    artifact.uid.to_string()
                })
            }
            Self::Intents(session) => {
                uids(unit.intents().list(*session, &request).await?, |intent| intent.uid.to_string())
            }
        })
    }

    /// All of it, in pages of `limit`. Ends the case when a page breaks the rules of pages.
    pub(super) async fn walk(&self, unit: &mut dyn UnitOfWork, limit: u32) -> Result<Vec<String>, Failure> {
        let mut walked = Vec::new();
        let mut seen = BTreeSet::new();
        let mut after = None;
        loop {
            let page = self.page(unit, after, limit).await?;
            let most = usize::try_from(limit.max(1))?;
            ensure!(
                page.items.len() <= most,
                "{self:?}: expected at most {most} records on a page, found {}",
                page.items.len()
            );
            ensure!(
                page.next.is_none() || !page.items.is_empty(),
                "{self:?} by {limit}: expected an empty page to be the last one"
            );
            for uid in &page.items {
                ensure!(seen.insert(uid.clone()), "{self:?} by {limit}: expected {uid} once, found it again");
            }
            walked.extend(page.items);
            match page.next {
                Some(cursor) => after = Some(cursor),
                None => return Ok(walked),
            }
        }
    }

    /// Ends the case unless the listing gives exactly these records in this order, for every limit.
    pub(super) async fn ensure_gives(&self, unit: &mut dyn UnitOfWork, expected: &[String]) -> Outcome {
        let count = u32::try_from(expected.len())?;
        for limit in 0..=count + 1 {
            let walked = self.walk(unit, limit).await?;
            ensure_equal(&format!("{self:?} by {limit}"), walked.as_slice(), expected)?;
            self.ensure_last_page_is_known(unit, count, limit).await?;
        }
        Ok(())
    }

    /// The page that holds the last record has no next one, also when it is full.
    async fn ensure_last_page_is_known(&self, unit: &mut dyn UnitOfWork, count: u32, limit: u32) -> Outcome {
        let size = limit.max(1);
        let mut after = None;
        for number in 1..=count.div_ceil(size).max(1) {
            let page = self.page(unit, after, limit).await?;
            let is_last = number * size >= count;
            ensure!(
                page.next.is_none() == is_last,
                "{self:?} by {limit}, page {number}: expected {} next page, found {}",
                if is_last { "no" } else { "a" },
                if page.next.is_none() { "none" } else { "one" }
            );
            after = page.next;
        }
        Ok(())
    }
}

/// The filter that leaves out nothing.
pub(super) fn every_artifact() -> ArtifactFilter {
    ArtifactFilter {
        states: freehold_domain::ArtifactState::ALL.to_vec(),
        all_versions: true,
        ..ArtifactFilter::default()
    }
}

fn uids<T>(page: Page<T>, uid: impl Fn(&T) -> String) -> UidPage {
    Page { items: page.items.iter().map(uid).collect(), next: page.next }
}
