//! Finding an instance again: by its slug, its root, its database, or the claim in a location that it manages.

use freehold_ports::persistence::{AccessMode, Databases, PersistenceError};
use freehold_ports::system::{InstanceDirectory, KnownInstance};
use freehold_services::add_storage::{AddStorage, add_storage};
use freehold_services::connect_instance::{ConnectError, connect_instance, open_instance};
use freehold_services::describe_instance::describe_instance;
use freehold_services::list_instances::list_instances;
use freehold_services::{Category, Host, UseCaseError};

use super::harness::{LAB, World, add, assert_error, database, initialised, root};

async fn refusal(host: &Host, target: &str) -> ConnectError {
    connect_instance(host, target).await.map(|_| ()).unwrap_err()
}

#[tokio::test]
async fn the_last_instance_that_was_connected_to_is_current() {
    let world = World::new();
    let (host, lab) = (world.host(), world.lab().await);
    let other = initialised(&host, "lab/other", "/other").await;
    let current = || async { open_instance(&host, None, AccessMode::Read).await.unwrap().instance().uid() };
    assert_eq!(current().await, other.instance().uid());
    connect_instance(&host, "lab/primary").await.unwrap();
    assert_eq!(current().await, lab.instance().uid());
    let listed = list_instances(&host).await.unwrap();
    let listed: Vec<_> =
        listed.iter().map(|listed| (listed.known.slug.to_string(), listed.is_current)).collect();
    assert_eq!(listed, [("lab/other".to_owned(), false), ("lab/primary".to_owned(), true)]);
}

#[tokio::test]
async fn a_refused_connection_leaves_the_current_instance() {
    let world = World::new();
    let lab = world.lab().await;
    refusal(&world.host(), "/nowhere").await;
    let current = open_instance(&world.host(), None, AccessMode::Read).await.unwrap();
    assert_eq!(current.instance().uid(), lab.instance().uid());
}

#[tokio::test]
async fn without_a_current_instance_the_next_step_is_named() {
    let world = World::new();
    let error = open_instance(&world.host(), None, AccessMode::Read).await.unwrap_err();
    assert!(matches!(error, ConnectError::NoCurrentInstance));
    assert_error(&error, Category::NotFound, "no current instance");
    assert!(error.hint().unwrap().contains("freehold init"));
}

#[tokio::test]
async fn nothing_is_created_by_looking_for_an_instance() {
    let world = World::new();
    let cases =
        [("/nowhere", "/nowhere"), ("lab/primary", "lab/primary"), ("sqlite:///books/lab.db", "no database")];
    for (target, message) in cases {
        let error = refusal(&world.host(), target).await;
        assert_error(&error, Category::NotFound, message);
        assert!(error.hint().is_some(), "{target}");
    }
    assert_eq!(refusal(&world.host(), "sqlite://relative.db").await.category(), Category::Invalid);
    assert!(!world.machine.stores.exists(&root("/nowhere")));
    assert!(
        world.machine.databases.open(&database("sqlite:///books/lab.db"), AccessMode::Read).await.is_err()
    );
    assert!(list_instances(&world.host()).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_known_instance_is_found_by_any_location_that_it_manages() {
    let world = World::new();
    let lab = world.lab().await;
    add(&lab, "/lab/more").await;
    let found = connect_instance(&world.host(), "/lab/more").await.unwrap();
    assert_eq!(found.instance().uid(), lab.instance().uid());
    let stranger = refusal(&world.of_another_user("grace").host(), "/lab/more").await;
    assert!(matches!(stranger, ConnectError::RegistryElsewhere { .. }));
    assert_error(&stranger, Category::NotFound, "lab/primary");
}

#[tokio::test]
async fn a_slug_of_several_instances_is_ambiguous_and_lists_their_databases() {
    let world = World::new();
    let lab = world.lab().await;
    let theirs = initialised(&world.of_another_user("grace").host(), "lab/primary", "/theirs").await;
    connect_instance(&world.host(), "/theirs").await.unwrap_err();
    let known = KnownInstance {
        uid: theirs.instance().uid(),
        slug: theirs.instance().slug().clone(),
        database: theirs.database().clone(),
        root: None,
    };
    world.machine.directory.remember(&known).await.unwrap();
    let error = refusal(&world.host(), "lab/primary").await;
    assert!(matches!(&error, ConnectError::Ambiguous { databases, .. } if databases.len() == 2));
    assert_error(&error, Category::Invalid, "/theirs");
    let by_uid = connect_instance(&world.host(), lab.instance().uid().as_str()).await.unwrap();
    assert_eq!(by_uid.instance().uid(), lab.instance().uid());
}

#[tokio::test]
async fn an_instance_that_was_never_finished_is_not_opened() {
    let world = World::new();
    let books = database("sqlite:///books/lab.db");
    world.machine.databases.create(&books).await.unwrap();
    let error = refusal(&world.host(), "sqlite:///books/lab.db").await;
    assert!(matches!(error, ConnectError::Unfinished { .. }));
    assert_error(&error, Category::Failed, "freehold init");
}

#[tokio::test]
async fn nothing_is_written_through_an_instance_that_was_opened_for_reading() {
    let world = World::new();
    let lab = world.lab().await;
    let reading = open_instance(&world.host(), Some("lab/primary"), AccessMode::Read).await.unwrap();
    assert_eq!(describe_instance(&reading).await.unwrap().instance.uid(), lab.instance().uid());
    let request = AddStorage { root: "/lab/more".to_owned(), ..AddStorage::default() };
    let error = add_storage(&reading, request).await.unwrap_err();
    assert_error(&error, Category::Refused, "reading only");
    assert!(!world.machine.stores.exists(&root("/lab/more")));
}

#[tokio::test]
async fn an_instance_is_described_with_its_default_storage_database_and_user() {
    let world = World::new();
    let lab = world.lab().await;
    let described = describe_instance(&lab).await.unwrap();
    assert_eq!(described.instance.id(), lab.instance().id());
    assert_eq!(described.default_storage.unwrap().root(), &root(LAB));
    assert_eq!((&described.database, &described.user), (lab.database(), lab.user()));
}

#[tokio::test]
async fn a_closed_instance_fails_and_can_be_opened_again() {
    let world = World::new();
    let lab = world.lab().await;
    lab.close().await.unwrap();
    let error = describe_instance(&lab).await.unwrap_err();
    assert!(matches!(error, PersistenceError::Unavailable { .. }));
    assert!(describe_instance(&world.reopened(&lab).await).await.is_ok());
}
