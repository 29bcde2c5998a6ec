//! Locations change hands: released, handed over, taken over from a manager that is gone.

use freehold_domain::{Access, BlobKey, Claim, ClaimEpoch, StorageChange};
use freehold_services::add_storage::{AddOutcome, AddStorageError};
use freehold_services::adopt_storage::{AdoptStorage, AdoptStorageError, AdoptedStorage, adopt_storage};
use freehold_services::hand_over_storage::{HandOverStorageError, hand_over_storage};
use freehold_services::release_storage::{ReleaseStorageError, release_storage};
use freehold_services::{Category, Registry, UseCaseError};

use super::harness::{
    ANALYSIS, Fault, LAB, World, add, assert_error, database, history, into, link, root, save, try_add,
    try_save,
};

const SHARED: &str = "/shared/data";
const LAMINDB: &str = "nUYsCWitlepu\ncreation info:\ninstance_slug=anonymous/mydata\ninstance_id=3fae3ac9c7685a6396f2d619d4a5b2bf";

/// A lab that manages a second location, and an instance that is to get it.
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

pub(crate) async fn adopt(
    registry: &Registry,
    at: &str,
    expected: &str,
) -> Result<AdoptedStorage, AdoptStorageError> {
    let request = AdoptStorage {
        root: at.to_owned(),
        reason: "the machine burnt".to_owned(),
        expected_manager: expected.to_owned(),
        region: None,
    };
    adopt_storage(registry, request).await
}

async fn access_of(world: &World, registry: &Registry, at: &str) -> Access {
    let books = world.books(registry).await;
    books.storages.iter().find(|storage| *storage.root() == root(at)).unwrap().access(registry.instance())
}

#[tokio::test]
async fn a_released_location_keeps_its_data_and_is_linked_and_free() {
    let world = World::new();
    let (lab, analysis) = ground(&world).await;
    let released = release_storage(&lab, SHARED).await.unwrap();
    assert_eq!(
        (released.storage.access(lab.instance()), released.storage.instance_uid()),
        (Access::Linked, None)
    );
    assert_eq!((world.claim(SHARED), world.keys(SHARED)), (None, vec!["own.csv".to_owned()]));
    let error = try_save(&lab, into("a.csv", SHARED)).await.unwrap_err();
    assert_eq!(error.category(), Category::Refused);
    assert_eq!(history(&world, &lab, SHARED).await, [StorageChange::Claimed, StorageChange::Released]);
    assert_eq!(try_add(&analysis, SHARED).await.unwrap(), AddOutcome::Managed);
}

#[tokio::test]
async fn a_location_that_is_claimed_again_after_its_release_begins_an_epoch() {
    let world = World::new();
    let (lab, _) = ground(&world).await;
    release_storage(&lab, SHARED).await.unwrap();
    add(&lab, SHARED).await;
    assert_eq!(world.claim(SHARED).unwrap().epoch(), Some(ClaimEpoch::FIRST.next()));
    save(&lab, into("a.csv", SHARED)).await;
}

#[tokio::test]
async fn the_default_storage_is_neither_released_nor_handed_over() {
    let world = World::new();
    let (lab, analysis) = ground(&world).await;
    let error = release_storage(&lab, LAB).await.unwrap_err();
    assert!(matches!(error, ReleaseStorageError::IsDefault { .. }));
    assert_error(&error, Category::Refused, LAB);
    assert!(error.hint().unwrap().contains("freehold storage default"));
    let error = hand_over_storage(&lab, LAB, &id_of(&analysis)).await.unwrap_err();
    assert_error(&error, Category::Refused, LAB);
    assert!(world.claim(LAB).unwrap().is_managed_by(lab.instance().uid()));
}

#[tokio::test]
async fn only_the_manager_gives_a_location_up() {
    let world = World::new();
    let (_lab, analysis) = ground(&world).await;
    link(&analysis, SHARED).await;
    let before = world.contents(SHARED).await;
    let error = release_storage(&analysis, SHARED).await.unwrap_err();
    assert_error(&error, Category::Refused, "lab/primary");
    let error = hand_over_storage(&analysis, SHARED, "3fae3ac9c7685a6396f2d619d4a5b2bf").await.unwrap_err();
    assert_error(&error, Category::Refused, "lab/primary");
    assert_eq!(world.contents(SHARED).await, before);
}

