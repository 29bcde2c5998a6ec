//! No call of a port reads a whole table that grows with the data.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use freehold_domain::{ArtifactState, StorageRoot};
use freehold_ports::persistence::{
    AccessMode, ArtifactFilter, ArtifactOrder, PageRequest, PersistenceError, RunFilter, UnitOfWork,
};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use tracing_subscriber::field::Visit;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::{Layer, registry};

use crate::arrange::{self, Place, run_uid, storage_uid, transform_uid};

/// The tables that grow with the data.
const GROWING: [&str; 7] =
    ["artifacts", "families", "run_inputs", "run_outputs", "artifact_previous_runs", "runs", "intents"];

/// What reads every row because that is what it is for: the sessions of all intents, of which there are few, and the families
/// that an instance finds when it is recorded, which are none.
const WHOLE: [&str; 2] = ["SELECT DISTINCT \"session\"", "UPDATE \"families\" SET \"own_key\" = \"key\""];

/// Statements as the driver reports them.
#[derive(Clone, Default)]
struct Statements(Arc<Mutex<BTreeSet<String>>>);

impl<S: tracing_subscriber::registry::LookupSpan<'static> + tracing::Subscriber> Layer<S> for Statements {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "sqlx::query" {
            let mut reported = Reported::default();
            event.record(&mut reported);
            let whole =
                if reported.statement.trim().is_empty() { reported.summary } else { reported.statement };
            self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(whole.trim().to_owned());
        }
    }
}

#[derive(Default)]
struct Reported {
    summary: String,
    statement: String,
}

