//! One manager for each location, by the word of the claim that lies in it.

use freehold_domain::{Access, BlobKey, Claim, ClaimEpoch};
use freehold_services::add_storage::{AddOutcome, AddStorage, AddStorageError, add_storage};
use freehold_services::list_storages::list_storages;
use freehold_services::save_artifacts::SaveArtifactsError;
use freehold_services::show_storage::{ClaimReport, show_storage};
use freehold_services::{AccessError, Category, Registry, UseCaseError};

use super::harness::{
    ANALYSIS, Fault, LAB, PURGE, World, add, assert_error, initialised, into, link, paths, root, save,
    save_path, try_delete, try_save, try_transfer,
};

const SHARED: &str = "/shared/data";
const LAMINDB: &str = "nUYsCWitlepu\ncreation info:\ninstance_slug=anonymous/mydata\ninstance_id=3fae3ac9c7685a6396f2d619d4a5b2bf";

async fn try_add(registry: &Registry, at: &str) -> Result<AddOutcome, AddStorageError> {
    let request = AddStorage { root: at.to_owned(), ..AddStorage::default() };
    add_storage(registry, request).await.map(|added| added.outcome)
}

async fn access_of(registry: &Registry, at: &str) -> Access {
    let listed = list_storages(registry).await.unwrap();
    listed.iter().find(|listed| *listed.storage.root() == root(at)).unwrap().access
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_instances_that_claim_one_location_at_once_one_manages_it() {
    let world = World::new();
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..8 {
        let other = World { machine: world.machine.of_another_user("someone", number), ..world.clone() };
        tasks.spawn(async move {
            let slug = format!("lab/number{number}");
            let registry = initialised(&other.host(), &slug, &format!("/lab/{number}")).await;
            (registry.instance().uid(), add(&registry, SHARED).await)
        });
    }
    let added = tasks.join_all().await;
    let winners: Vec<_> = added.iter().filter(|(_, added)| added.outcome == AddOutcome::Managed).collect();
    let [(winner, storage)] = winners[..] else { panic!("{winners:?}") };
    assert_eq!(world.claim(SHARED).unwrap().manager(), Some(*winner));
    for (_, other) in &added {
        assert_eq!(other.storage.uid(), storage.storage.uid());
        assert_eq!(other.storage.instance_uid(), Some(*winner));
    }
}

#[tokio::test]
async fn a_location_that_another_instance_manages_becomes_linked_and_is_not_written() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    let before = world.contents(LAB).await;
    let added = add(&analysis, LAB).await;
    assert!(
        matches!(&added.outcome, AddOutcome::ManagedElsewhere { manager } if manager.contains("lab/primary"))
    );
    assert_eq!(added.storage.access(analysis.instance()), Access::Linked);
    assert_eq!(added.storage.uid(), world.claim(LAB).unwrap().storage_uid());
    assert_eq!(added.storage.instance_uid(), Some(lab.instance().uid()));
    assert_eq!(world.contents(LAB).await, before);
}

#[tokio::test]
async fn a_claim_of_lamindb_is_honoured() {
    let world = World::new();
    let lab = world.lab().await;
    for (at, key) in [("/lamin/new", BlobKey::claim()), ("/lamin/old", BlobKey::legacy_claim())] {
        let uid = if at.ends_with("new") { "nUYsCWitlepu" } else { "nUYsCWitlepv" };
        world.machine.stores.tamper(&root(at), &key, LAMINDB.replace("nUYsCWitlepu", uid));
        let before = world.contents(at).await;
        let added = add(&lab, at).await;
        assert!(
            matches!(&added.outcome, AddOutcome::ManagedElsewhere { manager } if manager.contains("anonymous/mydata"))
        );
        assert_eq!(added.storage.uid().as_str(), uid);
        assert_eq!(added.storage.instance_uid().unwrap().as_str(), "186kfOVJd0dZ");
        assert_eq!(world.contents(at).await, before);
    }
}

