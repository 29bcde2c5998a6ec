//! Runs and lineage: what was read, what was made, by which code, and nothing of it is ever erased.

use freehold_domain::{ArtifactState, ContentHash, RunOutcome, RunStatus, TransformKind, Version};
use freehold_ports::persistence::PersistenceError;
use freehold_services::find_artifact::find_artifact;
use freehold_services::finish_run::{FinishRunError, finish_run};
use freehold_services::list_artifacts::{ListArtifacts, list_artifacts};
use freehold_services::list_runs::{ListRuns, list_runs};
use freehold_services::locate_artifact::locate_artifact;
use freehold_services::read_artifact::{ReadArtifactError, read_artifact};
use freehold_services::save_artifacts::{SaveArtifactsError, SaveOutcome};
use freehold_services::show_run::show_run;
use freehold_services::start_run::{StartRun, start_run};
use freehold_services::update_artifact::{ArtifactChanges, update_artifact};
use freehold_services::{Category, Registry, UseCaseError};

use super::harness::{
    World, assert_error, bytes, finish, keyed, purge, run_of, save, save_path, transfer, trash, try_save,
    under_new_run,
};

async fn inputs(registry: &Registry) -> Vec<String> {
    let details = show_run(registry, run_of(registry).as_str()).await.unwrap();
    details.inputs.iter().map(|artifact| artifact.key.to_string()).collect()
}

async fn outputs(registry: &Registry) -> Vec<String> {
    let details = show_run(registry, run_of(registry).as_str()).await.unwrap();
    details.outputs.iter().map(|artifact| artifact.key.to_string()).collect()
}

fn with_source(text: &str) -> StartRun {
    let hash = ContentHash::blake3(*blake3::hash(text.as_bytes()).as_bytes());
    StartRun { source_hash: Some(hash), ..StartRun::of("count.py".parse().unwrap()) }
}

#[tokio::test]
async fn what_is_read_under_a_run_is_its_input_and_what_is_saved_its_output() {
    let world = World::new();
    let lab = world.lab().await;
    for name in ["a.csv", "b.csv", "c.csv"] {
        world.file(&format!("/home/ada/{name}"), name);
    }
    save_path(&lab, "a.csv").await;
    save_path(&lab, "b.csv").await;
    let run = under_new_run(&lab, "count.py").await;
    bytes(&run, "a.csv").await;
    bytes(&run, "a.csv").await;
    locate_artifact(&run, "b.csv").await.unwrap();
    let made = save_path(&run, "c.csv").await.artifact;
    assert_eq!(inputs(&run).await, ["a.csv", "b.csv"]);
    assert_eq!(outputs(&run).await, ["c.csv"]);
    assert_eq!(made.provenance.run(), Some(run_of(&run)));
    let of_run = ListArtifacts { run: Some(run_of(&run).to_string()), ..ListArtifacts::default() };
    assert_eq!(list_artifacts(&lab, of_run).await.unwrap().items, [made]);
    let runs = find_artifact(&lab, "a.csv").await.unwrap().runs;
    assert_eq!((runs.made_by, runs.read_by), (Vec::new(), vec![run_of(&run)]));
}

#[tokio::test]
async fn a_creation_records_user_run_and_time() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/home/ada/a.csv", "1");
    let run = under_new_run(&lab, "t").await;
    let provenance = save_path(&run, "a.csv").await.artifact.provenance;
    assert_eq!((provenance.created_by(), provenance.run()), (lab.user().uid, Some(run_of(&run))));
    assert_eq!(provenance.created_at(), provenance.updated_at());
    assert!(provenance.previous_runs().is_empty());
}

