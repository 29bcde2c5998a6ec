//! Locations: added, shown, changed, made the default, removed.

use freehold_domain::{Access, BlobKey};
use freehold_services::add_storage::{AddOutcome, AddStorage, AddStorageError, add_storage};
use freehold_services::default_storage::{default_storage, set_default_storage};
use freehold_services::describe_instance::describe_instance;
use freehold_services::list_storages::list_storages;
use freehold_services::remove_storage::{RemoveStorageError, remove_storage};
use freehold_services::show_storage::show_storage;
use freehold_services::update_storage::{StorageChanges, update_storage};
use freehold_services::{Category, ReferenceError, UseCaseError};

use super::harness::{
    Fault, LAB, World, add, assert_error, into, link, purge, root, run_of, save, save_path, trash,
    under_new_run,
};

const MORE: &str = "/lab/more";

fn described(text: &str) -> StorageChanges {
    StorageChanges { description: Some(text.to_owned()), region: None }
}

#[tokio::test]
async fn an_added_location_is_managed_and_recorded_with_all_that_was_said() {
    let world = World::new();
    let lab = world.lab().await;
    let request = AddStorage {
        root: "../../lab/./more/".to_owned(),
        description: Some("the second disk".to_owned()),
        region: Some("basement".to_owned()),
        link: false,
        ..AddStorage::default()
    };
    let added = add_storage(&lab, request).await.unwrap();
    assert!(added.created && added.outcome == AddOutcome::Managed);
    let shown = show_storage(&lab, MORE).await.unwrap().listed.storage;
    assert_eq!(shown, added.storage);
    assert_eq!((shown.root(), shown.instance_uid()), (&root(MORE), Some(lab.instance().uid())));
    assert_eq!(shown.description.as_deref(), Some("the second disk"));
    assert_eq!(shown.region.as_deref(), Some("basement"));
    assert_eq!((shown.provenance.created_by(), shown.id().is_some()), (lab.user().uid, true));
}