#[tokio::test]
async fn a_claim_that_cannot_be_read_is_linked_on_request_only_and_never_overwritten() {
    let world = World::new();
    let lab = world.lab().await;
    world.machine.stores.tamper(&root(SHARED), &BlobKey::claim(), "garbage");
    let before = world.contents(SHARED).await;
    let error = try_add(&lab, SHARED).await.unwrap_err();
    assert!(matches!(error, AddStorageError::UnreadableClaim { .. }));
    assert_error(&error, Category::Refused, SHARED);
    assert!(error.hint().unwrap().contains("--link"));
    assert_eq!(link(&lab, SHARED).await.outcome, AddOutcome::LinkedAsAsked);
    assert_eq!(access_of(&lab, SHARED).await, Access::Linked);
    assert_eq!(world.contents(SHARED).await, before);
}

#[tokio::test]
async fn a_truncated_claim_is_never_ours() {
    for lines in 1..=7 {
        let world = World::new();
        let lab = world.lab().await;
        add(&lab, SHARED).await;
        world.file("/home/ada/a.csv", "1");
        world.truncate_claim(SHARED, lines);
        let before = world.contents(SHARED).await;
        let error = try_save(&lab, into("a.csv", SHARED)).await.unwrap_err();
        assert!(
            matches!(
                error,
                SaveArtifactsError::Access(
                    AccessError::ClaimDisagrees { .. } | AccessError::ClaimUnreadable { .. }
                )
            ),
            "{lines}: {error}"
        );
        let again = try_add(&lab, SHARED).await;
        assert_ne!(again.ok(), Some(AddOutcome::Managed), "{lines} lines");
        link(&lab, SHARED).await;
        assert_eq!(access_of(&lab, SHARED).await, Access::Linked, "{lines} lines");
        assert_eq!(world.contents(SHARED).await, before, "{lines} lines");
    }
}

#[tokio::test]
async fn a_truncated_claim_at_a_new_location_is_never_ours() {
    let world = World::new();
    let lab = world.lab().await;
    let claim =
        Claim::new("nUYsCWitlepu".parse().unwrap(), "lab/primary", lab.instance().id(), ClaimEpoch::FIRST);
    world.machine.stores.tamper(&root(SHARED), &BlobKey::claim(), claim.to_bytes());
    world.truncate_claim(SHARED, 5);
    let added = add(&lab, SHARED).await;
    assert!(matches!(added.outcome, AddOutcome::ManagedElsewhere { .. }));
    assert_eq!(added.storage.access(lab.instance()), Access::Linked);
    assert!(added.storage.managed_by(lab.instance()).is_err());
}

#[tokio::test]
async fn a_claim_removed_by_hand_refuses_writing_before_a_byte_moves() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    world.file("/home/ada/a.csv", "1");
    let saved = save_path(&lab, "a.csv").await.artifact;
    save_path(&analysis, "/home/ada/a.csv").await;
    for at in [LAB, ANALYSIS] {
        world.remove_claim(at);
    }
    world.file("/home/ada/b.csv", "2");
    let (before, copies) = (world.contents(LAB).await, world.contents(ANALYSIS).await);
    let saving = try_save(&lab, paths(&["b.csv"])).await.unwrap_err();
    assert!(matches!(saving, SaveArtifactsError::Access(AccessError::ClaimMissing { .. })));
    let deleting = try_delete(&lab, &[saved.uid.as_str()], PURGE).await.unwrap_err();
    let copying = try_transfer(&analysis, &lab, &[], true).await.unwrap_err();
    for error in [&saving as &dyn UseCaseError, &deleting, &copying] {
        assert_error(error, Category::Refused, "nothing was written");
        assert!(error.hint().unwrap().contains("freehold storage add"));
    }
    assert_eq!((world.contents(LAB).await, world.contents(ANALYSIS).await), (before, copies));
    assert!(world.books(&lab).await.intents.is_empty());
}

#[tokio::test]
async fn a_claim_of_another_epoch_or_manager_refuses_writing() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/home/ada/a.csv", "1");
    let ours = world.claim(LAB).unwrap();
    let other = Claim::new(ours.storage_uid(), "other/name", uuid::Uuid::from_u128(1), ClaimEpoch::FIRST);
    for claim in [ours.with_epoch(ClaimEpoch::FIRST.next()).unwrap(), other] {
        world.machine.stores.tamper(&root(LAB), &BlobKey::claim(), claim.to_bytes());
        let before = world.contents(LAB).await;
        let error = try_save(&lab, paths(&["a.csv"])).await.unwrap_err();
        assert!(matches!(error, SaveArtifactsError::Access(AccessError::ClaimDisagrees { .. })), "{error}");
        assert_eq!(world.contents(LAB).await, before);
    }
}