#[tokio::test]
async fn an_artifact_saved_again_under_another_run_is_recreated_and_accumulates_previous_runs() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/home/ada/a.csv", "1");
    world.file("/lab/data/b.csv", "2");
    let mut runs = Vec::new();
    for name in ["first", "second", "third"] {
        let run = under_new_run(&lab, name).await;
        save_path(&run, "a.csv").await;
        save_path(&run, "/lab/data/b.csv").await;
        save_path(&run, "a.csv").await;
        runs.push(run_of(&run));
    }
    for key in ["a.csv", "b.csv"] {
        let details = find_artifact(&lab, key).await.unwrap();
        assert_eq!(details.artifact.provenance.run(), Some(runs[2]), "{key}");
        assert_eq!(details.artifact.provenance.previous_runs(), &runs[..2], "{key}");
        assert_eq!(details.runs.made_by, runs, "{key}");
        assert!(details.artifact.provenance.updated_at() > details.artifact.provenance.created_at());
    }
    // Without a run nothing is recorded again.
    let before = find_artifact(&lab, "a.csv").await.unwrap().artifact;
    assert_eq!(save_path(&lab, "a.csv").await.artifact, before);
}

#[tokio::test]
async fn an_update_under_another_run_accumulates_previous_runs() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/home/ada/a.csv", "1");
    let first = under_new_run(&lab, "first").await;
    let second = under_new_run(&lab, "second").await;
    let third = under_new_run(&lab, "third").await;
    let created = save_path(&first, "a.csv").await.artifact;
    let described = |text: &str| ArtifactChanges { key: None, description: Some(text.to_owned()) };
    update_artifact(&second, "a.csv", described("x")).await.unwrap();
    let after = trash(&third, created.uid.as_str()).await;
    assert_eq!(after.provenance.run(), Some(run_of(&third)));
    assert_eq!(after.provenance.previous_runs(), [run_of(&first), run_of(&second)]);
    assert_eq!(after.provenance.created_at(), created.provenance.created_at());
    assert_eq!(after.provenance.created_by(), created.provenance.created_by());
    assert!(after.provenance.updated_at() > created.provenance.updated_at());
}

#[tokio::test]
async fn an_output_is_never_an_input_of_its_run() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/home/ada/a.csv", "1");
    let run = under_new_run(&lab, "t").await;
    save_path(&run, "a.csv").await;
    bytes(&run, "a.csv").await;
    locate_artifact(&run, "a.csv").await.unwrap();
    assert_eq!((inputs(&run).await, outputs(&run).await), (vec![], vec!["a.csv".to_owned()]));
}

#[tokio::test]
async fn an_input_that_is_saved_again_unchanged_stays_an_input_and_no_output() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/home/ada/a.csv", "1");
    let saved = save_path(&lab, "a.csv").await.artifact;
    let run = under_new_run(&lab, "t").await;
    bytes(&run, "a.csv").await;
    let again = save_path(&run, "a.csv").await;
    assert_eq!((again.outcome, again.artifact), (SaveOutcome::Existing, saved));
    assert_eq!((inputs(&run).await, outputs(&run).await), (vec!["a.csv".to_owned()], vec![]));
}

#[tokio::test]
async fn lineage_cannot_become_cyclic() {
    let world = World::new();
    let lab = world.lab().await;
    for name in ["a.csv", "b.csv"] {
        world.file(&format!("/home/ada/{name}"), name);
    }
    let first = under_new_run(&lab, "first").await;
    save_path(&first, "a.csv").await;
    let second = under_new_run(&lab, "second").await;
    bytes(&second, "a.csv").await;
    save_path(&second, "b.csv").await;
    let error = read_artifact(&first, "b.csv").await.unwrap_err();
    assert!(matches!(error, ReadArtifactError::Persistence(PersistenceError::LineageCycle { .. })));
    assert_error(&error, Category::Refused, "descend");
    assert!(error.hint().unwrap().contains("freehold run start"));
    assert!(inputs(&first).await.is_empty());
    // What a run descends from, it cannot have made; saving it again is no error and changes nothing.
    assert_eq!(save_path(&second, "a.csv").await.outcome, SaveOutcome::Existing);
    assert_eq!(outputs(&second).await, ["b.csv"]);
}

