//! Two things that come together in the life of a location: what one left unfinished, and what another one does then.

use freehold_domain::{Access, Claim, ClaimEpoch, StorageChange};
use freehold_services::add_storage::AddOutcome;
use freehold_services::delete_instance::{DataFate, delete_instance};
use freehold_services::hand_over_storage::{HandOverStorageError, hand_over_storage};
use freehold_services::release_storage::release_storage;
use freehold_services::relocate_instance::relocate_instance;
use freehold_services::remove_storage::remove_storage;
use freehold_services::{Category, Registry};

use super::harness::{
    Fault, LAB, World, add, assert_error, database, history, into, root, save, save_path, try_add, try_save,
};

const SHARED: &str = "/shared/data";

async fn ground(world: &World) -> (Registry, Registry) {
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    add(&lab, SHARED).await;
    world.file("/shared/data/own.csv", "1");
    world.file("/home/ada/a.csv", "1");
    (lab, analysis)
}

fn id_of(registry: &Registry) -> String {
    registry.instance().id().to_string()
}

async fn access_of(world: &World, registry: &Registry, at: &str) -> Option<Access> {
    let books = world.books(registry).await;
    let found = books.storages.iter().find(|storage| *storage.root() == root(at));
    found.map(|storage| storage.access(registry.instance()))
}

/// Interrupts a release when it is recorded and the claim is still there.
async fn half_released(world: &World, registry: &Registry) {
    world.faults.strike("remove .lamindb", 1, Fault::Broken);
    release_storage(registry, SHARED).await.unwrap_err();
    assert!(world.claim(SHARED).is_some());
}

#[tokio::test]
async fn deleting_an_instance_takes_the_claim_that_an_interrupted_release_left() {
    let world = World::new();
    let (lab, analysis) = ground(&world).await;
    half_released(&world, &lab).await;
    delete_instance(&lab, DataFate::Release).await.unwrap();
    assert_eq!(world.claim(SHARED), None, "nobody is left who could give it up");
    assert_eq!(try_add(&analysis, SHARED).await.unwrap(), AddOutcome::Managed);
}

#[tokio::test]
async fn a_linked_location_that_cannot_be_reached_keeps_no_instance_from_being_deleted() {
    let world = World::new();
    let (lab, _) = ground(&world).await;
    release_storage(&lab, SHARED).await.unwrap();
    world.machine.stores.set_unreachable(&root(SHARED), true);
    delete_instance(&lab, DataFate::Release).await.unwrap();
}

#[tokio::test]
async fn removing_a_location_takes_the_claim_that_an_interrupted_release_left() {
    let world = World::new();
    let (lab, _) = ground(&world).await;
    half_released(&world, &lab).await;
    remove_storage(&lab, SHARED).await.unwrap();
    assert_eq!((world.claim(SHARED), access_of(&world, &lab, SHARED).await), (None, None));
}

#[tokio::test]
async fn removing_a_location_again_finishes_an_interrupted_removal() {
    for fault in [Fault::Broken, Fault::AnswerLost] {
        for nth in 1.. {
            let world = World::new();
            let (lab, _) = ground(&world).await;
            world.faults.disarm();
            world.faults.strike_nth(nth, fault);
            let first = remove_storage(&lab, SHARED).await.map(drop);
            let Some(struck) = world.faults.disarm() else {
                first.unwrap();
                break;
            };
            let what = format!("{fault:?} at call {nth}, {struck}");
            if access_of(&world, &lab, SHARED).await.is_none() {
                let is_told = struck.contains(".lamindb") || struck.contains("location");
                assert!(world.claim(SHARED).is_none() || (first.is_err() && is_told), "{what}");
                continue;
            }
            remove_storage(&lab, SHARED).await.unwrap_or_else(|error| panic!("{what}: {error}"));
            assert_eq!((world.claim(SHARED), access_of(&world, &lab, SHARED).await), (None, None), "{what}");
        }
    }
}

#[tokio::test]
async fn a_location_is_not_removed_from_an_instance_that_is_closing() {
    let world = World::new();
    let (lab, _) = ground(&world).await;
    save_path(&lab, "a.csv").await;
    let other = world.reopened(&lab).await;
    world.faults.strike("delete", 1, Fault::Broken);
    delete_instance(&lab, DataFate::Purge).await.unwrap_err();
    let error = remove_storage(&other, SHARED).await.unwrap_err();
    assert_error(&error, Category::Refused, "being deleted");
    assert_eq!(access_of(&world, &lab, SHARED).await, Some(Access::Managed));
    delete_instance(&lab, DataFate::Purge).await.unwrap();
    assert_eq!(world.claim(SHARED), None);
}

#[tokio::test]
async fn a_release_takes_the_claim_that_an_interrupted_addition_renewed() {
    let world = World::new();
    let (lab, _) = ground(&world).await;
    half_released(&world, &lab).await;
    let faults = world.faults.clone();
    world.faults.meanwhile("replace .lamindb", async move {
        faults.strike("commit write", 1, Fault::Broken);
    });
    try_add(&lab, SHARED).await.unwrap_err();
    world.faults.disarm();
    assert_eq!(world.claim(SHARED).and_then(|claim| claim.epoch()), Some(ClaimEpoch::FIRST.next()));
    release_storage(&lab, SHARED).await.unwrap();
    assert_eq!(world.claim(SHARED), None, "what was released is nobody's");
}

