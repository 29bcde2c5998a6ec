//! Taking over a location tries what its place can do, and changes nothing that could not be recorded.

use freehold_domain::{BlobKey, Capabilities, StorageChange};
use freehold_services::adopt_storage::{AdoptStorage, AdoptStorageError};
use freehold_services::release_storage::release_storage;
use freehold_services::{Category, UseCaseError};

use super::harness::{Fault, World, add, assert_error, history, into, root, save, try_add};
use super::life_cycle::adopt;

const SHARED: &str = "/shared/data";
const EVERYTHING: Capabilities = Capabilities {
    create_if_absent: true,
    compare_and_swap: true,
    list_after_write: true,
    case_sensitive: true,
};

#[tokio::test]
async fn what_the_place_of_an_adopted_location_can_do_is_recorded() {
    for place in [SHARED, "s3://shared/data"] {
        let world = World::new();
        let (lab, analysis) = (world.lab().await, world.analysis().await);
        add(&lab, place).await;
        let seen = Capabilities { case_sensitive: false, ..EVERYTHING };
        world.machine.stores.set_capabilities(&root(place), seen);
        let adopted = adopt(&analysis, place, lab.instance().uid().as_str()).await.unwrap();
        assert_eq!(adopted.storage.capabilities, Some(seen), "{place}");
        let again = adopt(&analysis, place, lab.instance().uid().as_str()).await.unwrap();
        assert_eq!(again.storage, adopted.storage, "the same call finds it done");
    }
}

#[tokio::test]
async fn a_place_that_ignores_conditions_is_not_taken_over_and_the_error_says_what_it_lacks() {
    let lacking = [
        (Capabilities { create_if_absent: false, ..EVERYTHING }, "If-None-Match"),
        (Capabilities { compare_and_swap: false, ..EVERYTHING }, "If-Match"),
    ];
    for place in [SHARED, "gs://shared/data"] {
        for (capabilities, lack) in lacking {
            let world = World::new();
            let (lab, analysis) = (world.lab().await, world.analysis().await);
            add(&lab, place).await;
            let before = (world.claim(place), world.keys(place));
            world.machine.stores.set_capabilities(&root(place), capabilities);
            let error = adopt(&analysis, place, lab.instance().uid().as_str()).await.unwrap_err();
            assert!(matches!(error, AdoptStorageError::Unmanageable { .. }), "{error}");
            assert_error(&error, Category::Refused, lack);
            assert!(error.hint().unwrap().contains(&format!("freehold storage add {place} --link")));
            assert_eq!((world.claim(place), world.keys(place)), before);
        }
    }
}

#[tokio::test]
async fn a_place_that_may_not_be_written_is_not_taken_over() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    add(&lab, SHARED).await;
    world.machine.stores.set_read_only(&root(SHARED), true);
    let error = adopt(&analysis, SHARED, lab.instance().uid().as_str()).await.unwrap_err();
    assert_error(&error, Category::Refused, "permissions");
}

#[tokio::test]
async fn a_copy_of_a_location_that_is_recorded_elsewhere_is_left_as_it_is() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    add(&lab, SHARED).await;
    super::harness::link(&analysis, SHARED).await;
    let claim = world.claim(SHARED).unwrap();
    world.machine.stores.tamper(&root("/copy"), &BlobKey::claim(), claim.to_bytes());
    let before = world.contents("/copy").await;
    let error = adopt(&analysis, "/copy", lab.instance().uid().as_str()).await.unwrap_err();
    assert!(matches!(error, AdoptStorageError::RecordedOtherwise { .. }), "{error}");
    assert_eq!(world.contents("/copy").await, before, "what cannot be recorded is not taken over");
}

#[tokio::test]
async fn an_adopted_location_that_was_given_up_is_not_adopted_again() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    add(&lab, SHARED).await;
    adopt(&analysis, SHARED, lab.instance().uid().as_str()).await.unwrap();
    // The release is recorded, and whoever makes it is about to remove the claim.
    world.faults.strike("remove .lamindb", 1, Fault::Broken);
    release_storage(&analysis, SHARED).await.unwrap_err();
    let error = adopt(&analysis, SHARED, lab.instance().uid().as_str()).await.unwrap_err();
    assert!(matches!(error, AdoptStorageError::AlreadyOurs { .. }), "{error}");
    assert!(error.hint().unwrap().contains("freehold storage add"));
    try_add(&analysis, SHARED).await.unwrap();
    let epochs = world.claim(SHARED).unwrap().epoch();
    assert_eq!(epochs.map(freehold_domain::ClaimEpoch::number), Some(3), "the release removes another one");
    world.file("/home/ada/a.csv", "1");
    save(&analysis, into("/home/ada/a.csv", SHARED)).await;
    let changes = history(&world, &analysis, SHARED).await;
    assert_eq!(changes[..2], [StorageChange::Adopted, StorageChange::Released]);
}

#[tokio::test]
async fn a_reason_is_needed() {
    let world = World::new();
    let lab = world.lab().await;
    let request = AdoptStorage { root: SHARED.to_owned(), reason: " ".to_owned(), ..AdoptStorage::default() };
    let error = freehold_services::adopt_storage::adopt_storage(&lab, request).await.unwrap_err();
    assert!(matches!(error, AdoptStorageError::ReasonMissing));
}