#[tokio::test]
async fn a_tombstone_keeps_its_lineage() {
    let world = World::new();
    let lab = world.lab().await;
    for name in ["a.csv", "b.csv"] {
        world.file(&format!("/home/ada/{name}"), name);
    }
    let maker = under_new_run(&lab, "maker").await;
    let saved = save_path(&maker, "a.csv").await.artifact;
    let reader = under_new_run(&lab, "reader").await;
    bytes(&reader, "a.csv").await;
    save_path(&reader, "b.csv").await;
    let tombstone = purge(&lab, "a.csv").await;
    assert_eq!((tombstone.uid, &tombstone.key, tombstone.hash), (saved.uid, &saved.key, saved.hash));
    assert_eq!((tombstone.state, tombstone.size), (ArtifactState::Purged, saved.size));
    let runs = find_artifact(&lab, saved.uid.as_str()).await.unwrap().runs;
    assert_eq!((runs.made_by, runs.read_by), (vec![run_of(&maker)], vec![run_of(&reader)]));
    assert_eq!(
        (outputs(&maker).await, inputs(&reader).await),
        (vec!["a.csv".to_owned()], vec!["a.csv".to_owned()])
    );
}

#[tokio::test]
async fn nothing_is_recorded_under_a_run_that_has_finished_or_is_unknown() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/home/ada/a.csv", "1");
    save_path(&lab, "a.csv").await;
    world.file("/home/ada/b.csv", "1");
    let finished = under_new_run(&lab, "t").await;
    finish(&finished).await;
    let unknown = lab.under_run(Some("0123456789abcdef".parse().unwrap()));
    for (run, category) in [(finished, Category::Refused), (unknown, Category::NotFound)] {
        let before = world.contents(super::harness::LAB).await;
        let saving = try_save(&run, keyed("b.csv", "b.csv")).await.unwrap_err();
        let reading = read_artifact(&run, "a.csv").await.unwrap_err();
        for error in [&saving as &dyn UseCaseError, &reading] {
            assert_error(error, category, run_of(&run).as_str());
            assert!(error.hint().unwrap().contains("FREEHOLD_RUN"));
        }
        assert!(matches!(saving, SaveArtifactsError::Actor(_)));
        assert_eq!(world.contents(super::harness::LAB).await, before);
    }
    assert_eq!(world.books(&lab).await.artifacts.len(), 1);
    assert!(world.books(&lab).await.intents.is_empty());
}

#[tokio::test]
async fn a_run_is_started_then_finished_once() {
    let world = World::new();
    let lab = world.lab().await;
    let mut request = StartRun::of("count.py".parse().unwrap());
    request.name = Some("night".to_owned());
    request.params.insert("k".to_owned(), serde_json::json!(3));
    let started = start_run(&lab, request).await.unwrap();
    assert_eq!((started.run.status(), started.run.started_at().is_some()), (RunStatus::Started, true));
    assert_eq!(started.run.created_by(), lab.user().uid);
    let run = lab.under_run(Some(started.run.uid()));
    let finished = finish_run(&run, None, RunOutcome::Errored).await.unwrap();
    assert_eq!((finished.status(), finished.finished_at().is_some()), (RunStatus::Errored, true));
    let again = finish_run(&lab, Some(started.run.uid().as_str()), RunOutcome::Completed).await.unwrap_err();
    assert!(matches!(again, FinishRunError::Transition(_)));
    assert_error(&again, Category::Refused, "errored");
    let shown = show_run(&lab, &started.run.uid().as_str()[..4]).await.unwrap();
    assert_eq!((shown.run, shown.transform.key.as_str()), (finished, "count.py"));
    assert_eq!(shown.user.unwrap().uid, lab.user().uid);
}

#[tokio::test]
async fn finishing_no_run_is_invalid_and_an_unknown_one_not_found() {
    let world = World::new();
    let lab = world.lab().await;
    let none = finish_run(&lab, None, RunOutcome::Completed).await.unwrap_err();
    assert_error(&none, Category::Invalid, "no run");
    assert!(none.hint().unwrap().contains("FREEHOLD_RUN"));
    let unknown = finish_run(&lab, Some("zzzzzzzzzzzzzzzz"), RunOutcome::Completed).await.unwrap_err();
    assert_error(&unknown, Category::NotFound, "zzzzzzzzzzzzzzzz");
    assert!(unknown.hint().unwrap().contains("freehold run list"));
}