impl Visit for Reported {
    fn record_str(&mut self, field: &tracing::field::Field, value: &str) {
        match field.name() {
            "summary" => value.clone_into(&mut self.summary),
            "db.statement" => value.clone_into(&mut self.statement),
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &tracing::field::Field, _: &dyn fmt::Debug) {}
}

#[tokio::test]
async fn no_call_scans_a_table_that_grows_or_sorts_what_an_index_has_in_order() {
    let statements = Statements::default();
    tracing::subscriber::set_global_default(registry().with(statements.clone())).unwrap();
    let place = Place::with_registry().await;
    let registry = place.open(AccessMode::Write).await.unwrap();
    let mut unit = registry.begin(AccessMode::Write).await.unwrap();
    call_everything(unit.as_mut()).await.unwrap();
    unit.rollback().await.unwrap();
    registry.close().await.unwrap();

    let raw = place.raw().await;
    let statements = statements.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let mut scans = Vec::new();
    let mut sorts = Vec::new();
    let mut explained = 0;
    for statement in statements {
        let is_query =
            ["SELECT", "WITH", "UPDATE", "DELETE", "INSERT"].iter().any(|verb| statement.starts_with(verb));
        if !is_query {
            continue;
        }
        explained += 1;
        let explain = Statement::from_string(DbBackend::Sqlite, format!("EXPLAIN QUERY PLAN {statement}"));
        let mut plan = Vec::new();
        for step in raw.query_all_raw(explain).await.unwrap() {
            plan.push(step.try_get::<String>("", "detail").unwrap());
        }
        let is_scan = |step: &String| {
            GROWING
                .iter()
                .any(|table| *step == format!("SCAN {table}") || step.starts_with(&format!("SCAN {table} ")))
        };
        if plan.iter().any(is_scan) && !WHOLE.iter().any(|whole| statement.starts_with(whole)) {
            scans.push(format!("{statement}\n  {}", plan.join("\n  ")));
        }
        let by_key =
            statement.contains("ORDER BY \"families\".\"key\"") && !statement.contains("run_outputs");
        if by_key && plan.iter().any(|step| step.contains("TEMP B-TREE")) {
            sorts.push(format!("{statement}\n  {}", plan.join("\n  ")));
        }
    }
    raw.close().await.unwrap();
    assert!(explained > 60, "only {explained} statements were reported");
    assert!(scans.is_empty(), "{}", scans.join("\n"));
    assert!(sorts.is_empty(), "listings by key that sort: {}", sorts.join("\n"));
}

/// Calls every method of every repository, and lists by every filter, each first page and a next one.
async fn call_everything(unit: &mut dyn UnitOfWork) -> Result<(), PersistenceError> {
    call_artifacts(unit).await?;
    let (family, artifact) = arrange::artifact(1);
    let (_, other) = arrange::artifact(2);
    let stems = [family.stem()];

    unit.families().find_many(&stems).await?;
    unit.families().find_by_keys(std::slice::from_ref(&family.key)).await?;
    unit.families().versions(&stems).await?;
    let mut renamed = unit.families().find_many(&stems).await?;
    renamed[0].key = "renamed.csv".parse().unwrap();
    unit.families().update_many(&renamed).await?;
    unit.families().delete_unused(&stems).await?;

    unit.lineage().add_inputs(&run_uid(2), &[artifact.uid, other.uid]).await?;
    unit.lineage().upstream_among(&run_uid(2), &[artifact.uid]).await?;
    unit.lineage().runs_of(&[artifact.uid]).await?;
    let first = unit.lineage().inputs(&run_uid(2), &PageRequest::first(1)).await?;
    unit.lineage().inputs(&run_uid(2), &PageRequest { after: first.next, limit: 1 }).await?;
    unit.lineage().outputs(&run_uid(1), &PageRequest::first(1)).await?;

    unit.runs().find_many(&[run_uid(1)]).await?;
    unit.runs().find_by_uid_prefix(&"0000".parse().unwrap(), 5).await?;
    let run = unit.runs().find_many(&[run_uid(2)]).await?.remove(0);
    unit.runs().update(&run).await?;
    for transform in [None, Some(transform_uid())] {
        for status in [None, Some(run.status())] {
            let filter = RunFilter { transform, status };
            let first = unit.runs().list(&filter, &PageRequest::first(1)).await?;
            unit.runs().list(&filter, &PageRequest { after: first.next, limit: 1 }).await?;
        }
    }
    let unused = freehold_domain::Run::scheduled(run_uid(9), transform_uid(), arrange::user().uid);
    unit.runs().insert_many(&[unused]).await?;
    unit.runs().delete(&run_uid(9)).await?;

    unit.intents().insert_many(&[arrange::intent(2)]).await?;
    for session in [None, Some(arrange::intent(1).session)] {
        let first = unit.intents().list(session, &PageRequest::first(1)).await?;
        unit.intents().list(session, &PageRequest { after: first.next, limit: 1 }).await?;
    }
    unit.intents().sessions().await?;
    unit.intents().delete_many(&[arrange::intent(2).uid]).await?;

    unit.transforms().find_many(&[transform_uid()]).await?;
    unit.transforms().find_latest_by_key(&arrange::transform().key).await?;
    unit.transforms().list(&PageRequest::first(1)).await?;
    unit.storages().find_many(&[storage_uid()]).await?;
    unit.storages().find_by_roots(&[StorageRoot::from_canonical("/data/lab").unwrap()]).await?;
    unit.storages().find_by_uid_prefix(&"0000".parse().unwrap(), 5).await?;
    unit.storages().list(&PageRequest::first(1)).await?;
    let storage = unit.storages().find_many(&[storage_uid()]).await?.remove(0);
    unit.storages().update(&storage).await?;
    unit.users().insert_many(&[arrange::another_user(5)]).await?;
    unit.users().delete(&arrange::another_user(5).uid).await?;
    unit.users().list(&PageRequest::first(1)).await?;
    let instance = unit.instance().find().await?.unwrap();
    unit.instance().update(&instance).await
}

async fn call_artifacts(unit: &mut dyn UnitOfWork) -> Result<(), PersistenceError> {
    let (_, artifact) = arrange::artifact(1);
    unit.artifacts().find_many(&[artifact.uid]).await?;
    unit.artifacts().find_by_uid_prefix(&"0000".parse().unwrap(), 5).await?;
    unit.artifacts().find_first_by_hashes(&[artifact.hash]).await?;
    unit.artifacts().find_in_place(&storage_uid(), &[arrange::in_place_key(1)]).await?;
    unit.artifacts().usage(&[storage_uid()]).await?;
    let found = unit.artifacts().find_many(&[artifact.uid]).await?;
    unit.artifacts().update_many(&found).await?;
    for order in [ArtifactOrder::Key, ArtifactOrder::Newest] {
        for prefix in [None, Some("raw/".parse().unwrap())] {
            for storage in [None, Some(storage_uid())] {
                for run in [None, Some(run_uid(1))] {
                    for all_versions in [false, true] {
                        let states = ArtifactState::ALL.to_vec();
                        let filter =
                            ArtifactFilter { prefix: prefix.clone(), storage, run, states, all_versions };
                        let first = unit.artifacts().list(&filter, order, &PageRequest::first(1)).await?;
                        assert_eq!(first.items.len(), 1, "{filter:?}");
                        let page = PageRequest { after: first.next, limit: 1 };
                        unit.artifacts().list(&filter, order, &page).await?;
                    }
                }
            }
        }
    }
    Ok(())
}