#[tokio::test]
async fn a_copied_registry_gives_nothing_up() {
    let world = World::new();
    let (lab, analysis) = ground(&world).await;
    let copy = database("sqlite:///elsewhere/copy.db");
    assert!(world.machine.databases.copy(lab.database(), &copy));
    let copied = world.opened(&copy).await;
    let before = world.contents(SHARED).await;
    for error in [
        &release_storage(&copied, SHARED).await.unwrap_err() as &dyn UseCaseError,
        &hand_over_storage(&copied, SHARED, &id_of(&analysis)).await.unwrap_err(),
    ] {
        assert_error(error, Category::Refused, "fingerprint");
    }
    assert_eq!(world.contents(SHARED).await, before);
}

#[tokio::test]
async fn nothing_is_given_up_while_another_process_writes_there() {
    let world = World::new();
    let (lab, analysis) = ground(&world).await;
    let writer = world.reopened(&lab).await;
    world.faults.strike("flush", 1, Fault::Broken);
    world.faults.strike("delete", 1, Fault::Broken);
    try_save(&writer, into("a.csv", SHARED)).await.unwrap_err();
    let error = release_storage(&lab, SHARED).await.unwrap_err();
    assert_error(&error, Category::Conflict, "another process is writing");
    let error = hand_over_storage(&lab, SHARED, &id_of(&analysis)).await.unwrap_err();
    assert_error(&error, Category::Conflict, "another process is writing");
    assert!(world.claim(SHARED).unwrap().is_managed_by(lab.instance().uid()));
    writer.close().await.unwrap();
    release_storage(&lab, SHARED).await.unwrap();
}

#[tokio::test]
async fn a_location_that_is_handed_over_is_the_receivers_as_soon_as_it_adds_it() {
    let world = World::new();
    let (lab, analysis) = ground(&world).await;
    link(&analysis, SHARED).await;
    let uid = world.claim(SHARED).unwrap().storage_uid();
    let handed = hand_over_storage(&lab, SHARED, &id_of(&analysis)).await.unwrap();
    assert_eq!(handed.storage.instance_uid(), Some(analysis.instance().uid()));
    let refused = try_save(&lab, into("a.csv", SHARED)).await.unwrap_err();
    assert_eq!(refused.category(), Category::Refused);
    assert_eq!(try_add(&analysis, SHARED).await.unwrap(), AddOutcome::Managed);
    let claim = world.claim(SHARED).unwrap();
    assert_eq!((claim.storage_uid(), claim.epoch()), (uid, Some(ClaimEpoch::FIRST.next())));
    assert!(claim.database().is_some(), "the receiver has put its database in");
    save(&analysis, into("/home/ada/a.csv", SHARED)).await;
    let (gave, got) = (history(&world, &lab, SHARED).await, history(&world, &analysis, SHARED).await);
    assert_eq!(gave, [StorageChange::Claimed, StorageChange::HandedOver]);
    assert_eq!(got, [StorageChange::Linked, StorageChange::Received]);
    assert!(matches!(try_add(&lab, SHARED).await.unwrap(), AddOutcome::ManagedElsewhere { .. }));
}

#[tokio::test]
async fn a_known_instance_is_a_receiver_by_its_slug_or_uid() {
    for by_uid in [false, true] {
        let world = World::new();
        let lab = world.lab().await;
        let other = super::harness::initialised(&world.host(), "lab/other", "/other").await;
        add(&lab, SHARED).await;
        let to = if by_uid { other.instance().uid().to_string() } else { "lab/other".to_owned() };
        let handed = hand_over_storage(&lab, SHARED, &to).await.unwrap();
        assert_eq!((handed.receiver, handed.slug.as_str()), (other.instance().uid(), "lab/other"));
        assert!(world.claim(SHARED).unwrap().is_managed_by(other.instance().uid()));
    }
}