#[tokio::test]
async fn a_location_that_is_added_again_is_the_same_one() {
    let world = World::new();
    let lab = world.lab().await;
    let first = add(&lab, MORE).await;
    let second = add(&lab, "file:///lab/more").await;
    assert!(first.created && !second.created);
    assert_eq!(first.storage, second.storage);
    assert_eq!(list_storages(&lab).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_link_to_nothing_is_not_found_and_makes_no_folder() {
    let world = World::new();
    let lab = world.lab().await;
    let request = AddStorage { root: "/nowhere".to_owned(), link: true, ..AddStorage::default() };
    let error = add_storage(&lab, request).await.unwrap_err();
    assert!(matches!(error, AddStorageError::NothingToLink { .. }));
    assert_eq!(error.category(), Category::NotFound);
    assert!(!world.machine.stores.exists(&root("/nowhere")));
}

#[tokio::test]
async fn nothing_is_claimed_under_a_run_that_cannot_be_recorded() {
    let world = World::new();
    let lab = world.lab().await;
    let unknown = lab.under_run(Some("0123456789abcdef".parse().unwrap()));
    let request = AddStorage { root: MORE.to_owned(), ..AddStorage::default() };
    let error = add_storage(&unknown, request).await.unwrap_err();
    assert_error(&error, Category::NotFound, "0123456789abcdef");
    assert!(!world.machine.stores.exists(&root(MORE)));
}

#[tokio::test]
async fn an_update_under_another_run_accumulates_the_previous_runs_of_a_location() {
    let world = World::new();
    let lab = world.lab().await;
    let first = under_new_run(&lab, "first").await;
    let second = under_new_run(&lab, "second").await;
    let third = under_new_run(&lab, "third").await;
    let added = add(&first, MORE).await.storage;
    update_storage(&second, MORE, described("a")).await.unwrap();
    update_storage(&second, MORE, described("b")).await.unwrap();
    update_storage(&lab, MORE, described("c")).await.unwrap();
    let updated = update_storage(&third, MORE, described("d")).await.unwrap();
    let shown = show_storage(&lab, MORE).await.unwrap().listed.storage;
    assert_eq!(shown, updated);
    assert_eq!(shown.provenance.run(), Some(run_of(&third)));
    assert_eq!(shown.provenance.previous_runs(), [run_of(&first), run_of(&second)]);
    assert_eq!(shown.provenance.created_at(), added.provenance.created_at());
    assert!(shown.provenance.updated_at() > added.provenance.updated_at());
}

#[tokio::test]
async fn an_update_changes_what_people_say_and_nothing_else() {
    let world = World::new();
    let lab = world.lab().await;
    let before = add(&lab, MORE).await.storage;
    let claim = world.contents(MORE).await;
    let changes = StorageChanges { description: Some("new".to_owned()), region: Some("cellar".to_owned()) };
    let after = update_storage(&lab, before.uid().as_str(), changes).await.unwrap();
    assert_eq!((after.description.as_deref(), after.region.as_deref()), (Some("new"), Some("cellar")));
    assert_eq!(
        (after.uid(), after.root(), after.instance_uid()),
        (before.uid(), before.root(), before.instance_uid())
    );
    let emptied = update_storage(&lab, MORE, described("")).await.unwrap();
    assert_eq!((emptied.description, emptied.region.as_deref()), (None, Some("cellar")));
    assert_eq!(world.contents(MORE).await, claim);
}

#[tokio::test]
async fn new_artifacts_go_to_the_default_storage_and_old_ones_stay() {
    let world = World::new();
    let lab = world.lab().await;
    add(&lab, MORE).await;
    for name in ["a.csv", "b.csv"] {
        world.file(&format!("/home/ada/{name}"), name);
    }
    let before = save_path(&lab, "a.csv").await.artifact;
    set_default_storage(&lab, MORE).await.unwrap();
    let after = save_path(&lab, "b.csv").await.artifact;
    assert_eq!(default_storage(&lab).await.unwrap().root(), &root(MORE));
    assert_eq!(describe_instance(&lab).await.unwrap().default_storage.unwrap().root(), &root(MORE));
    assert!(world.machine.stores.content(&root(LAB), &before.blob_key()).is_some());
    assert!(world.machine.stores.content(&root(MORE), &after.blob_key()).is_some());
    let listed = list_storages(&lab).await.unwrap();
    let defaults: Vec<_> =
        listed.iter().map(|listed| (listed.storage.root().as_str(), listed.is_default)).collect();
    assert_eq!(defaults, [(LAB, false), (MORE, true)]);
}

#[tokio::test]
async fn only_a_managed_location_can_be_the_default() {
    let world = World::new();
    let (_lab, analysis) = (world.lab().await, world.analysis().await);
    link(&analysis, LAB).await;
    let error = set_default_storage(&analysis, LAB).await.unwrap_err();
    assert_error(&error, Category::Refused, LAB);
    assert_ne!(default_storage(&analysis).await.unwrap().root(), &root(LAB));
}

#[tokio::test]
async fn a_removed_location_is_released_and_keeps_its_data() {
    let world = World::new();
    let lab = world.lab().await;
    add(&lab, MORE).await;
    world.file("/lab/more/own.csv", "1");
    let removed = remove_storage(&lab, MORE).await.unwrap();
    assert_eq!(removed.root(), &root(MORE));
    assert_eq!(world.keys(MORE), ["own.csv"]);
    assert_eq!(list_storages(&lab).await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_default_storage_is_not_removed() {
    let world = World::new();
    let lab = world.lab().await;
    let error = remove_storage(&lab, LAB).await.unwrap_err();
    assert!(matches!(error, RemoveStorageError::IsDefault { .. }));
    assert_error(&error, Category::Refused, LAB);
    assert!(error.hint().unwrap().contains("freehold storage default"));
    assert!(world.claim(LAB).is_some());
}

#[tokio::test]
async fn a_location_with_artifacts_is_not_removed_not_even_with_tombstones() {
    let world = World::new();
    let lab = world.lab().await;
    add(&lab, MORE).await;
    world.file("/home/ada/a.csv", "1");
    let saved = save(&lab, into("a.csv", MORE)).await.artifact;
    for step in 0..3 {
        match step {
            0 => {}
            1 => drop(trash(&lab, saved.uid.as_str()).await),
            _ => drop(purge(&lab, saved.uid.as_str()).await),
        }
        let error = remove_storage(&lab, MORE).await.unwrap_err();
        assert!(matches!(error, RemoveStorageError::InUse { .. }), "{step}: {error}");
        assert_error(&error, Category::Refused, "lineage");
    }
    assert!(world.claim(MORE).is_some());
}

#[tokio::test]
async fn a_location_that_was_taken_over_is_removed_without_touching_the_new_claim() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    add(&lab, MORE).await;
    world.remove_claim(MORE);
    add(&analysis, MORE).await;
    let before = world.contents(MORE).await;
    remove_storage(&lab, MORE).await.unwrap();
    assert_eq!(world.contents(MORE).await, before);
    assert_eq!(list_storages(&lab).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_removal_that_cannot_release_the_claim_is_finished_by_adding_the_location_again() {
    let world = World::new();
    let lab = world.lab().await;
    let first = add(&lab, MORE).await.storage;
    world.faults.strike("remove .lamindb", 1, Fault::Broken);
    assert_eq!(remove_storage(&lab, MORE).await.unwrap_err().category(), Category::Failed);
    let again = add(&lab, MORE).await;
    assert_eq!((again.storage.uid(), again.outcome), (first.uid(), AddOutcome::Managed));
    remove_storage(&lab, MORE).await.unwrap();
    assert!(world.claim(MORE).is_none());
}

#[tokio::test]
async fn a_location_is_named_by_its_uid_a_prefix_or_its_root() {
    let world = World::new();
    let lab = world.lab().await;
    let uid = add(&lab, MORE).await.storage.uid();
    for name in [uid.as_str(), &uid.as_str()[..4], MORE, "/lab/../lab/more/", "file:///lab/more"] {
        assert_eq!(show_storage(&lab, name).await.unwrap().listed.storage.uid(), uid, "{name}");
    }
}

#[tokio::test]
async fn an_ambiguous_location_is_invalid_and_lists_the_candidates() {
    let world = World::new();
    let lab = world.lab().await;
    for (at, uid) in [("/one", "AmbiguousAA1"), ("/two", "AmbiguousAA2")] {
        world.machine.stores.tamper(&root(at), &BlobKey::claim(), format!("{uid}\n"));
        link(&lab, at).await;
    }
    let error = show_storage(&lab, "Ambi").await.unwrap_err();
    assert!(matches!(&error, ReferenceError::Ambiguous { candidates, .. } if candidates.len() == 2));
    assert_error(&error, Category::Invalid, "AmbiguousAA1 (/one)");
    assert!(show_storage(&lab, "AmbiguousAA2").await.is_ok());
}

#[tokio::test]
async fn a_location_that_is_not_known_is_not_found() {
    let world = World::new();
    let lab = world.lab().await;
    for name in ["/elsewhere", "zzzzzzzzzzzz", "abc", "", "s3://Nowhere"] {
        let error = show_storage(&lab, name).await.unwrap_err();
        assert_error(&error, Category::NotFound, "storage location");
        assert!(error.hint().unwrap().contains("freehold storage list"));
    }
}

#[tokio::test]
async fn what_lies_at_a_location_is_counted_by_the_registry() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/lab/data/lying.csv", "123");
    world.file("/home/ada/a.csv", "12");
    save_path(&lab, "/lab/data/lying.csv").await;
    save_path(&lab, "a.csv").await;
    let usage = show_storage(&lab, LAB).await.unwrap().usage;
    assert_eq!((usage.ingested.artifacts, usage.ingested.bytes), (1, 2));
    assert_eq!((usage.in_place.artifacts, usage.in_place.bytes), (1, 3));
    assert_eq!(list_storages(&lab).await.unwrap()[0].access, Access::Managed);
}
