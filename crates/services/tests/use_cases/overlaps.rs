//! No location of one instance contains, or lies inside, a location of another.

use freehold_domain::{BlobKey, Claim, ClaimEpoch};
use freehold_services::add_storage::{AddOutcome, AddStorage, AddStorageError, add_storage};
use freehold_services::initialise_instance::{InitialiseInstance, initialise_instance};
use freehold_services::{Category, Registry, UseCaseError};

use super::harness::{Fault, LAB, World, add, assert_error, initialised, link, root};

const OUTER: &str = "/shared";
const INNER: &str = "/shared/data/deep";

async fn try_add(registry: &Registry, at: &str) -> Result<AddOutcome, AddStorageError> {
    let request = AddStorage { root: at.to_owned(), ..AddStorage::default() };
    add_storage(registry, request).await.map(|added| added.outcome)
}

#[tokio::test]
async fn a_place_inside_a_location_of_another_is_refused_and_left_without_a_trace() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    add(&lab, OUTER).await;
    let before = world.contents(OUTER).await;
    let error = try_add(&analysis, INNER).await.unwrap_err();
    assert!(matches!(error, AddStorageError::Overlaps { .. }));
    assert_error(&error, Category::Refused, "lies inside /shared, which is managed by instance lab/primary");
    assert!(error.hint().unwrap().contains("--link"));
    assert_eq!(world.contents(OUTER).await, before);
}

#[tokio::test]
async fn a_place_around_a_location_of_another_is_refused_and_its_claim_withdrawn() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    add(&lab, INNER).await;
    let before = world.contents(INNER).await;
    let error = try_add(&analysis, OUTER).await.unwrap_err();
    assert_error(
        &error,
        Category::Refused,
        "contains /shared/data/deep, which is managed by instance lab/primary",
    );
    assert_eq!((world.claim(OUTER), world.contents(INNER).await), (None, before));
}

#[tokio::test]
async fn ones_own_locations_may_lie_in_one_another() {
    let world = World::new();
    let lab = world.lab().await;
    assert_eq!(add(&lab, INNER).await.outcome, AddOutcome::Managed);
    assert_eq!(add(&lab, OUTER).await.outcome, AddOutcome::Managed);
    assert_eq!(add(&lab, "/shared/data").await.outcome, AddOutcome::Managed);
}

#[tokio::test]
async fn an_overlapping_place_can_be_linked() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    add(&lab, OUTER).await;
    world.file("/shared/data/deep/a.csv", "1");
    assert_eq!(link(&analysis, INNER).await.outcome, AddOutcome::LinkedAsAsked);
}

#[tokio::test]
async fn an_unreadable_claim_around_a_place_belongs_to_nobody_we_know() {
    for (damaged, wanted) in [(OUTER, INNER), (INNER, OUTER)] {
        let world = World::new();
        let lab = world.lab().await;
        world.machine.stores.tamper(&root(damaged), &BlobKey::claim(), "garbage");
        let error = try_add(&lab, wanted).await.unwrap_err();
        assert_error(&error, Category::Refused, "cannot be read");
        assert_eq!(world.claim(wanted), None);
    }
}

#[tokio::test]
async fn a_claim_of_lamindb_around_a_place_is_honoured() {
    let world = World::new();
    let lab = world.lab().await;
    let claim = "nUYsCWitlepu\ncreation info:\ninstance_slug=anonymous/mydata\ninstance_id=3fae3ac9c7685a6396f2d619d4a5b2bf";
    world.machine.stores.tamper(&root(OUTER), &BlobKey::legacy_claim(), claim);
    let error = try_add(&lab, INNER).await.unwrap_err();
    assert_error(&error, Category::Refused, "anonymous/mydata");
}

#[tokio::test]
async fn an_instance_is_not_made_inside_or_around_a_location_of_another() {
    let world = World::new();
    let lab = world.lab().await;
    add(&lab, "/shared/data").await;
    for at in [OUTER, INNER] {
        let before = world.contents("/shared/data").await;
        let request = InitialiseInstance {
            storage: at.to_owned(),
            name: Some("second".to_owned()),
            ..InitialiseInstance::default()
        };
        let error = initialise_instance(&world.host(), request).await.unwrap_err();
        assert_error(&error, Category::Refused, "lab/primary");
        assert_eq!((world.claim(at), world.contents("/shared/data").await), (None, before), "{at}");
    }
}

#[tokio::test]
async fn what_cannot_be_looked_through_is_not_claimed() {
    let world = World::new();
    let lab = world.lab().await;
    world.faults.strike("find claims", 1, Fault::Broken);
    try_add(&lab, OUTER).await.unwrap_err();
    assert_eq!(world.claim(OUTER), None);
    assert_eq!(add(&lab, OUTER).await.outcome, AddOutcome::Managed);
}

#[tokio::test]
async fn a_claim_whose_claimant_died_before_it_looked_is_looked_around_again() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    let uid = "nUYsCWitlepu".parse().unwrap();
    let slug = analysis.instance().slug().to_string();
    let orphan = Claim::new(uid, &slug, analysis.instance().id(), ClaimEpoch::FIRST);
    add(&lab, OUTER).await;
    world.machine.stores.tamper(&root(INNER), &BlobKey::claim(), orphan.to_bytes());
    let error = try_add(&analysis, INNER).await.unwrap_err();
    assert!(matches!(error, AddStorageError::Overlaps { .. }), "{error}");
    assert_eq!(world.claim(INNER), None, "the orphan is withdrawn");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_instances_that_claim_overlapping_places_at_once_no_two_manage_them() {
    for round in 0..20_u32 {
        let world = World::new();
        let places = ["/shared", "/shared/data", "/shared/data/deep", "/shared/data/deep/er"];
        let mut tasks = tokio::task::JoinSet::new();
        for (number, place) in (0_u32..).zip(places) {
            let other = World { machine: world.machine.of_another_user("someone", number), ..world.clone() };
            tasks.spawn(async move {
                let slug = format!("lab/number{number}");
                let registry = initialised(&other.host(), &slug, &format!("/lab/{number}")).await;
                try_add(&registry, place).await
            });
        }
        let outcomes = tasks.join_all().await;
        let winners = outcomes.iter().filter(|outcome| matches!(outcome, Ok(AddOutcome::Managed))).count();
        let claims = places.iter().filter(|place| world.claim(place).is_some()).count();
        assert!(winners <= 1, "round {round}: {outcomes:?}");
        assert_eq!(claims, winners, "round {round}: no claim without its manager");
    }
}

#[tokio::test]
async fn a_registry_that_was_copied_writes_nothing() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/home/ada/a.csv", "1");
    let copy = super::harness::database("sqlite:///elsewhere/copy.db");
    assert!(world.machine.databases.copy(lab.database(), &copy));
    let copied = freehold_services::connect_instance::connect_instance(&world.host(), &copy.reveal()).await;
    let copied = copied.unwrap();
    let before = world.contents(LAB).await;
    let error = super::harness::try_save(&copied, super::harness::paths(&["a.csv"])).await.unwrap_err();
    assert_error(&error, Category::Refused, "nothing was written");
    assert!(error.hint().unwrap().contains("--moved"));
    assert!(matches!(try_add(&copied, LAB).await, Err(AddStorageError::AnotherDatabase { .. })));
    assert_eq!(world.contents(LAB).await, before);
    super::harness::save_path(&lab, "a.csv").await;
}
