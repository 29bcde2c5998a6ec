//! A deletion, a release and a save at once: whichever is recorded first, the other one sees it.

use freehold_domain::{Access, StorageChange};
use freehold_services::add_storage::{AddStorage, add_storage};
use freehold_services::delete_instance::{DataFate, DeleteInstanceError, delete_instance};
use freehold_services::release_storage::release_storage;
use freehold_services::save_artifacts::SaveArtifactsError;
use freehold_services::{AccessError, Category, Registry, UseCaseError};

use super::harness::{
    Fault, LAB, PURGE, World, add, assert_error, history, into, paths, purge, records, root, save_path,
    try_delete, try_save, try_transfer,
};

const MORE: &str = "/lab/more";

async fn ground(world: &World) -> (Registry, Registry) {
    let lab = world.lab().await;
    add(&lab, MORE).await;
    world.file("/home/ada/a.csv", "1");
    world.file("/home/ada/b.csv", "2");
    save_path(&lab, "a.csv").await;
    let other = world.reopened(&lab).await;
    (lab, other)
}

/// A lab whose deletion was interrupted when it had just begun.
async fn closing_lab(world: &World) -> (Registry, Registry) {
    let (lab, other) = ground(world).await;
    world.faults.strike("delete", 1, Fault::Broken);
    delete_instance(&lab, DataFate::Purge).await.unwrap_err();
    (lab, other)
}

#[tokio::test]
async fn nothing_is_written_once_an_instance_is_closing() {
    let world = World::new();
    let analysis = world.analysis().await;
    let (lab, other) = closing_lab(&world).await;
    let before = world.contents(LAB).await;
    let save = try_save(&other, paths(&["b.csv"])).await.unwrap_err();
    let purge = try_delete(&other, &["a.csv"], PURGE).await.unwrap_err();
    let copy = try_transfer(&other, &analysis, &[], true).await.unwrap_err();
    let request = AddStorage { root: "/new".to_owned(), ..AddStorage::default() };
    let addition = add_storage(&other, request).await.unwrap_err();
    for error in [&save as &dyn UseCaseError, &purge, &copy, &addition] {
        assert_error(error, Category::Refused, "being deleted");
        assert!(error.hint().unwrap().contains("freehold instance delete lab/primary"));
    }
    assert_eq!(world.contents(LAB).await, before);
    assert!(world.claim("/new").is_none());
    lab.close().await.unwrap();
    delete_instance(&world.reopened(&lab).await, DataFate::Purge).await.unwrap();
    assert!(world.claim(LAB).is_none() && world.claim(MORE).is_none());
}

#[tokio::test]
async fn a_refused_deletion_leaves_the_instance_open() {
    let world = World::new();
    let (lab, other) = ground(&world).await;
    delete_instance(&lab, DataFate::Unsaid).await.unwrap_err();
    save_path(&other, "b.csv").await;
}

#[tokio::test]
async fn a_save_that_has_announced_itself_keeps_the_deletion_waiting() {
    let world = World::new();
    let (lab, other) = ground(&world).await;
    world.faults.strike("flush", 1, Fault::Broken);
    world.faults.strike("delete", 1, Fault::Broken);
    try_save(&other, paths(&["b.csv"])).await.unwrap_err();
    let error = delete_instance(&lab, DataFate::Purge).await.unwrap_err();
    assert!(matches!(error, DeleteInstanceError::Busy { .. }), "{error}");
    save_path(&other, "b.csv").await;
}

#[tokio::test]
async fn a_save_that_announces_itself_after_a_release_is_refused() {
    let world = World::new();
    let (lab, other) = ground(&world).await;
    let releaser = lab.clone();
    // The save has read the claim, and has not announced anything.
    world.faults.meanwhile("begin session", async move {
        release_storage(&releaser, MORE).await.unwrap();
    });
    let before = world.keys(MORE);
    match try_save(&other, into("b.csv", MORE)).await {
        Err(SaveArtifactsError::Access(AccessError::GivenUp { .. })) => {}
        other => panic!("{other:?}"),
    }
    assert_eq!(
        world.keys(MORE),
        before.into_iter().filter(|key| !key.contains("storage_uid")).collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn copies_whose_intents_a_recovery_took_are_not_recorded_and_not_touched() {
    let world = World::new();
    let (lab, other) = ground(&world).await;
    let persistence = records(&world, &lab).await.unwrap();
    world.faults.meanwhile("flush", async move {
        let mut unit = persistence.begin(freehold_ports::persistence::AccessMode::Write).await.unwrap();
        let everything = freehold_ports::persistence::PageRequest::first(100);
        let intents = unit.intents().list(None, &everything).await.unwrap().items;
        let uids: Vec<_> = intents.iter().map(|intent| intent.uid).collect();
        assert_eq!(unit.intents().delete_many(&uids).await.unwrap(), 1);
        unit.commit().await.unwrap();
    });
    let keys = world.keys(LAB).len();
    let error = try_save(&other, paths(&["b.csv"])).await.unwrap_err();
    assert!(matches!(error, SaveArtifactsError::IntentsTaken { .. }), "{error}");
    assert_eq!(error.category(), Category::Conflict);
    assert_eq!(world.keys(LAB).len(), keys + 1, "the copy is the recovery's");
    assert_eq!(world.books(&lab).await.artifacts.len(), 1);
}

#[tokio::test]
async fn a_location_whose_release_was_interrupted_is_claimed_anew_in_a_later_epoch() {
    let world = World::new();
    let (lab, _) = ground(&world).await;
    world.faults.strike("remove .lamindb", 1, Fault::Broken);
    release_storage(&lab, MORE).await.unwrap_err();
    let left = world.claim(MORE).unwrap();
    let added = add(&lab, MORE).await.storage;
    let claim = world.claim(MORE).unwrap();
    assert_eq!(added.access(lab.instance()), Access::Managed);
    assert_eq!(claim.epoch(), left.epoch().map(freehold_domain::ClaimEpoch::next));
    assert_eq!(added.epoch(), claim.epoch());
    let changes = [StorageChange::Claimed, StorageChange::Released, StorageChange::Claimed];
    assert_eq!(history(&world, &lab, MORE).await, changes);
    assert_eq!(*added.root(), root(MORE));
    purge(&lab, "a.csv").await;
}
