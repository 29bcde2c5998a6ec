//! Transferring from another instance: records are copied with their identity, data is linked, the source is only read.

use freehold_domain::{Access, RunStatus, TransformKind};
use freehold_ports::persistence::AccessMode;
use freehold_services::add_storage::{AddStorage, add_storage};
use freehold_services::connect_instance::open_instance;
use freehold_services::find_artifact::{Presence, find_artifact};
use freehold_services::list_runs::{ListRuns, list_runs};
use freehold_services::list_storages::list_storages;
use freehold_services::remove_storage::remove_storage;
use freehold_services::show_run::show_run;
use freehold_services::transfer_artifacts::{
    TransferArtifacts, TransferArtifactsError, TransferOutcome, transfer_artifacts,
};
use freehold_services::{Category, UseCaseError};

use super::harness::{
    LAB, World, add, assert_error, bytes, initialised, link, purge, root, run_of, save_path, transfer,
    transfer_copied, trash, try_transfer, under_new_run,
};

fn outcomes(report: &freehold_services::transfer_artifacts::TransferReport) -> Vec<(&str, TransferOutcome)> {
    report.transferred.iter().map(|item| (item.artifact.key.as_str(), item.outcome)).collect()
}

#[tokio::test]
async fn a_transferred_artifact_keeps_its_identity_and_provenance_and_is_read_where_it_lies() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    world.file("/home/ada/a.csv", "1");
    let run = under_new_run(&lab, "make.py").await;
    let theirs = save_path(&run, "a.csv").await.artifact;
    let report = transfer(&analysis, &lab, &["a.csv"]).await;
    assert_eq!(outcomes(&report), [("a.csv", TransferOutcome::Linked)]);
    let details = find_artifact(&analysis, "a.csv").await.unwrap();
    assert_eq!(details.artifact, theirs);
    assert_eq!(report.transferred[0].artifact, theirs);
    assert_eq!((details.access, details.presence), (Access::Linked, Presence::Present));
    assert_eq!(details.runs.made_by, [run_of(&run), report.run.unwrap()]);
    assert_eq!(bytes(&analysis, "a.csv").await, "1");
    let known = show_run(&analysis, run_of(&run).as_str()).await.unwrap();
    assert_eq!((known.transform.key.as_str(), known.user.unwrap()), ("make.py", lab.user().clone()));
}

#[tokio::test]
async fn a_transfer_is_recorded_as_a_run_of_its_own() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    world.file("/home/ada/a.csv", "1");
    save_path(&lab, "a.csv").await;
    let outer = under_new_run(&analysis, "pipeline").await;
    let report = transfer(&outer, &lab, &[]).await;
    let details = show_run(&analysis, report.run.unwrap().as_str()).await.unwrap();
    assert_eq!(details.transform.key.as_str(), format!("__freehold_transfer__/{}", lab.instance().uid()));
    assert_eq!(
        (details.transform.kind, details.run.status()),
        (TransformKind::Function, RunStatus::Completed)
    );
    assert_eq!(
        (details.run.initiated_by, details.run.created_by()),
        (Some(run_of(&outer)), analysis.user().uid)
    );
    assert_eq!(details.outputs.len(), 1);
}

#[tokio::test]
async fn a_transfer_again_changes_nothing_and_makes_no_run() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    world.file("/home/ada/a.csv", "1");
    save_path(&lab, "a.csv").await;
    transfer(&analysis, &lab, &[]).await;
    let before = (world.books(&analysis).await.artifacts, world.books(&analysis).await.storages);
    let again = transfer(&analysis, &lab, &[]).await;
    assert_eq!((again.run, outcomes(&again)), (None, vec![("a.csv", TransferOutcome::Existing)]));
    assert_eq!((world.books(&analysis).await.artifacts, world.books(&analysis).await.storages), before);
    let runs = list_runs(&analysis, ListRuns { limit: 10, ..ListRuns::default() }).await.unwrap();
    assert_eq!(runs.items.len(), 1);
}

#[tokio::test]
async fn the_source_and_its_locations_are_only_read() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    world.file("/home/ada/a.csv", "1");
    world.file("/lab/data/b.csv", "2");
    let run = under_new_run(&lab, "t").await;
    save_path(&run, "a.csv").await;
    save_path(&run, "/lab/data/b.csv").await;
    let before =
        (world.contents(LAB).await, world.books(&lab).await.artifacts, world.books(&lab).await.storages);
    let source = open_instance(
        &world.of_another_user("grace").host(),
        Some(&lab.database().reveal()),
        AccessMode::Read,
    )
    .await;
    let source = source.unwrap().under_run(Some(run_of(&run)));
    transfer(&analysis, &source, &[]).await;
    transfer_copied(&analysis, &source, &[]).await;
    let after =
        (world.contents(LAB).await, world.books(&lab).await.artifacts, world.books(&lab).await.storages);
    assert_eq!(after, before);
    assert!(show_run(&lab, run_of(&run).as_str()).await.unwrap().inputs.is_empty());
}

