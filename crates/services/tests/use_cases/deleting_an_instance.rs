//! Deleting an instance: a plan first; data refuses unless something is said of it; linked locations are not even looked at.

use freehold_domain::Access;
use freehold_ports::persistence::{AccessMode, PersistenceError, Tally};
use freehold_services::connect_instance::{ConnectError, connect_instance, open_instance};
use freehold_services::delete_instance::{DataFate, DeleteInstanceError, delete_instance, forget_instance};
use freehold_services::find_artifact::{Presence, find_artifact};
use freehold_services::list_instances::list_instances;
use freehold_services::plan_deletion::{Contents, DeletionPlan, plan_deletion};
use freehold_services::{Category, Registry, UseCaseError};

use super::harness::{
    Fault, LAB, World, add, assert_error, bytes, link, paths, root, save_path, transfer, transfer_copied,
    trash, try_save,
};

const MORE: &str = "/lab/more";
const CLAIM: &str = ".lamindb/storage_uid.txt";

fn tally(artifacts: u64, bytes: u64) -> Tally {
    Tally { artifacts, bytes }
}

fn contents_of(plan: &DeletionPlan, at: &str) -> Option<Contents> {
    plan.locations.iter().find(|location| *location.storage.root() == root(at)).unwrap().contents
}

/// A lab with ingested, registered and unknown files, and a linked location.
async fn full_lab(world: &World) -> Registry {
    let lab = world.lab().await;
    add(&lab, MORE).await;
    world.file("/home/ada/a.csv", "12");
    world.file("/home/ada/b.csv", "123");
    world.file("/lab/more/lying.csv", "1234");
    world.file("/lab/more/unknown.csv", "12345");
    try_save(&lab, paths(&["a.csv", "b.csv", "/lab/more/lying.csv"])).await.unwrap();
    trash(&lab, "b.csv").await;
    world.file("/theirs/c.csv", "1");
    link(&lab, "/theirs").await;
    save_path(&lab, "/theirs/c.csv").await;
    lab
}

#[tokio::test]
async fn the_plan_tells_ingested_registered_and_unknown_files_apart_and_leaves_linked_locations_alone() {
    let world = World::new();
    let lab = full_lab(&world).await;
    world.machine.stores.set_unreachable(&root("/theirs"), true);
    let plan = plan_deletion(&lab).await.unwrap();
    let accesses: Vec<_> =
        plan.locations.iter().map(|location| (location.storage.root().as_str(), location.access)).collect();
    assert_eq!(accesses, [(LAB, Access::Managed), (MORE, Access::Managed), ("/theirs", Access::Linked)]);
    let expected = Contents { ingested: tally(2, 5), ..Contents::default() };
    assert_eq!(contents_of(&plan, LAB), Some(expected));
    let expected = Contents { in_place: tally(1, 4), unknown: tally(1, 5), ..Contents::default() };
    assert_eq!(contents_of(&plan, MORE), Some(expected));
    assert_eq!(contents_of(&plan, "/theirs"), None);
    assert!(plan.has_data());
}

#[tokio::test]
async fn the_plan_counts_what_lies_there_and_not_what_the_registry_believes() {
    let world = World::new();
    let lab = world.lab().await;
    for name in ["a.csv", "b.csv"] {
        world.file(&format!("/home/ada/{name}"), name);
        save_path(&lab, name).await;
    }
    let gone = find_artifact(&lab, "a.csv").await.unwrap().artifact;
    world.lose_bytes(LAB, &gone);
    let there = find_artifact(&lab, "b.csv").await.unwrap().artifact;
    // A stray file that carries the uid of an artifact, and one that carries the uid of none.
    for name in [format!(".lamindb/{}.txt", there.uid), ".lamindb/0123456789abcdefghij.csv".to_owned()] {
        world.machine.stores.tamper(&root(LAB), &name.parse().unwrap(), "123");
    }
    let contents = contents_of(&plan_deletion(&lab).await.unwrap(), LAB).unwrap();
    assert_eq!((contents.ingested, contents.unknown), (tally(1, 5), tally(2, 6)));
}

#[tokio::test]
async fn freeholds_own_books_are_no_data() {
    let world = World::new();
    let lab = world.lab().await;
    for name in ["freehold.db", "freehold.db-wal", "freehold.db-shm", "freehold-sessions/x"] {
        world.machine.stores.tamper(&root(LAB), &format!(".lamindb/{name}").parse().unwrap(), "1");
    }
    let plan = plan_deletion(&lab).await.unwrap();
    assert!(contents_of(&plan, LAB).unwrap().is_empty() && !plan.has_data());
    world.machine.stores.tamper(&root(LAB), &".lamindb/lamin.db".parse().unwrap(), "1");
    assert!(plan_deletion(&lab).await.unwrap().has_data(), "another program's database is data");
}