#[tokio::test]
async fn an_unknown_receiver_is_an_error_that_asks_for_the_id() {
    let world = World::new();
    let (lab, analysis) = ground(&world).await;
    let uid = analysis.instance().uid().to_string();
    let error = hand_over_storage(&lab, SHARED, &uid).await.unwrap_err();
    assert_error(&error, Category::NotFound, &uid);
    assert!(error.hint().unwrap().contains("id in full"));
    let error = hand_over_storage(&lab, SHARED, &id_of(&lab)).await.unwrap_err();
    assert!(matches!(error, HandOverStorageError::ToItself { .. }));
    assert!(world.claim(SHARED).unwrap().is_managed_by(lab.instance().uid()));
}

#[tokio::test]
async fn a_location_inside_or_around_another_of_ours_is_not_handed_over() {
    for handed in [SHARED, "/shared", "/shared/data/deep"] {
        let world = World::new();
        let (lab, analysis) = ground(&world).await;
        add(&lab, "/shared").await;
        add(&lab, "/shared/data/deep").await;
        let error = hand_over_storage(&lab, handed, &id_of(&analysis)).await.unwrap_err();
        assert!(matches!(error, HandOverStorageError::Overlaps { .. }), "{error}");
        assert_error(&error, Category::Refused, "lab/primary");
        assert!(world.claim(handed).unwrap().is_managed_by(lab.instance().uid()));
    }
}

#[tokio::test]
async fn a_location_claimed_around_while_another_is_handed_over_takes_that_one_back() {
    let world = World::new();
    let (lab, analysis) = ground(&world).await;
    let other = world.opened_apart(&lab).await;
    world.faults.meanwhile("replace .lamindb", async move {
        add(&other, "/shared/data/deep").await;
    });
    let error = hand_over_storage(&lab, SHARED, &id_of(&analysis)).await.unwrap_err();
    assert!(matches!(error, HandOverStorageError::Overlaps { .. }), "{error}");
    let claim = world.claim(SHARED).unwrap();
    assert!(claim.is_managed_by(lab.instance().uid()));
    assert_eq!(claim.epoch(), ClaimEpoch::from_number(3));
    save(&lab, into("a.csv", SHARED)).await;
}

#[tokio::test]
async fn a_location_whose_manager_is_gone_is_taken_over_and_its_claim_kept() {
    let world = World::new();
    let (lab, analysis) = ground(&world).await;
    let former = world.machine.stores.content(&root(SHARED), &BlobKey::claim()).unwrap();
    let manager = lab.instance().uid();
    let adopted = adopt(&analysis, SHARED, manager.as_str()).await.unwrap();
    assert_eq!(adopted.former, Some(manager));
    assert_eq!(world.machine.stores.content(&root(SHARED), &adopted.retired).unwrap(), former);
    let claim = world.claim(SHARED).unwrap();
    assert_eq!((claim.epoch(), claim.reason()), (Some(ClaimEpoch::FIRST.next()), Some("the machine burnt")));
    save(&analysis, into("/home/ada/a.csv", SHARED)).await;
    let error = try_save(&lab, into("a.csv", SHARED)).await.unwrap_err();
    assert_error(&error, Category::Refused, "nothing was written");
    assert_eq!(history(&world, &analysis, SHARED).await, [StorageChange::Adopted]);
    assert!(matches!(try_add(&lab, SHARED).await.unwrap(), AddOutcome::ManagedElsewhere { .. }));
    assert_eq!(history(&world, &lab, SHARED).await, [StorageChange::Claimed, StorageChange::Lost]);
    assert_eq!(access_of(&world, &lab, SHARED).await, Access::Linked);
}

#[tokio::test]
async fn a_location_is_taken_over_only_from_the_manager_that_was_named() {
    let world = World::new();
    let (lab, analysis) = ground(&world).await;
    let before = world.contents(SHARED).await;
    let error = adopt(&analysis, SHARED, analysis.instance().uid().as_str()).await.unwrap_err();
    assert_error(&error, Category::Refused, "lab/primary");
    assert!(error.hint().unwrap().contains(lab.instance().uid().as_str()));
    let error = adopt(&analysis, SHARED, "unknown").await.unwrap_err();
    assert!(matches!(error, AdoptStorageError::AnotherManager { .. }));
    assert_eq!(adopt(&analysis, SHARED, "").await.unwrap_err().category(), Category::Invalid);
    let error = adopt(&lab, SHARED, lab.instance().uid().as_str()).await.unwrap_err();
    assert!(matches!(error, AdoptStorageError::AlreadyOurs { .. }), "{error}");
    assert!(matches!(adopt(&lab, "/nowhere", "unknown").await, Err(AdoptStorageError::Unclaimed { .. })));
    assert_eq!(world.contents(SHARED).await, before);
}

