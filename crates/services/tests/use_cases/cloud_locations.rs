//! Cloud locations: their region, and what keeps them from being managed.

use freehold_domain::{Access, Capabilities};
use freehold_services::add_storage::{AddOutcome, AddStorage, AddedStorage, add_storage};
use freehold_services::initialise_instance::{InitialiseInstance, initialise_instance};
use freehold_services::show_storage::show_storage;
use freehold_services::{Category, Registry};

use super::harness::{Fault, World, add, assert_error, bytes, into, link, root, save_path, try_save};

const BUCKET: &str = "s3://lab-bucket";

/// A backend that accepts conditions and ignores them.
pub(super) const NO_CONDITIONS: Capabilities = Capabilities {
    create_if_absent: false,
    compare_and_swap: false,
    list_after_write: true,
    case_sensitive: true,
};

async fn added_in(registry: &Registry, at: &str, region: &str) -> AddedStorage {
    let request =
        AddStorage { root: at.to_owned(), region: Some(region.to_owned()), ..AddStorage::default() };
    add_storage(registry, request).await.unwrap()
}

fn opened(world: &World) -> Vec<String> {
    world.faults.calls().into_iter().filter(|call| call.starts_with("open location")).collect()
}

#[tokio::test]
async fn the_region_that_the_cloud_names_is_recorded_and_not_asked_for_again() {
    let world = World::new();
    let lab = world.lab().await;
    world.machine.stores.set_region(&root(BUCKET), "eu-central-1");
    for at in ["s3://lab-bucket/managed", "s3://lab-bucket/linked"] {
        let added = if at.ends_with("linked") { link(&lab, at).await } else { add(&lab, at).await };
        assert_eq!(added.storage.region.as_deref(), Some("eu-central-1"), "{at}");
        world.machine.stores.tamper(&root(at), &"a.csv".parse().unwrap(), "1");
        world.faults.disarm();
        let saved = save_path(&lab, &format!("{at}/a.csv")).await.artifact;
        assert_eq!(bytes(&lab, saved.uid.as_str()).await, "1");
        show_storage(&lab, at).await.unwrap();
        let opened = opened(&world);
        assert!(
            !opened.is_empty() && opened.iter().all(|call| call == "open location in eu-central-1"),
            "{opened:?}"
        );
    }
}

#[tokio::test]
async fn a_region_that_is_given_overrides_what_the_cloud_would_say() {
    let world = World::new();
    let lab = world.lab().await;
    world.machine.stores.set_region(&root(BUCKET), "eu-central-1");
    world.faults.disarm();
    let added = added_in(&lab, BUCKET, "us-west-2").await;
    assert_eq!(added.storage.region.as_deref(), Some("us-west-2"));
    let opened = opened(&world);
    assert!(
        !opened.is_empty() && opened.iter().all(|call| call == "open location in us-west-2"),
        "{opened:?}"
    );
    let again = added_in(&lab, BUCKET, "eu-west-1").await;
    assert_eq!((again.storage.region.as_deref(), again.created), (Some("eu-west-1"), false));
    assert_eq!(add(&lab, BUCKET).await.storage.region.as_deref(), Some("eu-west-1"));
}

#[tokio::test]
async fn the_default_storage_is_made_in_the_region_that_is_given() {
    let world = World::new();
    let request = InitialiseInstance {
        storage: BUCKET.to_owned(),
        region: Some("eu-west-1".to_owned()),
        ..InitialiseInstance::default()
    };
    let registry = initialise_instance(&world.host(), request).await.unwrap().registry;
    let storage = show_storage(&registry, BUCKET).await.unwrap().listed.storage;
    assert_eq!(storage.region.as_deref(), Some("eu-west-1"));
    assert!(storage.capabilities.is_some_and(|capabilities| capabilities.can_be_managed()));
}

#[tokio::test]
async fn the_region_of_a_local_folder_is_its_host_and_no_place_to_look_in() {
    let world = World::new();
    let lab = world.lab().await;
    world.faults.disarm();
    let added = added_in(&lab, "/lab/more", "basement").await;
    assert_eq!(added.storage.region.as_deref(), Some("basement"));
    assert!(opened(&world).iter().all(|call| call == "open location"), "{:?}", opened(&world));
}