#[tokio::test]
async fn a_file_in_a_location_inside_another_is_counted_once() {
    let world = World::new();
    let lab = world.lab().await;
    add(&lab, "/lab/data/inner").await;
    world.file("/lab/data/inner/a.csv", "1");
    save_path(&lab, "/lab/data/inner/a.csv").await;
    let plan = plan_deletion(&lab).await.unwrap();
    assert_eq!(contents_of(&plan, LAB), Some(Contents::default()));
    let expected = Contents { in_place: tally(1, 1), ..Contents::default() };
    assert_eq!(contents_of(&plan, "/lab/data/inner"), Some(expected));
}

#[tokio::test]
async fn a_plan_changes_nothing() {
    let world = World::new();
    let lab = full_lab(&world).await;
    let before = (world.contents(LAB).await, world.contents(MORE).await, world.contents("/theirs").await);
    plan_deletion(&lab).await.unwrap();
    let after = (world.contents(LAB).await, world.contents(MORE).await, world.contents("/theirs").await);
    assert_eq!(after, before);
}

#[tokio::test]
async fn data_of_which_nothing_is_said_refuses_and_nothing_is_changed() {
    let world = World::new();
    let lab = full_lab(&world).await;
    let before = (world.contents(LAB).await, world.contents(MORE).await);
    let error = delete_instance(&lab, DataFate::Unsaid).await.unwrap_err();
    assert!(matches!(error, DeleteInstanceError::HasData { artifacts: 4, bytes: 14, .. }), "{error}");
    assert_error(&error, Category::Refused, "lab/primary");
    let hint = error.hint().unwrap();
    assert!(hint.contains("--release") && hint.contains("--purge"));
    assert_eq!((world.contents(LAB).await, world.contents(MORE).await), before);
    assert_eq!(bytes(&world.reopened(&lab).await, "a.csv").await, "12");
}

#[tokio::test]
async fn an_instance_without_data_is_deleted_with_all_that_it_made() {
    let world = World::new();
    let lab = world.lab().await;
    delete_instance(&lab, DataFate::Unsaid).await.unwrap();
    assert!(!world.machine.stores.exists(&root(LAB)));
    assert!(list_instances(&world.host()).await.unwrap().is_empty());
    let error =
        open_instance(&world.host(), Some(&lab.database().reveal()), AccessMode::Read).await.unwrap_err();
    assert!(matches!(error, ConnectError::Persistence(PersistenceError::DatabaseMissing { .. })));
}

#[tokio::test]
async fn release_keeps_all_data_and_gives_up_the_claims() {
    let world = World::new();
    let lab = full_lab(&world).await;
    let ingested = find_artifact(&lab, "a.csv").await.unwrap().artifact.blob_key();
    let (data, more) = (world.keys(LAB), world.keys(MORE));
    let deleted = delete_instance(&lab, DataFate::Release).await.unwrap();
    assert_eq!(deleted.purged, Tally::default());
    let without_claim = |keys: Vec<String>| keys.into_iter().filter(|key| key != CLAIM).collect::<Vec<_>>();
    assert_eq!((world.keys(LAB), world.keys(MORE)), (without_claim(data), without_claim(more)));
    assert_eq!(world.machine.stores.content(&root(LAB), &ingested).unwrap(), "12");
    let analysis = world.analysis().await;
    assert!(add(&analysis, LAB).await.storage.managed_by(analysis.instance()).is_ok());
}

#[tokio::test]
async fn purge_deletes_ingested_data_and_keeps_registered_and_unknown_files() {
    let world = World::new();
    let lab = full_lab(&world).await;
    let deleted = delete_instance(&lab, DataFate::Purge).await.unwrap();
    assert_eq!(deleted.purged, tally(2, 5));
    assert!(!world.machine.stores.exists(&root(LAB)));
    assert_eq!(world.keys(MORE), ["lying.csv", "unknown.csv"]);
    assert_eq!(world.keys("/theirs"), ["c.csv"]);
}

#[tokio::test]
async fn linked_locations_are_neither_counted_nor_touched() {
    for fate in [DataFate::Unsaid, DataFate::Release, DataFate::Purge] {
        let world = World::new();
        let (lab, analysis) = (world.lab().await, world.analysis().await);
        world.file("/home/ada/a.csv", "1");
        save_path(&lab, "a.csv").await;
        transfer(&analysis, &lab, &[]).await;
        let before = world.contents(LAB).await;
        world.faults.disarm();
        delete_instance(&analysis, fate).await.unwrap();
        assert_eq!(world.contents(LAB).await, before, "{fate:?}");
        assert_eq!(bytes(&lab, "a.csv").await, "1");
    }
}

