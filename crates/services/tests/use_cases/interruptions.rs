//! After any single call that fails, or whose answer is lost, the same request succeeds, and the books are true all along.

use std::future::Future;
use std::pin::Pin;

use freehold_domain::StorageChange;
use freehold_ports::persistence::{AccessMode, PersistenceError};
use freehold_services::add_storage::{AddOutcome, AddStorage, add_storage};
use freehold_services::adopt_storage::{AdoptStorage, adopt_storage};
use freehold_services::connect_instance::{ConnectError, open_instance};
use freehold_services::delete_instance::{DataFate, delete_instance, forget_instance};
use freehold_services::explain_path::explain_path;
use freehold_services::hand_over_storage::hand_over_storage;
use freehold_services::initialise_instance::{InitialiseInstance, initialise_instance};
use freehold_services::list_instances::list_instances;
use freehold_services::release_storage::release_storage;
use freehold_services::relocate_instance::relocate_instance;
use freehold_services::{Host, Registry};

use super::harness::{
    ANALYSIS, Fault, LAB, PURGE, PURGE_WITH_FILE, World, bytes, history, keyed, paths, root, run_of,
    save_path, try_delete, try_save, try_transfer, under_new_run,
};

type Step<'world> = Pin<Box<dyn Future<Output = Result<(), String>> + 'world>>;

fn told<T>(result: Result<T, impl std::error::Error>) -> Result<(), String> {
    result.map(drop).map_err(|error| error.to_string())
}

/// Runs a scenario once for each call that it makes: that call fails, and then the same request is made again.
///
/// `prepare` makes the ground, `request` is what is interrupted, `check` looks at the world after each of both attempts; it is told whether
/// it is the last.
async fn interrupt_everywhere<Ground>(
    prepare: impl AsyncFn(&World) -> Ground,
    request: impl for<'run> Fn(&'run World, &'run Ground) -> Step<'run>,
    check: impl AsyncFn(&World, &Ground, &str, bool),
) {
    for fault in [Fault::Broken, Fault::AnswerLost] {
        for copies in [true, false] {
            for nth in 1.. {
                let world = World { copies, ..World::new() };
                let ground = prepare(&world).await;
                world.faults.disarm();
                world.faults.strike_nth(nth, fault);
                let first = request(&world, &ground).await;
                let Some(struck) = world.faults.disarm() else {
                    first.unwrap();
                    assert!(nth > 5, "the scenario calls something");
                    break;
                };
                let what = format!("{fault:?} at call {nth}, {struck} (copies: {copies})");
                check(&world, &ground, &what, false).await;
                if let Err(error) = request(&world, &ground).await {
                    panic!("{what}: the same request again fails: {error}");
                }
                check(&world, &ground, &what, true).await;
            }
        }
    }
}

fn init(host: &Host) -> Step<'_> {
    let request = InitialiseInstance {
        storage: LAB.to_owned(),
        name: Some("primary".to_owned()),
        ..InitialiseInstance::default()
    };
    Box::pin(async move { told(initialise_instance(host, request).await) })
}

#[tokio::test]
async fn init_again_finishes_an_interrupted_init() {
    interrupt_everywhere(
        async |world: &World| world.host(),
        |_, host| init(host),
        async |world, host, what, is_last| {
            if !is_last {
                return;
            }
            let registry = open_instance(host, None, AccessMode::Write).await.unwrap();
            assert_eq!(world.claim(LAB).unwrap().manager(), Some(registry.instance().uid()), "{what}");
            assert_eq!(list_instances(host).await.unwrap().len(), 1, "{what}");
            assert_eq!(world.books(&registry).await.storages.len(), 1, "{what}");
            world.file("/home/ada/a.csv", "1");
            save_path(&registry, "a.csv").await;
        },
    )
    .await;
}