#[tokio::test]
async fn the_sources_location_becomes_linked_under_its_uid_and_manager() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    world.file("/home/ada/a.csv", "1");
    save_path(&lab, "a.csv").await;
    transfer(&analysis, &lab, &[]).await;
    let listed = list_storages(&analysis).await.unwrap();
    let linked = listed.iter().find(|listed| *listed.storage.root() == root(LAB)).unwrap();
    assert_eq!((linked.access, linked.is_default), (Access::Linked, false));
    assert_eq!(linked.storage.uid(), world.claim(LAB).unwrap().storage_uid());
    assert_eq!(linked.storage.instance_uid(), Some(lab.instance().uid()));
    assert_eq!(linked.storage.provenance.created_by(), analysis.user().uid);
}

#[tokio::test]
async fn a_location_of_ours_in_the_source_is_managed() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    world.file("/home/ada/a.csv", "1");
    add(&analysis, "/shared").await;
    world.file("/shared/b.csv", "2");
    link(&lab, "/shared").await;
    save_path(&lab, "/shared/b.csv").await;
    remove_storage_record(&world, &analysis, "/shared").await;
    transfer(&analysis, &lab, &["b.csv"]).await;
    let listed = list_storages(&analysis).await.unwrap();
    assert_eq!(
        listed.iter().find(|listed| *listed.storage.root() == root("/shared")).unwrap().access,
        Access::Managed
    );
}

#[tokio::test]
async fn a_location_that_the_source_takes_for_ours_is_linked_when_its_claim_does_not_say_so() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    add(&analysis, "/shared").await;
    world.file("/shared/b.csv", "2");
    link(&lab, "/shared").await;
    save_path(&lab, "/shared/b.csv").await;
    remove_storage(&analysis, "/shared").await.unwrap();
    transfer(&analysis, &lab, &["b.csv"]).await;
    let listed = list_storages(&analysis).await.unwrap();
    let shared = listed.iter().find(|listed| *listed.storage.root() == root("/shared")).unwrap();
    assert_eq!((shared.access, shared.storage.instance_uid()), (Access::Linked, None));
}

/// Loses the record of a location, as a database restored from an older backup does.
async fn remove_storage_record(world: &World, registry: &freehold_services::Registry, at: &str) {
    let mut unit =
        super::harness::records(world, registry).await.unwrap().begin(AccessMode::Write).await.unwrap();
    let storage = unit.storages().find_by_roots(&[root(at)]).await.unwrap().remove(0);
    assert!(unit.storages().delete(&storage.uid()).await.unwrap());
    unit.commit().await.unwrap();
}

#[tokio::test]
async fn a_location_that_is_known_under_another_root_is_refused() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    world.file("/home/ada/a.csv", "1");
    save_path(&lab, "a.csv").await;
    let claim = world.machine.stores.content(&root(LAB), &freehold_domain::BlobKey::claim()).unwrap();
    world.machine.stores.tamper(&root("/moved"), &freehold_domain::BlobKey::claim(), claim);
    add_storage(&analysis, AddStorage { root: "/moved".to_owned(), ..AddStorage::default() }).await.unwrap();
    let error = try_transfer(&analysis, &lab, &[], false).await.unwrap_err();
    assert!(matches!(error, TransferArtifactsError::StorageMoved { .. }));
    assert_error(&error, Category::Refused, "/moved");
    assert!(world.books(&analysis).await.artifacts.is_empty());
}

#[tokio::test]
async fn new_versions_become_heads_and_older_ones_do_not() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    let mut uids = Vec::new();
    for content in ["1", "2", "3"] {
        world.file("/home/ada/a.csv", content);
        uids.push(save_path(&lab, "a.csv").await.artifact.uid);
    }
    let head = |world: &World| {
        let (world, analysis) = (world.clone(), analysis.clone());
        async move {
            world.audit(&analysis, "transferred").await;
            find_artifact(&analysis, "a.csv").await.unwrap().artifact.uid
        }
    };
    transfer(&analysis, &lab, &[uids[1].as_str()]).await;
    assert_eq!(head(&world).await, uids[1]);
    transfer(&analysis, &lab, &[uids[0].as_str()]).await;
    assert_eq!(head(&world).await, uids[1]);
    transfer(&analysis, &lab, &["a.csv"]).await;
    assert_eq!(head(&world).await, uids[2]);
}

