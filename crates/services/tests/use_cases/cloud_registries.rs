//! Instances whose default storage is in a cloud: the registry is on this machine, or in a database that others reach.

use freehold_memory::MemoryInstanceDirectory;
use freehold_ports::persistence::{AccessMode, Databases};
use freehold_services::connect_instance::{ConnectError, connect_instance};
use freehold_services::delete_instance::{DataFate, delete_instance};
use freehold_services::initialise_instance::{
    InitialiseError, InitialiseInstance, Initialised, initialise_instance,
};
use freehold_services::{Category, Host, UseCaseError};

use super::harness::{Fault, World, assert_error, database, root, save_path};

const BUCKET: &str = "s3://lab-bucket";
const KEPT: &str = "sqlite:///registries/ada/lab-bucket.db";

fn at(storage: &str) -> InitialiseInstance {
    InitialiseInstance { storage: storage.to_owned(), ..InitialiseInstance::default() }
}

async fn made(host: &Host, request: InitialiseInstance) -> Initialised {
    initialise_instance(host, request).await.unwrap()
}

async fn refusal(host: &Host, request: InitialiseInstance) -> InitialiseError {
    initialise_instance(host, request).await.map(|made| made.created).unwrap_err()
}

/// The same world as another machine sees it: the cloud is the same, and no registry of this machine is there.
fn on_another_machine(world: &World) -> World {
    let another = World::new();
    let machine = freehold_memory::MemoryMachine {
        stores: world.machine.stores.clone(),
        ..another.machine.of_another_user("grace", 7)
    };
    World { machine, ..another }
}

#[tokio::test]
async fn the_registry_of_a_cloud_root_is_kept_on_this_machine_under_its_slug() {
    for (storage, kept) in [
        (BUCKET, KEPT),
        ("s3://lab-bucket/raw/Plates", "sqlite:///registries/ada/plates.db"),
        ("gs://lab-bucket", KEPT),
    ] {
        let world = World::new();
        let first = made(&world.host(), at(storage)).await;
        assert!(first.created, "{storage}");
        assert_eq!(first.registry.database().to_string(), kept);
        assert_eq!(world.claim(storage).unwrap().manager(), Some(first.registry.instance().uid()));
        assert_eq!(world.keys(storage), [".lamindb/storage_uid.txt"], "the registry is not in the cloud");
        let second = made(&world.host(), at(storage)).await;
        assert!(!second.created);
        assert_eq!(second.registry.instance().id(), first.registry.instance().id());
    }
}

#[tokio::test]
async fn another_root_for_the_same_slug_is_refused() {
    let world = World::new();
    made(&world.host(), at(BUCKET)).await;
    let error = refusal(&world.host(), at("gs://lab-bucket")).await;
    assert!(matches!(error, InitialiseError::AnotherRoot { .. }), "{error}");
    assert_error(&error, Category::Refused, "gs://lab-bucket");
    assert!(world.keys("gs://lab-bucket").is_empty());
}

#[tokio::test]
async fn without_a_folder_for_registries_the_database_has_to_be_named() {
    let world = World::new();
    let mut machine = world.machine.clone();
    machine.directory = MemoryInstanceDirectory::of_user("ada").without_registries_folder();
    let world = World { machine, ..world };
    let error = refusal(&world.host(), at(BUCKET)).await;
    assert!(matches!(error, InitialiseError::NoDatabasePlace { .. }));
    assert_error(&error, Category::Invalid, "--db");
    let books = database("sqlite:///books/lab.db");
    let made = made(&world.host(), InitialiseInstance { database: Some(books.clone()), ..at(BUCKET) }).await;
    assert_eq!(made.registry.database(), &books);
}

#[tokio::test]
async fn a_cloud_root_leads_to_the_registry_on_this_machine_also_with_other_settings() {
    let world = World::new();
    let made = made(&world.host(), at(BUCKET)).await.registry;
    for world in [world.clone(), world.of_another_user("grace")] {
        let found = connect_instance(&world.host(), BUCKET).await.unwrap();
        assert_eq!(found.instance().uid(), made.instance().uid());
        assert_eq!(found.database(), made.database());
    }
}

