//! Runs in memory.

use std::collections::BTreeSet;

use async_trait::async_trait;
use freehold_domain::run::RunFields;
use freehold_domain::{Run, RunUid, UidPrefix};
use freehold_ports::persistence::{Entity, Page, PageRequest, PersistenceError, RunFilter, RunRepository};

use super::error::{already_exists, in_use, not_found};
use super::page::{cut, position};
use super::records::Records;
use super::state::{State, runs_of};

#[async_trait]
impl RunRepository for Records {
    async fn insert_many(&mut self, runs: &[Run]) -> Result<(), PersistenceError> {
        let batch: BTreeSet<RunUid> = runs.iter().map(Run::uid).collect();
        self.write(|state| {
            for run in runs {
                state.require_transform(&run.transform())?;
                state.require_user(&run.created_by())?;
                match &run.initiated_by {
                    Some(initiator) if !batch.contains(initiator) => state.require_run(initiator)?,
                    Some(_) | None => {}
                }
                let added = state.runs.insert(run.uid(), run.clone());
                added.ok_or_else(|| already_exists(Entity::Run, run.uid()))?;
            }
            Ok(())
        })
    }

    async fn find_many(&mut self, uids: &[RunUid]) -> Result<Vec<Run>, PersistenceError> {
        self.read(|state| Ok(state.runs.find_many(uids)))
    }

    async fn find_by_uid_prefix(
        &mut self,
        prefix: &UidPrefix,
        limit: u32,
    ) -> Result<Vec<Run>, PersistenceError> {
        self.read(|state| Ok(state.runs.find_by_prefix(prefix, limit, RunUid::as_str)))
    }

    async fn update(&mut self, run: &Run) -> Result<(), PersistenceError> {
        self.write(|state| {
            let recorded = state.runs.get(&run.uid()).ok_or_else(|| not_found(Entity::Run, run.uid()))?;
            let updated = Run::from_fields(RunFields {
                uid: recorded.uid(),
                transform: recorded.transform(),
                status: run.status(),
                started_at: run.started_at(),
                finished_at: run.finished_at(),
                created_by: recorded.created_by(),
                name: run.name.clone(),
                params: run.params.clone(),
                initiated_by: recorded.initiated_by,
                reference: run.reference.clone(),
            });
            state.runs.replace(&run.uid(), updated);
            Ok(())
        })
    }

    async fn delete(&mut self, uid: &RunUid) -> Result<bool, PersistenceError> {
        self.write(|state| {
            if let Some(user) = user_of(state, *uid) {
                return Err(in_use(Entity::Run, uid, user));
            }
            state.inputs.remove_run(*uid);
            Ok(state.runs.remove(uid))
        })
    }

    async fn list(&mut self, filter: &RunFilter, page: &PageRequest) -> Result<Page<Run>, PersistenceError> {
        self.read(|state| {
            let runs = state.runs.newest_first(position(page)?).filter(|(_, run)| is_wanted(run, filter));
            Ok(cut(page, runs.map(|(number, run)| (number, run.clone()))))
        })
    }
}

fn is_wanted(run: &Run, filter: &RunFilter) -> bool {
    filter.transform.is_none_or(|transform| run.transform() == transform)
        && filter.status.is_none_or(|status| run.status() == status)
}

/// What kind of record depends on this run, if any.
fn user_of(state: &State, uid: RunUid) -> Option<Entity> {
    let mut artifacts = state.artifacts.records().flat_map(|artifact| runs_of(&artifact.provenance));
    let mut storages = state.storages.records().flat_map(|storage| runs_of(&storage.provenance));
    let has_event = state.storage_events.iter().any(|event| event.run == Some(uid));
    let mut others = state.runs.records().filter(|other| other.uid() != uid);
    let uses = [
        (Entity::Artifact, state.outputs.has_run(uid) || artifacts.any(|run| run == uid)),
        (Entity::Storage, has_event || storages.any(|run| run == uid)),
        (Entity::Run, others.any(|other| other.initiated_by == Some(uid))),
    ];
    uses.into_iter().find(|(_, exists)| *exists).map(|(entity, _)| entity)
}
