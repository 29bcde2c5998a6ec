//! Initialising an instance: made once, found again, never taken from another.

use std::path::Path;

use freehold_domain::{BlobKey, ClaimAuthor, StorageRootError};
use freehold_ports::persistence::{AccessMode, Databases};
use freehold_services::connect_instance::{connect_instance, open_instance};
use freehold_services::default_storage::default_storage;
use freehold_services::initialise_instance::{
    InitialiseError, InitialiseInstance, Initialised, initialise_instance,
};
use freehold_services::list_instances::list_instances;
use freehold_services::{Category, Host, UseCaseError};

use super::harness::faults::Faults;
use super::harness::{Fault, LAB, World, assert_error, database, initialised, root};

fn at(storage: &str) -> InitialiseInstance {
    InitialiseInstance { storage: storage.to_owned(), ..InitialiseInstance::default() }
}

fn named(storage: &str, name: &str) -> InitialiseInstance {
    InitialiseInstance { name: Some(name.to_owned()), ..at(storage) }
}

async fn refusal(host: &Host, request: InitialiseInstance) -> InitialiseError {
    initialise_instance(host, request).await.map(|made: Initialised| made.created).unwrap_err()
}

#[tokio::test]
async fn an_instance_manages_its_default_storage_by_a_claim_of_freehold() {
    let world = World::new();
    let lab = world.lab().await;
    let claim = world.claim(LAB).unwrap();
    assert_eq!((claim.author(), claim.manager()), (ClaimAuthor::Freehold, Some(lab.instance().uid())));
    assert_eq!(claim.slug(), Some("lab/primary"));
    let storage = default_storage(&lab).await.unwrap();
    assert_eq!((storage.root(), storage.uid()), (&root(LAB), claim.storage_uid()));
    assert!(storage.managed_by(lab.instance()).is_ok());
}

#[tokio::test]
async fn the_name_is_inferred_from_the_root_and_the_owner_from_the_user() {
    let world = World::new();
    let made = initialise_instance(&world.host(), at("/home/ada/MyData")).await.unwrap();
    assert_eq!(made.registry.instance().slug().to_string(), "ada/mydata");
    assert_eq!(made.registry.database().to_string(), "sqlite:///home/ada/MyData/.lamindb/freehold.db");
}