#[tokio::test]
async fn on_another_machine_a_root_names_its_instance_and_the_next_steps() {
    let world = World::new();
    let lab = made(&world.host(), at(BUCKET)).await.registry;
    let elsewhere = on_another_machine(&world);
    let error = connect_instance(&elsewhere.host(), BUCKET).await.map(|_| ()).unwrap_err();
    assert!(matches!(error, ConnectError::RegistryElsewhere { .. }));
    assert_error(&error, Category::NotFound, "ada/lab-bucket");
    assert_error(&error, Category::NotFound, lab.instance().uid().as_str());
    assert_error(&error, Category::NotFound, "kept elsewhere");
    let hint = error.hint().unwrap();
    assert!(hint.contains("freehold connect postgres://"), "{hint}");
    assert!(hint.contains("freehold storage add 's3://lab-bucket' --link"), "{hint}");
}

#[tokio::test]
async fn a_registry_of_the_same_slug_is_not_taken_for_that_of_another_instance() {
    let world = World::new();
    made(&world.host(), at(BUCKET)).await;
    let elsewhere = on_another_machine(&world);
    let request = InitialiseInstance {
        name: Some("lab-bucket".to_owned()),
        owner: Some("ada".parse().unwrap()),
        ..at("s3://other-bucket")
    };
    let other = made(&elsewhere.host(), request).await.registry;
    assert_eq!(other.database().to_string(), KEPT);
    elsewhere.machine.directory.lose_everything();
    let error = connect_instance(&elsewhere.host(), BUCKET).await.map(|_| ()).unwrap_err();
    assert!(matches!(error, ConnectError::RegistryElsewhere { .. }), "{error}");
}

#[tokio::test]
async fn a_deleted_instance_takes_its_registry_and_the_empty_folders_along() {
    let world = World::new();
    let kept = root("/registries/ada");
    // Where the registry is a file, its folder is one.
    world.file("/registries/ada/lab-bucket.db", "");
    let lab = made(&world.host(), at(BUCKET)).await.registry;
    assert!(world.machine.stores.forget(&kept, &"lab-bucket.db".parse().unwrap()));
    delete_instance(&lab, DataFate::Unsaid).await.unwrap();
    assert!(world.machine.databases.open(&database(KEPT), AccessMode::Read).await.is_err());
    assert!(!world.machine.stores.exists(&kept) && !world.machine.stores.exists(&root("/registries")));
    assert!(world.keys(BUCKET).is_empty());
}

#[tokio::test]
async fn the_registries_of_others_stay_when_one_is_deleted() {
    let world = World::new();
    world.file("/registries/ada/other.db", "1");
    let lab = made(&world.host(), at(BUCKET)).await.registry;
    delete_instance(&lab, DataFate::Unsaid).await.unwrap();
    assert_eq!(world.keys("/registries"), ["ada/other.db"]);
}

#[tokio::test]
async fn a_root_that_cannot_be_managed_is_no_default_storage_and_nothing_is_left() {
    for is_anonymous in [true, false] {
        let world = World::new();
        if is_anonymous {
            world.machine.stores.set_anonymous(&root(BUCKET), true);
        } else {
            world.machine.stores.set_capabilities(&root(BUCKET), super::cloud_locations::NO_CONDITIONS);
        }
        let error = refusal(&world.host(), at(BUCKET)).await;
        assert!(matches!(error, InitialiseError::Unmanageable { .. }), "{error}");
        assert_eq!(error.category(), Category::Refused);
        assert!(error.hint().unwrap().contains("--link"));
        assert!(world.keys(BUCKET).is_empty());
        assert!(world.machine.databases.open(&database(KEPT), AccessMode::Read).await.is_err());
    }
}

#[tokio::test]
async fn an_interrupted_init_in_a_cloud_is_finished_by_the_same_init() {
    let world = World::new();
    world.faults.strike("put .lamindb/storage_uid.txt", 1, Fault::Unknown);
    refusal(&world.host(), at(BUCKET)).await;
    let made = made(&world.host(), at(BUCKET)).await;
    assert!(made.created);
    world.file("/home/ada/a.csv", "1");
    save_path(&made.registry, "a.csv").await;
    world.audit(&made.registry, "an instance in a cloud").await;
}