#[tokio::test]
async fn a_run_under_a_run_names_its_initiator() {
    let world = World::new();
    let lab = world.lab().await;
    let outer = under_new_run(&lab, "pipeline").await;
    let inner = under_new_run(&outer, "step").await;
    let details = show_run(&lab, run_of(&inner).as_str()).await.unwrap();
    assert_eq!(details.run.initiated_by, Some(run_of(&outer)));
}

#[tokio::test]
async fn changed_code_is_the_next_version_of_its_transform() {
    let world = World::new();
    let lab = world.lab().await;
    let first = start_run(&lab, with_source("v0")).await.unwrap().transform;
    let same = start_run(&lab, with_source("v0")).await.unwrap().transform;
    let unsaid = start_run(&lab, StartRun::of("count.py".parse().unwrap())).await.unwrap().transform;
    let changed = start_run(&lab, with_source("v1")).await.unwrap().transform;
    assert_eq!((&first, &first), (&same, &unsaid));
    assert_eq!((first.kind, first.uid.version()), (TransformKind::Script, Version::FIRST));
    assert_eq!(changed.uid.stem(), first.uid.stem());
    assert_eq!(changed.uid.version(), Version::from_number(1).unwrap());
}

#[tokio::test]
async fn a_transferred_transform_is_not_numbered_here() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    world.file("/home/ada/a.csv", "1");
    let started = start_run(&lab, with_source("v0")).await.unwrap();
    save_path(&lab.under_run(Some(started.run.uid())), "a.csv").await;
    transfer(&analysis, &lab, &[]).await;
    let same = start_run(&analysis, with_source("v0")).await.unwrap().transform;
    assert_eq!(same.uid, started.transform.uid, "the same code is the same transform");
    let ours = start_run(&analysis, with_source("ours")).await.unwrap().transform;
    let theirs = start_run(&lab, with_source("theirs")).await.unwrap().transform;
    assert_ne!(ours.uid, theirs.uid);
    let next = start_run(&analysis, with_source("ours, changed")).await.unwrap().transform;
    assert_eq!(
        (next.uid.stem(), next.uid.version().number()),
        (ours.uid.stem(), ours.uid.version().number() + 1)
    );
    // What comes by transfer later does not stop our own counting.
    world.file("/home/ada/b.csv", "2");
    let again = start_run(&lab, with_source("theirs")).await.unwrap();
    save_path(&lab.under_run(Some(again.run.uid())), "b.csv").await;
    transfer(&analysis, &lab, &[]).await;
    let last = start_run(&analysis, with_source("ours, changed again")).await.unwrap().transform;
    assert_eq!(
        (last.uid.stem(), last.uid.version().number()),
        (ours.uid.stem(), ours.uid.version().number() + 2)
    );
}

#[tokio::test]
async fn runs_are_listed_newest_first_with_their_transforms() {
    let world = World::new();
    let lab = world.lab().await;
    let first = under_new_run(&lab, "first").await;
    let second = under_new_run(&lab, "second").await;
    finish(&first).await;
    let listed = list_runs(&lab, ListRuns { limit: 10, ..ListRuns::default() }).await.unwrap().items;
    let uids: Vec<_> =
        listed.iter().map(|listed| (listed.run.uid(), listed.transform.key.as_str())).collect();
    assert_eq!(uids, [(run_of(&second), "second"), (run_of(&first), "first")]);
    let open = ListRuns { status: Some(RunStatus::Started), limit: 10, ..ListRuns::default() };
    assert_eq!(list_runs(&lab, open).await.unwrap().items.len(), 1);
}

#[tokio::test]
async fn a_new_version_has_a_provenance_of_its_own() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/home/ada/a.csv", "1");
    let first = under_new_run(&lab, "first").await;
    save_path(&first, "a.csv").await;
    world.file("/home/ada/a.csv", "2");
    let second = under_new_run(&lab, "second").await;
    let next = save(&second, keyed("a.csv", "a.csv")).await.artifact;
    assert_eq!((next.provenance.run(), next.provenance.previous_runs().len()), (Some(run_of(&second)), 0));
}
