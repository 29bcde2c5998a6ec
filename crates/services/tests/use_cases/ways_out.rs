//! What a refused write suggests is a command that works as it is, wherever the registry lies.

use freehold_domain::{BlobKey, DatabaseUrl};
use freehold_ports::persistence::Databases;
use freehold_services::check_storage::check_storage;
use freehold_services::connect_instance::connect_instance;
use freehold_services::initialise_instance::{InitialiseInstance, initialise_instance};
use freehold_services::relocate_instance::relocate_instance;
use freehold_services::{Category, Registry, UseCaseError};

use super::harness::{
    LAB, World, add, assert_error, database, into, paths, root, save, save_path, try_add, try_save,
};

const BOOKS: &str = "postgres://lab:hunter2@db.example/books";
const MOVED: &str = "postgres://lab:hunter2@new.example/books?sslmode=require";

async fn with_books_at(world: &World, storage: &str, books: Option<&str>) -> Registry {
    let request = InitialiseInstance {
        storage: storage.to_owned(),
        name: Some("primary".to_owned()),
        database: books.map(database),
        ..InitialiseInstance::default()
    };
    world.file("/home/ada/a.csv", "1");
    initialise_instance(&world.host(), request).await.unwrap().registry
}

/// Moves the registry, as an administrator does, and connects to it where it lies now.
async fn moved(world: &World, registry: Registry, to: &DatabaseUrl) -> Registry {
    registry.close().await.unwrap();
    assert!(world.machine.databases.copy(registry.database(), to));
    assert!(world.machine.databases.destroy(registry.database()).await.unwrap());
    connect_instance(&world.host(), &to.reveal()).await.unwrap()
}

/// The target of the command between backticks that a hint suggests.
fn suggested(hint: &str) -> String {
    let command = hint.split('`').find(|part| part.starts_with("freehold connect ")).unwrap();
    let target = command.strip_prefix("freehold connect ").unwrap().strip_suffix(" --moved").unwrap();
    target.trim_matches('\'').to_owned()
}

#[tokio::test]
async fn a_refusal_names_the_database_of_a_registry_that_lies_outside_of_its_locations() {
    for (storage, books, to) in [
        (LAB, Some(BOOKS), MOVED),
        ("s3://lab-bucket", Some(BOOKS), MOVED),
        ("s3://lab-bucket", None, "sqlite:///elsewhere/the books.db"),
    ] {
        let world = World::new();
        let lab = with_books_at(&world, storage, books).await;
        add(&lab, "/lab/more").await;
        let lab = moved(&world, lab, &database(to)).await;
        for error in [
            try_save(&lab, paths(&["a.csv"])).await.unwrap_err(),
            try_save(&lab, into("a.csv", "/lab/more")).await.unwrap_err(),
        ] {
            assert_error(&error, Category::Refused, "fingerprint");
            let hint = error.hint().unwrap();
            assert!(!hint.contains("hunter2") && !hint.contains("***"), "{hint}");
            assert_eq!(suggested(&hint), to.replace(":hunter2", ""), "{hint}");
        }
        let added = try_add(&lab, "/lab/more").await.unwrap_err();
        let target = suggested(&added.hint().unwrap());
        let checked = check_storage(&lab, Some("/lab/more")).await.unwrap();
        let remedy = checked.locations[0].findings[0].remedy(&root("/lab/more")).unwrap();
        assert_eq!(suggested(&remedy), target);
        lab.close().await.unwrap();
        let relocated = relocate_instance(&world.host(), &target).await.unwrap();
        assert_eq!((relocated.moved.len(), relocated.left.len()), (2, 0), "{target}");
        save_path(&relocated.registry, "a.csv").await;
        save(&relocated.registry, into("a.csv", "/lab/more")).await;
    }
}

#[tokio::test]
async fn a_refusal_names_the_root_of_a_registry_that_lies_in_it() {
    let world = World::new();
    let lab = with_books_at(&world, LAB, None).await;
    let here = lab.database().clone();
    // A backup of the registry takes its place: another file under the same name.
    let backup = database("sqlite:///backup.db");
    let backed_up = moved(&world, lab, &backup).await;
    let lab = moved(&world, backed_up, &here).await;
    let error = try_save(&lab, paths(&["a.csv"])).await.unwrap_err();
    assert_eq!(suggested(&error.hint().unwrap()), LAB);
    lab.close().await.unwrap();
    save_path(&relocate_instance(&world.host(), LAB).await.unwrap().registry, "a.csv").await;
}

#[tokio::test]
async fn a_database_that_is_named_without_its_password_is_the_known_one() {
    let world = World::new();
    let lab = with_books_at(&world, LAB, Some(BOOKS)).await;
    let found = connect_instance(&world.host(), "postgres://lab@db.example/books").await.unwrap();
    assert_eq!((found.instance().id(), found.database()), (lab.instance().id(), lab.database()));
    assert!(connect_instance(&world.host(), "postgres://eve@db.example/books").await.is_err());
}

#[tokio::test]
async fn a_location_without_its_claim_may_have_been_moved() {
    let world = World::new();
    let lab = with_books_at(&world, LAB, None).await;
    assert!(world.machine.stores.forget(&root(LAB), &BlobKey::claim()));
    let error = try_save(&lab, paths(&["a.csv"])).await.unwrap_err();
    assert!(error.hint().unwrap().contains("--moved"), "{:?}", error.hint());
}