#[tokio::test]
async fn a_managed_cloud_location_records_what_its_backend_can_do() {
    let world = World::new();
    let lab = world.lab().await;
    let added = add(&lab, BUCKET).await;
    assert_eq!(added.outcome, AddOutcome::Managed);
    let recorded = show_storage(&lab, BUCKET).await.unwrap().listed.storage;
    assert!(recorded.capabilities.is_some_and(|capabilities| capabilities.can_be_managed()));
    assert_eq!(recorded, added.storage);
}

/// Adds a bucket that cannot be managed: it is linked, for a reason like this one, and nothing is written there, then or later.
async fn assert_linked(take_away: impl Fn(&World), reason: &str) {
    let world = World::new();
    let lab = world.lab().await;
    world.machine.stores.tamper(&root(BUCKET), &"a.csv".parse().unwrap(), "1");
    take_away(&world);
    let before = world.contents(BUCKET).await;
    let added = add(&lab, BUCKET).await;
    let AddOutcome::Unmanageable { lack } = &added.outcome else { panic!("{added:?}") };
    assert!(lack.contains(reason), "{lack}");
    assert_eq!(added.storage.access(lab.instance()), Access::Linked);
    world.file("/home/ada/b.csv", "2");
    let error = try_save(&lab, into("/home/ada/b.csv", BUCKET)).await.unwrap_err();
    assert_error(&error, Category::Refused, BUCKET);
    save_path(&lab, "s3://lab-bucket/a.csv").await;
    assert_eq!(bytes(&lab, "a.csv").await, "1");
    assert_eq!(world.contents(BUCKET).await, before);
}

#[tokio::test]
async fn a_cloud_location_without_credentials_becomes_linked_with_the_reason() {
    assert_linked(|world| world.machine.stores.set_anonymous(&root(BUCKET), true), "not written").await;
}

#[tokio::test]
async fn a_cloud_location_without_write_access_becomes_linked_with_the_reason() {
    assert_linked(|world| world.machine.stores.set_read_only(&root(BUCKET), true), "not written").await;
}

#[tokio::test]
async fn a_cloud_location_that_ignores_conditions_becomes_linked_with_the_reason() {
    let take_away = |world: &World| world.machine.stores.set_capabilities(&root(BUCKET), NO_CONDITIONS);
    assert_linked(take_away, "If-None-Match").await;
}

#[tokio::test]
async fn a_location_that_another_manages_is_not_tried_out() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    add(&lab, BUCKET).await;
    world.faults.disarm();
    let added = add(&analysis, BUCKET).await;
    assert!(matches!(added.outcome, AddOutcome::ManagedElsewhere { .. }));
    let calls = world.faults.calls();
    assert!(!calls.iter().any(|call| call.starts_with("probe") || call.starts_with("put")), "{calls:?}");
}

#[tokio::test]
async fn a_location_linked_as_asked_is_not_tried_out() {
    let world = World::new();
    let lab = world.lab().await;
    world.faults.disarm();
    link(&lab, BUCKET).await;
    let calls = world.faults.calls();
    assert!(!calls.iter().any(|call| call.starts_with("probe") || call.starts_with("put")), "{calls:?}");
    assert!(world.keys(BUCKET).is_empty());
}

#[tokio::test]
async fn a_cloud_location_that_fails_otherwise_is_an_error_and_not_linked() {
    let world = World::new();
    let lab = world.lab().await;
    world.faults.strike("probe", 1, Fault::Broken);
    let request = AddStorage { root: BUCKET.to_owned(), ..AddStorage::default() };
    let error = add_storage(&lab, request).await.unwrap_err();
    assert_error(&error, Category::Failed, "cannot be reached");
    assert_eq!(world.books(&lab).await.storages.len(), 1);
}

#[tokio::test]
async fn a_cloud_claim_that_another_placed_meanwhile_wins() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    let theirs = World { faults: super::harness::faults::Faults::default(), ..world.clone() };
    world.faults.meanwhile("put .lamindb/storage_uid.txt", async move {
        let lab = theirs.lab().await;
        add(&lab, BUCKET).await;
    });
    let added = add(&analysis, BUCKET).await;
    assert!(matches!(added.outcome, AddOutcome::ManagedElsewhere { .. }), "{added:?}");
    assert_eq!(world.claim(BUCKET).unwrap().manager(), Some(lab.instance().uid()));
}