#[tokio::test]
async fn adding_a_location_again_finishes_an_interrupted_addition() {
    interrupt_everywhere(
        async |world: &World| world.lab().await,
        |_, lab| {
            let request = AddStorage { root: "/lab/more".to_owned(), ..AddStorage::default() };
            Box::pin(async move { told(add_storage(lab, request).await) })
        },
        async |world, lab, what, is_last| {
            let storages = world.books(lab).await.storages;
            let recorded = storages.iter().find(|storage| *storage.root() == root("/lab/more"));
            if let Some(recorded) = recorded {
                let claim =
                    world.claim("/lab/more").unwrap_or_else(|| panic!("{what}: recorded without a claim"));
                assert_eq!(
                    (recorded.uid(), recorded.instance_uid()),
                    (claim.storage_uid(), claim.manager()),
                    "{what}"
                );
            }
            if is_last {
                let request = AddStorage { root: "/lab/more".to_owned(), ..AddStorage::default() };
                assert_eq!(add_storage(lab, request).await.unwrap().outcome, AddOutcome::Managed, "{what}");
                assert_eq!(storages.len(), 2, "{what}");
            }
        },
    )
    .await;
}

/// A lab with an artifact, under a run, and three files to save: a new one, a new version, and one that lies in place.
async fn saving_ground(world: &World) -> Registry {
    let lab = world.lab().await;
    world.file("/home/ada/a.csv", "1");
    save_path(&lab, "a.csv").await;
    world.file("/home/ada/a.csv", "2");
    world.file("/home/ada/b.csv", "3");
    world.file("/lab/data/c.csv", "4");
    under_new_run(&lab, "t").await
}

#[tokio::test]
async fn saving_again_finishes_an_interrupted_save() {
    interrupt_everywhere(
        saving_ground,
        |_, run| {
            Box::pin(async move { told(try_save(run, paths(&["a.csv", "b.csv", "/lab/data/c.csv"])).await) })
        },
        async |world, run, what, is_last| {
            world.audit(run, what).await;
            if is_last {
                for (key, content) in [("a.csv", "2"), ("b.csv", "3"), ("c.csv", "4")] {
                    assert_eq!(bytes(&run.under_run(None), key).await, content, "{what}");
                }
                let books = world.books(run).await;
                assert_eq!(
                    books.families.iter().filter(|family| family.head().is_none()).count(),
                    0,
                    "{what}"
                );
                for artifact in books.artifacts.iter().filter(|artifact| artifact.is_latest) {
                    assert_eq!(artifact.provenance.run(), Some(run_of(run)), "{what}: {artifact:?}");
                }
            }
        },
    )
    .await;
}

#[tokio::test]
async fn saving_unchanged_files_again_finishes_an_interrupted_save() {
    interrupt_everywhere(
        async |world: &World| {
            let lab = world.lab().await;
            world.file("/home/ada/a.csv", "1");
            save_path(&lab, "a.csv").await;
            under_new_run(&lab, "t").await
        },
        |_, run| Box::pin(async move { told(try_save(run, keyed("a.csv", "a.csv")).await) }),
        async |world, run, what, is_last| {
            world.audit(run, what).await;
            let books = world.books(run).await;
            assert_eq!((books.artifacts.len(), books.intents.len()), (1, 0), "{what}");
            if is_last {
                assert_eq!(books.artifacts[0].provenance.run(), Some(run_of(run)), "{what}");
            }
        },
    )
    .await;
}

#[tokio::test]
async fn purging_again_finishes_an_interrupted_purge() {
    for (path, deletion) in [("a.csv", PURGE), ("/lab/data/b.csv", PURGE_WITH_FILE)] {
        interrupt_everywhere(
            async |world: &World| {
                let lab = world.lab().await;
                world.file("/home/ada/a.csv", "1");
                world.file("/lab/data/b.csv", "2");
                let uid = save_path(&lab, path).await.artifact.uid;
                (lab, uid)
            },
            |_, (lab, uid)| Box::pin(async move { told(try_delete(lab, &[uid.as_str()], deletion).await) }),
            async |world, (lab, _), what, is_last| {
                world.audit(lab, what).await;
                if is_last {
                    let left = world.keys(LAB).into_iter().filter(|key| key.contains(".csv")).count();
                    assert_eq!(left, usize::from(path == "a.csv"), "{what}");
                    assert!(world.books(lab).await.intents.is_empty(), "{what}");
                }
            },
        )
        .await;
    }
}