#[tokio::test]
async fn a_hand_over_that_was_taken_back_and_not_recorded_is_not_reported_as_done() {
    let world = World::new();
    let (lab, analysis) = ground(&world).await;
    let (other, faults) = (world.opened_apart(&lab).await, world.faults.clone());
    world.faults.meanwhile("replace .lamindb", async move {
        add(&other, "/shared/data/deep").await;
        // The claim is taken back, and that is not recorded any more.
        faults.strike("commit write", 1, Fault::Broken);
    });
    hand_over_storage(&lab, SHARED, &id_of(&analysis)).await.unwrap_err();
    world.faults.disarm();
    assert!(world.claim(SHARED).unwrap().is_managed_by(lab.instance().uid()));
    assert_eq!(access_of(&world, &lab, SHARED).await, Some(Access::Linked));
    let error = hand_over_storage(&lab, SHARED, &id_of(&analysis)).await.unwrap_err();
    assert!(matches!(error, HandOverStorageError::Overlaps { .. }), "{error}");
    assert_eq!(access_of(&world, &lab, SHARED).await, Some(Access::Managed));
    save(&lab, into("a.csv", SHARED)).await;
    release_storage(&lab, "/shared/data/deep").await.unwrap();
    hand_over_storage(&lab, SHARED, &id_of(&analysis)).await.unwrap();
    assert!(world.claim(SHARED).unwrap().is_managed_by(analysis.instance().uid()));
}

#[tokio::test]
async fn nothing_is_handed_over_to_an_instance_that_is_being_deleted() {
    let world = World::new();
    let (lab, _) = ground(&world).await;
    let other = super::harness::initialised(&world.host(), "lab/other", "/other").await;
    world.file("/home/ada/b.csv", "1");
    save_path(&other, "b.csv").await;
    world.faults.strike("delete", 1, Fault::Broken);
    delete_instance(&other, DataFate::Purge).await.unwrap_err();
    world.faults.disarm();
    let error = hand_over_storage(&lab, SHARED, "lab/other").await.unwrap_err();
    assert_error(&error, Category::Refused, "lab/other");
    assert!(world.claim(SHARED).unwrap().is_managed_by(lab.instance().uid()));
}

#[tokio::test]
async fn a_location_that_was_released_while_its_registry_was_relocated_stays_released() {
    const ELSEWHERE: &str = "sqlite:///elsewhere/books.db";
    let world = World::new();
    let (lab, _) = ground(&world).await;
    lab.close().await.unwrap();
    assert!(world.machine.databases.copy(lab.database(), &database(ELSEWHERE)));
    freehold_ports::persistence::Databases::destroy(&world.machine.databases, lab.database()).await.unwrap();
    let moved = World { faults: super::harness::faults::Faults::default(), ..world.clone() };
    let other = moved.opened(&database(ELSEWHERE)).await;
    // Both claims name the new database, and that is about to be recorded.
    world.faults.meanwhile("begin write", async move {
        release_storage(&other, SHARED).await.unwrap();
    });
    let relocated = relocate_instance(&world.host(), ELSEWHERE).await.unwrap();
    assert_eq!(access_of(&world, &relocated.registry, SHARED).await, Some(Access::Linked));
    assert_eq!(history(&world, &relocated.registry, SHARED).await.last(), Some(&StorageChange::Released));
    save_path(&relocated.registry, "a.csv").await;
    assert!(world.claim(SHARED).is_none() && world.claim(LAB).is_some());
}

#[tokio::test]
async fn a_location_that_came_back_while_it_was_added_is_not_recorded_as_it_was_before() {
    let world = World::new();
    let (lab, analysis) = ground(&world).await;
    let (other, rival) = (world.opened_apart(&lab).await, world.opened_apart(&analysis).await);
    // The claim has been read, and nothing is recorded of it: meanwhile the location is released and claimed again by another process.
    let faults = world.faults.clone();
    world.faults.meanwhile("read .lamindb/storage_uid.txt", async move {
        faults.meanwhile("begin write", async move {
            release_storage(&other, SHARED).await.unwrap();
            add(&rival, "/elsewhere").await;
            add(&other, SHARED).await;
        });
    });
    try_add(&lab, SHARED).await.unwrap();
    let claim: Claim = world.claim(SHARED).unwrap();
    let books = world.books(&lab).await;
    let recorded = books.storages.iter().find(|storage| *storage.root() == root(SHARED)).unwrap();
    assert_eq!((recorded.epoch(), recorded.instance_uid()), (claim.epoch(), claim.manager()));
    save(&lab, into("a.csv", SHARED)).await;
    try_save(&lab, into("a.csv", SHARED)).await.unwrap();
}
