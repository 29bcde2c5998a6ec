//! A claim that was placed and could not be recorded is taken back, unless somebody else has recorded it.

use freehold_domain::Access;
use freehold_services::Category;
use freehold_services::add_storage::{AddOutcome, AddStorage, AddStorageError, add_storage};
use freehold_services::delete_instance::{DataFate, delete_instance};

use super::harness::{Fault, LAB, World, add, assert_error, into, root, save, try_add};

const NEW: &str = "/new";

async fn refused(registry: &freehold_services::Registry) -> AddStorageError {
    add_storage(registry, AddStorage { root: NEW.to_owned(), ..AddStorage::default() }).await.unwrap_err()
}

#[tokio::test]
async fn a_claim_placed_while_the_instance_begins_to_close_is_taken_back() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/home/ada/a.csv", "1");
    super::harness::save_path(&lab, "a.csv").await;
    let apart = World { faults: super::harness::faults::Faults::default(), ..world.clone() };
    let deleter = apart.opened(lab.database()).await;
    // The deletion is interrupted when the instance has just been closed.
    apart.faults.strike("delete", 1, Fault::Broken);
    world.faults.meanwhile("find claims", async move {
        delete_instance(&deleter, DataFate::Purge).await.unwrap_err();
    });
    let error = refused(&lab).await;
    assert_error(&error, Category::Refused, "being deleted");
    assert_eq!(world.claim(NEW), None);
    assert!(world.claim(LAB).is_some());
    assert!(!world.machine.stores.exists(&root(NEW)), "no empty folder is left");
}

#[tokio::test]
async fn a_claim_placed_while_the_instance_is_deleted_is_taken_back() {
    let world = World::new();
    let lab = world.lab().await;
    let deleter = world.opened_apart(&lab).await;
    world.faults.meanwhile("find claims", async move {
        delete_instance(&deleter, DataFate::Release).await.unwrap();
    });
    refused(&lab).await;
    assert_eq!(world.claim(NEW), None, "nobody is left who could give it up");
}

#[tokio::test]
async fn a_claim_that_is_certainly_not_recorded_is_taken_back() {
    let world = World::new();
    let lab = world.lab().await;
    let faults = world.faults.clone();
    world.faults.meanwhile("find claims", async move {
        faults.strike("commit write", 1, Fault::Broken);
    });
    refused(&lab).await;
    assert_eq!(world.claim(NEW), None);
    assert_eq!(try_add(&lab, NEW).await.unwrap(), AddOutcome::Managed);
}

#[tokio::test]
async fn a_claim_that_may_have_been_recorded_stays() {
    for fault in [Fault::Unknown, Fault::AnswerLost] {
        let world = World::new();
        let lab = world.lab().await;
        let faults = world.faults.clone();
        world.faults.meanwhile("find claims", async move { faults.strike("commit write", 1, fault) });
        refused(&lab).await;
        assert!(world.claim(NEW).is_some(), "{fault:?}");
        assert_eq!(try_add(&lab, NEW).await.unwrap(), AddOutcome::Managed, "{fault:?}");
    }
}

#[tokio::test]
async fn a_claim_that_another_process_of_the_instance_recorded_stays() {
    let world = World::new();
    let lab = world.lab().await;
    let other = world.opened_apart(&lab).await;
    let faults = world.faults.clone();
    // The other process finds the claim that was just placed, and records it first.
    world.faults.meanwhile("find claims", async move {
        add(&other, NEW).await;
        faults.strike("commit write", 1, Fault::Broken);
    });
    refused(&lab).await;
    let storages = world.books(&lab).await.storages;
    let recorded = storages.iter().find(|storage| *storage.root() == root(NEW)).unwrap();
    let claim = world.claim(NEW).unwrap();
    assert_eq!((recorded.uid(), recorded.epoch()), (claim.storage_uid(), claim.epoch()));
    world.file("/home/ada/a.csv", "1");
    save(&lab, into("a.csv", NEW)).await;
}

#[tokio::test]
async fn a_location_whose_claim_went_while_it_was_recorded_is_claimed_again() {
    let world = World::new();
    let lab = world.lab().await;
    let stores = world.machine.stores.clone();
    // Another process of the instance, which had placed the claim, takes it back just before it is recorded here.
    let faults = world.faults.clone();
    world.faults.meanwhile("find claims", async move {
        faults.meanwhile("commit write", async move {
            assert!(stores.forget(&root(NEW), &freehold_domain::BlobKey::claim()));
        });
    });
    let added = add(&lab, NEW).await;
    assert_eq!(added.storage.access(lab.instance()), Access::Managed);
    let claim = world.claim(NEW).expect("what is recorded as managed has a claim");
    assert_eq!((added.storage.uid(), added.storage.epoch()), (claim.storage_uid(), claim.epoch()));
    world.file("/home/ada/a.csv", "1");
    save(&lab, into("a.csv", NEW)).await;
}