#[tokio::test]
async fn transferring_again_finishes_an_interrupted_copy() {
    interrupt_everywhere(
        async |world: &World| {
            let (lab, analysis) = (world.lab().await, world.analysis().await);
            world.file("/home/ada/a.csv", "1");
            world.file("/lab/data/b.csv", "2");
            let run = under_new_run(&lab, "t").await;
            try_save(&run, paths(&["a.csv", "/lab/data/b.csv"])).await.unwrap();
            (lab, analysis)
        },
        |_, (lab, analysis)| Box::pin(async move { told(try_transfer(analysis, lab, &[], true).await) }),
        async |world, (lab, analysis), what, is_last| {
            world.audit(lab, what).await;
            world.audit(analysis, what).await;
            if is_last {
                let books = world.books(analysis).await;
                assert_eq!((books.artifacts.len(), books.intents.len()), (2, 0), "{what}");
                assert!(books.artifacts.iter().all(|artifact| artifact.copied_from.is_some()), "{what}");
                assert_eq!(bytes(analysis, "b.csv").await, "2", "{what}");
                assert_eq!(world.keys(ANALYSIS).len(), 3, "{what}");
            }
        },
    )
    .await;
}

/// Deletes as the command line does: opened by its slug, and forgotten when its registry is gone.
async fn delete(host: &Host, fate: DataFate) -> Result<(), String> {
    match open_instance(host, Some("lab/primary"), AccessMode::Write).await {
        Ok(registry) => told(delete_instance(&registry, fate).await),
        Err(ConnectError::Persistence(PersistenceError::DatabaseMissing { .. })) => {
            told(forget_instance(host, "lab/primary").await)
        }
        // The interrupted attempt came to its end.
        Err(ConnectError::Unknown { .. }) => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}

#[tokio::test]
async fn deleting_an_instance_again_finishes_an_interrupted_deletion() {
    for fate in [DataFate::Release, DataFate::Purge] {
        interrupt_everywhere(
            async |world: &World| {
                let lab = world.lab().await;
                world.file("/home/ada/a.csv", "1");
                world.file("/lab/data/b.csv", "2");
                let artifact = save_path(&lab, "a.csv").await.artifact;
                save_path(&lab, "/lab/data/b.csv").await;
                lab.close().await.unwrap();
                (world.host(), artifact, lab)
            },
            |_, (host, _, _)| Box::pin(delete(host, fate)),
            async |world, (host, artifact, lab), what, is_last| {
                assert!(world.keys(LAB).contains(&"b.csv".to_owned()), "{what}");
                let is_there = world.keys(LAB).contains(&artifact.blob_key().to_string());
                assert!(is_there || fate == DataFate::Purge, "{what}");
                if is_last {
                    assert!(!is_there || fate == DataFate::Release, "{what}");
                    assert!(world.claim(LAB).is_none(), "{what}");
                    assert!(list_instances(host).await.unwrap().is_empty(), "{what}");
                } else if let Ok(lab) =
                    open_instance(host, Some(&lab.database().reveal()), AccessMode::Read).await
                {
                    world.audit(&lab, what).await;
                }
            },
        )
        .await;
    }
}

const SHARED: &str = "/shared/data";

/// Checks that who can write to the shared location is the one that its claim names, and that its data is there.
async fn require_one_manager(world: &World, registries: &[&Registry], what: &str) {
    let claim = world.claim(SHARED);
    for registry in registries {
        let explained = explain_path(registry, "/shared/data/new.csv").await.unwrap();
        if explained.rule.may_write() {
            let manager = claim.as_ref().and_then(freehold_domain::Claim::manager);
            assert_eq!(manager, Some(registry.instance().uid()), "{what}");
        }
    }
    assert!(world.keys(SHARED).contains(&"own.csv".to_owned()), "{what}");
}

async fn two_instances(world: &World) -> (Registry, Registry) {
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    add_storage(&lab, AddStorage { root: SHARED.to_owned(), ..AddStorage::default() }).await.unwrap();
    world.file("/shared/data/own.csv", "1");
    (lab, analysis)
}

#[tokio::test]
async fn releasing_again_finishes_an_interrupted_release() {
    interrupt_everywhere(
        two_instances,
        |_, (lab, _)| Box::pin(async move { told(release_storage(lab, SHARED).await) }),
        async |world, (lab, analysis), what, is_last| {
            require_one_manager(world, &[lab, analysis], what).await;
            if is_last {
                assert_eq!(world.claim(SHARED), None, "{what}");
                let changes = history(world, lab, SHARED).await;
                assert_eq!(changes, [StorageChange::Claimed, StorageChange::Released], "{what}");
            }
        },
    )
    .await;
}

#[tokio::test]
async fn handing_over_again_finishes_an_interrupted_hand_over() {
    interrupt_everywhere(
        two_instances,
        |_, (lab, analysis)| {
            Box::pin(async move {
                told(hand_over_storage(lab, SHARED, &analysis.instance().id().to_string()).await)
            })
        },
        async |world, (lab, analysis), what, is_last| {
            require_one_manager(world, &[lab, analysis], what).await;
            if is_last {
                assert!(world.claim(SHARED).unwrap().is_managed_by(analysis.instance().uid()), "{what}");
                let changes = history(world, lab, SHARED).await;
                assert_eq!(changes, [StorageChange::Claimed, StorageChange::HandedOver], "{what}");
            }
        },
    )
    .await;
}

#[tokio::test]
async fn adding_again_finishes_an_interrupted_reception() {
    interrupt_everywhere(
        async |world: &World| {
            let (lab, analysis) = two_instances(world).await;
            hand_over_storage(&lab, SHARED, &analysis.instance().id().to_string()).await.unwrap();
            (lab, analysis)
        },
        |_, (_, analysis)| {
            let request = AddStorage { root: SHARED.to_owned(), ..AddStorage::default() };
            Box::pin(async move { told(add_storage(analysis, request).await) })
        },
        async |world, (lab, analysis), what, is_last| {
            require_one_manager(world, &[lab, analysis], what).await;
            if is_last {
                assert!(explain_path(analysis, "/shared/data/x").await.unwrap().rule.may_write(), "{what}");
                assert_eq!(history(world, analysis, SHARED).await, [StorageChange::Received], "{what}");
            }
        },
    )
    .await;
}

#[tokio::test]
async fn adopting_again_finishes_an_interrupted_adoption() {
    interrupt_everywhere(
        async |world: &World| {
            let (lab, analysis) = two_instances(world).await;
            let former =
                world.machine.stores.content(&root(SHARED), &freehold_domain::BlobKey::claim()).unwrap();
            (lab, analysis, former)
        },
        |_, (lab, analysis, _)| {
            let request = AdoptStorage {
                root: SHARED.to_owned(),
                reason: "it is gone".to_owned(),
                expected_manager: lab.instance().uid().to_string(),
                region: None,
            };
            Box::pin(async move { told(adopt_storage(analysis, request).await) })
        },
        async |world, (lab, analysis, former), what, is_last| {
            require_one_manager(world, &[lab, analysis], what).await;
            let retired = freehold_domain::BlobKey::retired_claim(
                Some(freehold_domain::ClaimEpoch::FIRST),
                Some(lab.instance().uid()),
            );
            let kept = world.machine.stores.content(&root(SHARED), &retired);
            let is_ours = world.claim(SHARED).unwrap().is_managed_by(analysis.instance().uid());
            assert!(!is_ours || kept.as_ref() == Some(former), "{what}: the former claim is kept first");
            if is_last {
                assert!(is_ours, "{what}");
                assert_eq!(history(world, analysis, SHARED).await, [StorageChange::Adopted], "{what}");
            }
        },
    )
    .await;
}

#[tokio::test]
async fn relocating_again_finishes_an_interrupted_relocation() {
    const ELSEWHERE: &str = "sqlite:///elsewhere/books.db";
    interrupt_everywhere(
        async |world: &World| {
            let (lab, _) = two_instances(world).await;
            lab.close().await.unwrap();
            assert!(world.machine.databases.copy(lab.database(), &super::harness::database(ELSEWHERE)));
            freehold_ports::persistence::Databases::destroy(&world.machine.databases, lab.database())
                .await
                .unwrap();
            world.host()
        },
        |_, host| Box::pin(async move { told(relocate_instance(host, ELSEWHERE).await) }),
        async |world, host, what, is_last| {
            if is_last {
                let moved = open_instance(host, Some(ELSEWHERE), AccessMode::Write).await.unwrap();
                require_one_manager(world, &[&moved], what).await;
                assert!(explain_path(&moved, "/shared/data/x").await.unwrap().rule.may_write(), "{what}");
            }
        },
    )
    .await;
}