#[tokio::test]
async fn artifacts_are_chosen_by_name_by_prefix_or_all() {
    let world = World::new();
    let lab = world.lab().await;
    for name in ["raw/a.csv", "raw/b.csv", "c.csv"] {
        world.file(&format!("/lab/data/{name}"), name);
        save_path(&lab, &format!("/lab/data/{name}")).await;
    }
    let raw = || Some("raw/".parse().unwrap());
    for (number, (names, prefix, expected)) in [
        (vec!["c.csv", "c.csv"], None, vec!["c.csv"]),
        (vec![], raw(), vec!["raw/a.csv", "raw/b.csv"]),
        (vec!["c.csv", "raw/b.csv"], raw(), vec!["c.csv", "raw/b.csv", "raw/a.csv"]),
        (vec![], None, vec!["c.csv", "raw/a.csv", "raw/b.csv"]),
    ]
    .into_iter()
    .enumerate()
    {
        let target = initialised(&world.host(), &format!("t/n{number}"), &format!("/target/{number}")).await;
        let artifacts = names.iter().map(|name: &&str| (*name).to_owned()).collect();
        let request = TransferArtifacts { artifacts, prefix, copy: false };
        let report = transfer_artifacts(&target, &lab, request).await.unwrap();
        let keys: Vec<_> = report.transferred.iter().map(|item| item.artifact.key.as_str()).collect();
        assert_eq!(keys, expected);
    }
}

#[tokio::test]
async fn deleted_artifacts_and_unknown_names_are_not_transferred() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    for name in ["trashed.csv", "purged.csv"] {
        world.file(&format!("/home/ada/{name}"), name);
        save_path(&lab, name).await;
    }
    let (trashed, purged) = (trash(&lab, "trashed.csv").await.uid, purge(&lab, "purged.csv").await.uid);
    for name in [trashed.as_str(), purged.as_str(), "missing.csv"] {
        let error = try_transfer(&analysis, &lab, &[name], false).await.unwrap_err();
        assert_error(&error, Category::NotFound, name);
        assert!(error.hint().is_some());
    }
    assert!(transfer(&analysis, &lab, &[]).await.transferred.is_empty());
    assert!(world.books(&analysis).await.artifacts.is_empty());
}

#[tokio::test]
async fn an_instance_does_not_transfer_from_itself() {
    let world = World::new();
    let lab = world.lab().await;
    let error = try_transfer(&lab, &world.reopened(&lab).await, &[], false).await.unwrap_err();
    assert!(matches!(error, TransferArtifactsError::SameInstance));
    assert_eq!(error.category(), Category::Invalid);
}

#[tokio::test]
async fn an_artifact_can_travel_on_and_means_the_same_everywhere() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    let third = initialised(&world.host(), "third/party", "/third").await;
    world.file("/home/ada/a.csv", "1");
    let run = under_new_run(&lab, "make.py").await;
    let theirs = save_path(&run, "a.csv").await.artifact;
    transfer(&analysis, &lab, &[]).await;
    transfer(&third, &analysis, &[]).await;
    let arrived = find_artifact(&third, theirs.uid.as_str()).await.unwrap().artifact;
    assert_eq!(arrived, theirs);
    let home = transfer(&lab, &third, &[]).await;
    assert_eq!((home.run, outcomes(&home)), (None, vec![("a.csv", TransferOutcome::Existing)]));
    // Its family is still the lab's alone to number.
    world.file("/home/ada/a.csv", "2");
    assert_eq!(save_path(&third, "a.csv").await.beside_origin, Some(lab.instance().uid()));
}

#[tokio::test]
async fn more_artifacts_than_a_batch_are_all_transferred_under_one_run() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    for number in 0..1200 {
        world.file(&format!("/lab/data/many/{number:04}.csv"), &number.to_string());
    }
    super::harness::try_save(&lab, super::harness::paths(&["/lab/data/many"])).await.unwrap();
    let report = transfer(&analysis, &lab, &[]).await;
    assert_eq!(report.transferred.len(), 1200);
    let runs = list_runs(&analysis, ListRuns { limit: 10, ..ListRuns::default() }).await.unwrap();
    assert_eq!(runs.items.iter().map(|run| run.run.uid()).collect::<Vec<_>>(), [report.run.unwrap()]);
    world.audit(&analysis, "many").await;
}