#[tokio::test]
async fn the_same_request_again_opens_the_same_instance() {
    let world = World::new();
    let first = initialise_instance(&world.host(), at(LAB)).await.unwrap();
    let second = initialise_instance(&world.host(), at(LAB)).await.unwrap();
    assert!(first.created && !second.created);
    assert_eq!(first.registry.instance().id(), second.registry.instance().id());
    assert_eq!(list_instances(&world.host()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn two_instances_with_one_slug_have_two_identities() {
    let world = World::new();
    let ours = initialised(&world.host(), "lab/primary", "/one").await;
    let theirs = initialised(&world.of_another_user("grace").host(), "lab/primary", "/two").await;
    assert_eq!(ours.instance().slug(), theirs.instance().slug());
    assert_ne!(ours.instance().uid(), theirs.instance().uid());
}

#[tokio::test]
async fn another_name_over_an_instance_is_refused_and_changes_nothing() {
    let world = World::new();
    let lab = world.lab().await;
    let before = world.contents(LAB).await;
    let error = refusal(&world.host(), named(LAB, "other")).await;
    assert!(
        matches!(&error, InitialiseError::AnotherInstance { found, .. } if found == lab.instance().slug())
    );
    assert_error(&error, Category::Refused, "lab/primary");
    assert_eq!(world.contents(LAB).await, before);
    assert_eq!(list_instances(&world.host()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_name_that_the_user_has_elsewhere_is_refused_and_changes_nothing() {
    let world = World::new();
    world.lab().await;
    let request =
        InitialiseInstance { owner: Some("lab".parse().unwrap()), ..named("/elsewhere", "primary") };
    let error = refusal(&world.host(), request).await;
    assert!(matches!(error, InitialiseError::DuplicateName { .. }));
    assert_eq!(error.category(), Category::Refused);
    assert!(!world.machine.stores.exists(&root("/elsewhere")));
}

#[tokio::test]
async fn a_root_that_another_instance_manages_is_refused_with_the_name_of_its_manager() {
    let world = World::new();
    world.lab().await;
    let before = world.contents(LAB).await;
    let grace = world.of_another_user("grace").host();
    let books = database("sqlite:///grace/books.db");
    let request = InitialiseInstance { database: Some(books.clone()), ..at(LAB) };
    let error = refusal(&grace, request).await;
    assert!(matches!(error, InitialiseError::ManagedElsewhere { .. }));
    assert_error(&error, Category::Refused, "lab/primary");
    assert!(error.hint().unwrap().contains("freehold storage add"));
    assert_eq!(world.contents(LAB).await, before);
    assert!(world.machine.databases.open(&books, AccessMode::Read).await.is_err());
}

#[tokio::test]
async fn a_claim_that_cannot_be_read_is_refused_and_left_alone() {
    let world = World::new();
    world.machine.stores.tamper(&root(LAB), &BlobKey::claim(), "not a claim\n");
    let before = world.contents(LAB).await;
    let error = refusal(&world.host(), at(LAB)).await;
    assert!(matches!(error, InitialiseError::UnreadableClaim { .. }));
    assert_eq!(error.category(), Category::Refused);
    assert_eq!(world.contents(LAB).await, before);
}

#[tokio::test]
async fn a_legacy_claim_is_honoured() {
    let world = World::new();
    let legacy = "nUYsCWitlepu\ncreation info:\ninstance_slug=anonymous/mydata\ninstance_id=3fae3ac9c7685a6396f2d619d4a5b2bf";
    world.machine.stores.tamper(&root(LAB), &BlobKey::legacy_claim(), legacy);
    let error = refusal(&world.host(), at(LAB)).await;
    assert!(matches!(error, InitialiseError::ManagedElsewhere { .. }));
    assert_eq!(world.keys(LAB), [".lamindb/_is_initialized"]);
}

#[tokio::test]
async fn a_second_root_for_an_instance_that_exists_is_refused_and_not_ignored() {
    let world = World::new();
    let books = database("sqlite:///books/lab.db");
    let request = |storage| InitialiseInstance { database: Some(books.clone()), ..named(storage, "lab") };
    initialise_instance(&world.host(), request("/first")).await.unwrap();
    let error = refusal(&world.host(), request("/second")).await;
    assert_error(&error, Category::Refused, "/second");
    assert!(error.hint().unwrap().contains("freehold storage add /second"));
    assert!(!world.machine.stores.exists(&root("/second")));
}

#[tokio::test]
async fn a_place_that_cannot_be_written_leaves_nothing_behind() {
    let world = World::new();
    let books = database("sqlite:///books/lab.db");
    world.machine.stores.set_read_only(&root("/readonly"), true);
    let error =
        refusal(&world.host(), InitialiseInstance { database: Some(books.clone()), ..at("/readonly") }).await;
    assert_error(&error, Category::Refused, "permissions");
    assert!(world.machine.databases.open(&books, AccessMode::Read).await.is_err());
    assert!(!world.machine.stores.exists(&root("/readonly")));
}

#[tokio::test]
async fn a_registry_that_loses_the_race_for_its_root_is_undone() {
    let world = World::new();
    let grace = world.of_another_user("grace");
    let theirs = World { faults: Faults::default(), ..world.clone() };
    grace.faults.meanwhile("put .lamindb/storage_uid.txt", async move {
        theirs.lab().await;
    });
    let books = database("sqlite:///grace/books.db");
    let error = refusal(&grace.host(), InitialiseInstance { database: Some(books.clone()), ..at(LAB) }).await;
    assert_error(&error, Category::Refused, "lab/primary");
    assert!(world.machine.databases.open(&books, AccessMode::Read).await.is_err());
    assert_eq!(world.claim(LAB).unwrap().slug(), Some("lab/primary"));
}

#[tokio::test]
async fn a_claim_that_fails_never_destroys_a_registry_that_somebody_else_has_finished() {
    let world = World::new();
    let (other, faults) = (World { faults: Faults::default(), ..world.clone() }, world.faults.clone());
    world.faults.meanwhile("put .lamindb/storage_uid.txt", async move {
        other.lab().await;
        // The claim cannot be read back, either.
        faults.strike("read .lamindb", 1, Fault::Broken);
    });
    world.faults.strike("put .lamindb/storage_uid.txt", 1, Fault::Broken);
    let request = InitialiseInstance { owner: Some("lab".parse().unwrap()), ..named(LAB, "primary") };
    assert_eq!(refusal(&world.host(), request).await.category(), Category::Failed);
    world.faults.disarm();
    assert!(connect_instance(&world.host(), "lab/primary").await.is_ok());
}

#[tokio::test]
async fn a_claim_that_may_be_there_does_not_outlive_the_registry_that_it_names() {
    let world = World::new();
    let faults = world.faults.clone();
    world.faults.meanwhile("put .lamindb/storage_uid.txt", async move {
        faults.strike("read .lamindb", 1, Fault::Broken);
    });
    world.faults.strike("put .lamindb/storage_uid.txt", 1, Fault::AnswerLost);
    assert_eq!(refusal(&world.host(), at(LAB)).await.category(), Category::Failed);
    world.faults.disarm();
    let made = initialise_instance(&world.host(), at(LAB)).await.unwrap();
    assert_eq!(world.claim(LAB).unwrap().manager(), Some(made.registry.instance().uid()));
}

#[tokio::test]
async fn a_claim_whose_fate_is_unknown_keeps_the_registry_that_it_names() {
    let world = World::new();
    world.faults.strike("put .lamindb/storage_uid.txt", 1, Fault::AnswerLost);
    let made = initialise_instance(&world.host(), at(LAB)).await.unwrap();
    assert_eq!(world.claim(LAB).unwrap().manager(), Some(made.registry.instance().uid()));
}

#[tokio::test]
async fn roots_that_are_none_are_invalid_and_change_nothing() {
    let world = World::new();
    world.file("/a/file", "1");
    for text in ["", "/data/.lamindb/x", "ftp://host/x", "S3://bucket", &format!("/{}", "x".repeat(4096))] {
        let error = refusal(&world.host(), at(text)).await;
        assert_eq!(error.category(), Category::Invalid, "{text}");
    }
    assert_eq!(refusal(&world.host(), at("/a/file")).await.category(), Category::Invalid);
    let reserved = refusal(&world.host(), at("/data/.lamindb")).await;
    assert!(matches!(reserved, InitialiseError::Root(StorageRootError::InsideReservedDirectory { .. })));
    assert!(list_instances(&world.host()).await.unwrap().is_empty());
}

#[tokio::test]
async fn names_that_are_none_are_invalid() {
    let world = World::new();
    for name in ["lab/primary", "", "a b"] {
        assert_eq!(refusal(&world.host(), named(LAB, name)).await.category(), Category::Invalid, "{name}");
    }
    assert!(!world.machine.stores.exists(&root(LAB)));
}

#[tokio::test]
async fn an_instance_is_found_again_when_all_settings_are_lost() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/lab/data/.lamindb/freehold.db", "the database's file");
    world.machine.directory.lose_everything();
    for target in [LAB, &lab.database().reveal()] {
        let found = connect_instance(&world.host(), target).await.unwrap();
        assert_eq!(found.instance().uid(), lab.instance().uid(), "{target}");
    }
    assert!(open_instance(&world.host(), None, AccessMode::Read).await.is_ok());
}

#[tokio::test]
async fn an_instance_made_where_a_lost_one_was_takes_its_place_in_the_settings() {
    let world = World::new();
    let lost = world.lab().await;
    world.machine.databases.destroy(lost.database()).await.unwrap();
    world.remove_claim(LAB);
    let made = world.lab().await;
    assert_ne!(made.instance().uid(), lost.instance().uid());
    assert_eq!(list_instances(&world.host()).await.unwrap().len(), 1);
    assert!(connect_instance(&world.host(), "lab/primary").await.is_ok());
}

#[tokio::test]
async fn an_init_that_another_process_overtakes_finds_the_instance_and_not_a_stranger() {
    let world = World::new();
    let overtaking = World { faults: Faults::default(), ..world.clone() };
    world.faults.meanwhile("read .lamindb/storage_uid.txt", async move {
        overtaking.lab().await;
    });
    let request = InitialiseInstance { owner: Some("lab".parse().unwrap()), ..named(LAB, "primary") };
    let made = initialise_instance(&world.host(), request).await.unwrap();
    assert!(!made.created);
    assert_eq!(world.claim(LAB).unwrap().manager(), Some(made.registry.instance().uid()));
}

#[tokio::test]
async fn eight_processes_that_initialise_at_once_make_one_instance() {
    let world = World::new();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let host = world.host();
        tasks.spawn(async move { initialised(&host, "lab/primary", LAB).await.instance().uid() });
    }
    let uids: std::collections::BTreeSet<_> = tasks.join_all().await.into_iter().collect();
    assert_eq!(uids.len(), 1);
    assert_eq!(world.claim(LAB).unwrap().manager(), uids.into_iter().next());
    assert_eq!(world.books(&world.lab().await).await.storages.len(), 1);
    assert!(world.machine.files.content(Path::new("/lab/data/.lamindb/storage_uid.txt")).is_some());
}