#[tokio::test]
async fn a_location_whose_claim_was_removed_is_claimed_again_under_its_old_uid() {
    let world = World::new();
    let lab = world.lab().await;
    let before = world.claim(LAB).unwrap();
    world.remove_claim(LAB);
    let added = add(&lab, LAB).await;
    assert_eq!((added.outcome, added.created), (AddOutcome::Managed, false));
    let claim = world.claim(LAB).unwrap();
    assert_eq!((claim.storage_uid(), claim.manager()), (before.storage_uid(), before.manager()));
    assert_eq!(
        claim.epoch(),
        before.epoch().map(ClaimEpoch::next),
        "who believes in the former is fenced off"
    );
    world.file("/home/ada/a.csv", "1");
    save(&lab, paths(&["a.csv"])).await;
}

#[tokio::test]
async fn a_location_that_another_instance_took_over_becomes_linked() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    add(&lab, SHARED).await;
    world.remove_claim(SHARED);
    add(&analysis, SHARED).await;
    let added = add(&lab, SHARED).await;
    assert!(matches!(added.outcome, AddOutcome::ManagedElsewhere { .. }));
    assert_eq!(access_of(&lab, SHARED).await, Access::Linked);
}

#[tokio::test]
async fn a_lost_answer_to_a_claim_is_no_defeat() {
    let world = World::new();
    let lab = world.lab().await;
    world.faults.strike("put .lamindb/storage_uid.txt", 1, Fault::AnswerLost);
    assert_eq!(add(&lab, SHARED).await.outcome, AddOutcome::Managed);
}

#[tokio::test]
async fn a_folder_without_write_access_is_linked_and_the_reason_is_said() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/shared/data/a.csv", "1");
    world.machine.stores.set_read_only(&root(SHARED), true);
    let added = add(&lab, SHARED).await;
    assert_eq!(added.storage.access(lab.instance()), Access::Linked);
    let AddOutcome::Unmanageable { lack } = added.outcome else { panic!("{:?}", added.outcome) };
    assert!(lack.contains("permissions"), "{lack}");
}

#[tokio::test]
async fn a_folder_that_is_absent_and_cannot_be_made_is_refused() {
    let world = World::new();
    let lab = world.lab().await;
    world.machine.stores.set_read_only(&root(SHARED), true);
    let error = try_add(&lab, SHARED).await.unwrap_err();
    assert_error(&error, Category::Failed, "may not make");
    assert_eq!(list_storages(&lab).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_a_folder_can_do_is_tried_out_and_recorded() {
    let world = World::new();
    let lab = world.lab().await;
    let added = add(&lab, SHARED).await;
    assert!(added.storage.capabilities.is_some_and(|seen| seen.can_be_managed()));
    assert!(show_storage(&lab, LAB).await.unwrap().listed.storage.capabilities.is_some());
}

#[tokio::test]
async fn a_copy_of_a_managed_location_is_not_managed_beside_its_original() {
    let world = World::new();
    let lab = world.lab().await;
    let claim = world.machine.stores.content(&root(LAB), &BlobKey::claim()).unwrap();
    world.machine.stores.tamper(&root("/copy"), &BlobKey::claim(), claim);
    let error = try_add(&lab, "/copy").await.unwrap_err();
    assert!(matches!(&error, AddStorageError::CopiedClaim { recorded, .. } if *recorded == root(LAB)));
    assert_error(&error, Category::Refused, LAB);
    assert_eq!(list_storages(&lab).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_the_claim_says_now_is_shown_beside_what_is_recorded() {
    let world = World::new();
    let lab = world.lab().await;
    assert!(matches!(show_storage(&lab, LAB).await.unwrap().claim, ClaimReport::Held(_)));
    world.remove_claim(LAB);
    assert!(matches!(show_storage(&lab, LAB).await.unwrap().claim, ClaimReport::Unclaimed));
    world.machine.stores.tamper(&root(LAB), &BlobKey::claim(), "garbage");
    assert!(matches!(show_storage(&lab, LAB).await.unwrap().claim, ClaimReport::Unknown { .. }));
    world.machine.stores.set_unreachable(&root(LAB), true);
    assert!(matches!(show_storage(&lab, LAB).await.unwrap().claim, ClaimReport::Unknown { .. }));
}