#[tokio::test]
async fn others_say_truthfully_whether_the_bytes_of_a_deleted_instance_are_still_there() {
    for (fate, presence) in [(DataFate::Release, Presence::Present), (DataFate::Purge, Presence::Missing)] {
        let world = World::new();
        let (lab, analysis) = (world.lab().await, world.analysis().await);
        world.file("/home/ada/a.csv", "1");
        save_path(&lab, "a.csv").await;
        transfer(&analysis, &lab, &[]).await;
        delete_instance(&lab, fate).await.unwrap();
        assert_eq!(find_artifact(&analysis, "a.csv").await.unwrap().presence, presence, "{fate:?}");
    }
}

#[tokio::test]
async fn copied_artifacts_of_a_deleted_instance_are_purged_in_our_location_only() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    world.file("/home/ada/a.csv", "1");
    save_path(&lab, "a.csv").await;
    transfer_copied(&analysis, &lab, &[]).await;
    delete_instance(&analysis, DataFate::Purge).await.unwrap();
    assert_eq!(bytes(&lab, "a.csv").await, "1");
}

#[tokio::test]
async fn a_claim_that_another_took_over_refuses_before_anything_is_deleted() {
    let world = World::new();
    let lab = full_lab(&world).await;
    world.remove_claim(MORE);
    add(&world.analysis().await, MORE).await;
    let before = (world.contents(LAB).await, world.contents(MORE).await);
    for fate in [DataFate::Release, DataFate::Purge] {
        let error = delete_instance(&lab, fate).await.unwrap_err();
        assert_error(&error, Category::Refused, MORE);
        assert!(error.hint().unwrap().contains("freehold storage add"));
    }
    assert_eq!((world.contents(LAB).await, world.contents(MORE).await), before);
}

#[tokio::test]
async fn a_purge_that_is_interrupted_leaves_no_row_that_lies() {
    let world = World::new();
    let lab = full_lab(&world).await;
    world.faults.strike("remove .lamindb", 1, Fault::Broken);
    delete_instance(&lab, DataFate::Purge).await.unwrap_err();
    let lab = world.reopened(&lab).await;
    world.audit(&lab, "interrupted").await;
    assert_eq!(find_artifact(&lab, "a.csv").await.unwrap().presence, Presence::Purged);
    delete_instance(&lab, DataFate::Purge).await.unwrap();
    assert!(!world.machine.stores.exists(&root(LAB)));
}

#[tokio::test]
async fn a_run_that_has_finished_does_not_keep_an_instance_from_being_deleted() {
    let world = World::new();
    let lab = full_lab(&world).await;
    let run = super::harness::under_new_run(&lab, "t").await;
    super::harness::finish(&run).await;
    assert_eq!(delete_instance(&run, DataFate::Purge).await.unwrap().purged, tally(2, 5));
}

#[tokio::test]
async fn the_session_of_a_deleted_instance_ends_with_it() {
    use freehold_ports::system::Liveness;
    let world = World::new();
    let lab = world.lab().await;
    world.file("/home/ada/a.csv", "1");
    world.faults.strike("flush", 1, Fault::Broken);
    world.faults.strike("delete", 1, Fault::Broken);
    try_save(&lab, paths(&["a.csv"])).await.unwrap_err();
    let session = world.books(&lab).await.intents[0].session;
    assert!(world.machine.liveness.is_alive(lab.database(), session).await.unwrap());
    delete_instance(&lab, DataFate::Release).await.unwrap();
    assert!(!world.machine.liveness.is_alive(lab.database(), session).await.unwrap());
}

#[tokio::test]
async fn only_an_instance_whose_registry_is_gone_is_forgotten() {
    let world = World::new();
    let lab = world.lab().await;
    let error = forget_instance(&world.host(), "lab/primary").await.unwrap_err();
    assert!(matches!(error, DeleteInstanceError::StillThere { .. }));
    assert_eq!(error.category(), Category::Refused);
    freehold_ports::persistence::Databases::destroy(&world.machine.databases, lab.database()).await.unwrap();
    forget_instance(&world.host(), "lab/primary").await.unwrap();
    let unknown = connect_instance(&world.host(), "lab/primary").await.unwrap_err();
    assert_eq!(unknown.category(), Category::NotFound);
}
