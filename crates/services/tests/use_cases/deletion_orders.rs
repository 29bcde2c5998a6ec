//! A deletion that was planned before: carried out as it was seen, or not at all.

use std::collections::BTreeMap;

use freehold_domain::StorageUid;
use freehold_ports::persistence::{AccessMode, PersistenceError};
use freehold_services::add_storage::AddOutcome;
use freehold_services::connect_instance::{ConnectError, open_instance};
use freehold_services::delete_instance::{
    DeleteInstanceError, DeletionOrder, LocationFate, apply_deletion, forget_instance,
};
use freehold_services::plan_deletion::plan_deletion;
use freehold_services::{Category, Registry, UseCaseError};

use super::harness::{Fault, LAB, World, add, link, paths, root, save_path, try_add, try_save};

const MORE: &str = "/lab/more";
const GIVEN: &str = "/lab/given";

async fn ground(world: &World) -> (Registry, Registry) {
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    add(&lab, MORE).await;
    add(&lab, GIVEN).await;
    world.file("/home/ada/a.csv", "1");
    world.file("/lab/data/lying.csv", "2");
    world.file("/lab/data/unknown.csv", "3");
    world.file("/lab/given/own.csv", "4");
    try_save(&lab, paths(&["a.csv", "/lab/data/lying.csv"])).await.unwrap();
    world.file("/theirs/c.csv", "5");
    link(&lab, "/theirs").await;
    (lab, analysis)
}

async fn order(registry: &Registry, fate_of: impl Fn(&str) -> LocationFate) -> DeletionOrder {
    let plan = plan_deletion(registry).await.unwrap();
    let managed = plan.locations.iter().filter(|location| location.contents.is_some());
    let fates: BTreeMap<StorageUid, LocationFate> =
        managed.map(|location| (location.storage.uid(), fate_of(location.storage.root().as_str()))).collect();
    DeletionOrder { instance: plan.instance.uid(), digest: plan.digest(), seen: plan.seen(), fates }
}

async fn mixed(registry: &Registry, receiver: &Registry) -> DeletionOrder {
    let to = receiver.instance().id().to_string();
    order(registry, |root| match root {
        LAB => LocationFate::Purge,
        GIVEN => LocationFate::HandOver { to: to.clone() },
        _ => LocationFate::Release,
    })
    .await
}

#[tokio::test]
async fn each_location_meets_the_fate_that_was_ordered() {
    let world = World::new();
    let (lab, analysis) = ground(&world).await;
    let order = mixed(&lab, &analysis).await;
    let linked = world.contents("/theirs").await;
    apply_deletion(&lab, &order).await.unwrap();
    assert_eq!(world.keys(LAB), ["lying.csv", "unknown.csv"]);
    assert!(!world.machine.stores.exists(&root(MORE)));
    assert!(world.claim(GIVEN).unwrap().is_managed_by(analysis.instance().uid()));
    assert_eq!(try_add(&analysis, GIVEN).await.unwrap(), AddOutcome::Managed);
    assert_eq!(world.contents("/theirs").await, linked);
}

#[tokio::test]
async fn an_order_is_refused_when_the_world_has_changed_since() {
    for change in 0..5 {
        let world = World::new();
        let (lab, analysis) = ground(&world).await;
        let order = mixed(&lab, &analysis).await;
        match change {
            0 => drop({
                world.file("/home/ada/new.csv", "6");
                save_path(&lab, "new.csv").await
            }),
            1 => world.file("/lab/data/another.csv", "7"),
            2 => world.file("/lab/data/unknown.csv", "333"),
            3 => drop(add(&lab, "/lab/added").await),
            _ => world.remove_claim(MORE),
        }
        let before = (world.contents(LAB).await, world.contents(GIVEN).await);
        let error = apply_deletion(&lab, &order).await.unwrap_err();
        assert!(matches!(error, DeleteInstanceError::Changed { .. }), "{change}: {error}");
        assert_eq!(error.category(), Category::Refused);
        assert_eq!((world.contents(LAB).await, world.contents(GIVEN).await), before, "{change}");
        world.file("/home/ada/still.csv", "open");
        save_path(&lab, "still.csv").await;
    }
}

#[tokio::test]
async fn an_order_whose_sights_were_edited_or_that_is_undecided_or_of_another_instance_is_refused() {
    let world = World::new();
    let (lab, analysis) = ground(&world).await;
    let mut edited = mixed(&lab, &analysis).await;
    edited.seen.pop();
    let error = apply_deletion(&lab, &edited).await.unwrap_err();
    assert!(matches!(error, DeleteInstanceError::PlanEdited));
    let mut undecided = mixed(&lab, &analysis).await;
    undecided.fates.pop_first();
    let error = apply_deletion(&lab, &undecided).await.unwrap_err();
    assert!(matches!(error, DeleteInstanceError::Undecided { .. }));
    let error = apply_deletion(&analysis, &mixed(&lab, &analysis).await).await.unwrap_err();
    assert!(matches!(error, DeleteInstanceError::AnotherInstance { .. }));
}

/// Applies as the command line does.
async fn apply(world: &World, order: &DeletionOrder) -> Result<(), String> {
    let host = world.host();
    match open_instance(&host, Some("lab/primary"), AccessMode::Write).await {
        Ok(registry) => apply_deletion(&registry, order).await.map(drop).map_err(|error| error.to_string()),
        Err(ConnectError::Persistence(PersistenceError::DatabaseMissing { .. })) => {
            forget_instance(&host, "lab/primary").await.map_err(|error| error.to_string())
        }
        Err(ConnectError::Unknown { .. }) => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}

#[tokio::test]
async fn the_same_order_finishes_an_interrupted_one() {
    for fault in [Fault::Broken, Fault::AnswerLost] {
        for nth in 1.. {
            let world = World::new();
            let (lab, analysis) = ground(&world).await;
            let order = mixed(&lab, &analysis).await;
            lab.close().await.unwrap();
            let linked = world.contents("/theirs").await;
            world.faults.disarm();
            world.faults.strike_nth(nth, fault);
            let first = apply(&world, &order).await;
            let Some(struck) = world.faults.disarm() else {
                first.unwrap();
                assert!(nth > 20, "the scenario calls something");
                break;
            };
            let what = format!("{fault:?} at call {nth}, {struck}");
            if let Err(error) = apply(&world, &order).await {
                panic!("{what}: the same order again fails: {error}");
            }
            assert_eq!(world.keys(LAB), ["lying.csv", "unknown.csv"], "{what}");
            assert!(world.claim(MORE).is_none(), "{what}");
            let claim = world.claim(GIVEN).unwrap();
            assert!(claim.is_managed_by(analysis.instance().uid()), "{what}");
            assert_eq!(world.contents("/theirs").await, linked, "{what}");
        }
    }
}