#[tokio::test]
async fn a_claim_of_lamindb_is_taken_over_and_kept_whole() {
    let cases = [
        (BlobKey::claim(), LAMINDB, "186kfOVJd0dZ"),
        (BlobKey::legacy_claim(), LAMINDB, "186kfOVJd0dZ"),
        (BlobKey::claim(), "nUYsCWitlepu\r\n", "unknown"),
    ];
    for (key, text, manager) in cases {
        let world = World::new();
        let lab = world.lab().await;
        world.machine.stores.tamper(&root("/lamin"), &key, text);
        let adopted = adopt(&lab, "/lamin", manager).await.unwrap();
        assert_eq!(world.machine.stores.content(&root("/lamin"), &adopted.retired).unwrap(), text);
        assert_eq!(adopted.retired.as_str(), format!(".lamindb/claims/0-{manager}.txt"));
        assert!(world.claim("/lamin").unwrap().is_managed_by(lab.instance().uid()));
        world.file("/home/ada/a.csv", "1");
        save(&lab, into("a.csv", "/lamin")).await;
    }
}

#[tokio::test]
async fn a_claim_that_cannot_be_read_is_never_taken_over() {
    let world = World::new();
    let lab = world.lab().await;
    world.machine.stores.tamper(&root(SHARED), &BlobKey::claim(), "garbage");
    let before = world.contents(SHARED).await;
    let error = adopt(&lab, SHARED, "unknown").await.unwrap_err();
    assert_error(&error, Category::Refused, "cannot be read");
    assert!(error.hint().unwrap().contains(".lamindb/claims/"));
    assert_eq!(world.contents(SHARED).await, before);
}

#[tokio::test]
async fn a_location_with_claims_of_others_around_it_is_not_taken_over() {
    for at in ["/shared", "/shared/data/deep"] {
        for text in [LAMINDB, "garbage"] {
            let world = World::new();
            let (lab, analysis) = ground(&world).await;
            world.machine.stores.tamper(&root(at), &BlobKey::claim(), text);
            let before = (world.contents(at).await, world.contents(SHARED).await);
            let error = adopt(&analysis, SHARED, lab.instance().uid().as_str()).await.unwrap_err();
            assert!(matches!(error, AdoptStorageError::Overlaps { .. }), "{error}");
            assert_eq!((world.contents(at).await, world.contents(SHARED).await), before);
        }
    }
}

#[tokio::test]
async fn a_place_claimed_around_one_that_is_taken_over_puts_the_former_claim_back() {
    let world = World::new();
    let (lab, analysis) = ground(&world).await;
    let former = world.machine.stores.content(&root(SHARED), &BlobKey::claim()).unwrap();
    let other = world.opened_apart(&lab).await;
    world.faults.meanwhile("replace .lamindb", async move {
        add(&other, "/shared/data/deep").await;
    });
    let error = adopt(&analysis, SHARED, lab.instance().uid().as_str()).await.unwrap_err();
    assert!(matches!(error, AdoptStorageError::Overlaps { .. }), "{error}");
    assert_eq!(world.machine.stores.content(&root(SHARED), &BlobKey::claim()).unwrap(), former);
    save(&lab, into("a.csv", SHARED)).await;
}

#[tokio::test]
async fn what_was_handed_over_is_refused_and_left_where_its_receiver_cannot_manage_it() {
    let world = World::new();
    let (lab, analysis) = ground(&world).await;
    hand_over_storage(&lab, SHARED, &id_of(&analysis)).await.unwrap();
    let other =
        Claim::new("nUYsCWitlepu".parse().unwrap(), "x/y", uuid::Uuid::from_u128(1), ClaimEpoch::FIRST);
    world.machine.stores.tamper(&root("/shared"), &BlobKey::claim(), other.to_bytes());
    let before = world.contents(SHARED).await;
    assert!(matches!(try_add(&analysis, SHARED).await, Err(AddStorageError::Overlaps { .. })));
    assert_eq!(world.contents(SHARED).await, before);
    assert!(world.claim(ANALYSIS).is_some());
}
