//! Many at once, and clocks that go wrong: the books stay true.

use std::collections::BTreeSet;

use freehold_domain::Timestamp;
use freehold_services::Registry;
use freehold_services::delete_artifacts::Deletion;
use freehold_services::list_artifacts::{ListArtifacts, list_artifacts};
use freehold_services::restore_artifact::restore_artifact;
use freehold_services::transfer_artifacts::TransferOutcome;
use freehold_services::update_artifact::{ArtifactChanges, update_artifact};
use tokio::task::JoinSet;

use super::harness::{
    PURGE, World, bytes, keyed, save, save_path, transfer_copied, try_delete, try_save, try_transfer,
    under_new_run,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn transfers_of_the_same_artifacts_at_once_record_each_of_them_once() {
    for copies in [true, false] {
        let world = World { copies, ..World::new() };
        let (lab, analysis) = (world.lab().await, world.analysis().await);
        for name in ["a.csv", "b.csv", "c.csv"] {
            world.file(&format!("/home/ada/{name}"), name);
            save_path(&lab, name).await;
        }
        let mut tasks = JoinSet::new();
        for number in 0..8 {
            let (analysis, lab) = (world.reopened(&analysis).await, lab.clone());
            tasks.spawn(async move { try_transfer(&analysis, &lab, &[], number % 2 == 0).await.map(drop) });
        }
        for result in tasks.join_all().await {
            result.unwrap();
        }
        let report = transfer_copied(&analysis, &lab, &[]).await;
        assert!(report.transferred.iter().all(|item| item.outcome == TransferOutcome::Existing));
        let books = world.books(&analysis).await;
        assert_eq!((books.artifacts.len(), books.intents.len()), (3, 0));
        books.audit(&world.machine, &analysis, "after the race");
    }
}

/// What one of many does over and over: each step may fail, and none may make a row lie.
async fn disturb(registry: Registry, number: usize) {
    let path = format!("/home/ada/{number}.csv");
    for round in 0..12 {
        let name = if (number + round).is_multiple_of(2) { "x.csv" } else { "y.csv" };
        match (number + round) % 6 {
            0 | 1 => drop(try_save(&registry, keyed(&path, name)).await),
            2 => drop(try_delete(&registry, &[name], Deletion::Trash).await),
            3 => drop(try_delete(&registry, &[name], PURGE).await),
            4 => {
                let trashed = ListArtifacts {
                    states: vec![freehold_domain::ArtifactState::Trashed],
                    all_versions: true,
                    ..ListArtifacts::default()
                };
                for artifact in list_artifacts(&registry, trashed).await.unwrap().items {
                    drop(restore_artifact(&registry, artifact.uid.as_str()).await);
                }
            }
            _ => {
                let key = Some(if round.is_multiple_of(2) { "z.csv" } else { "x.csv" }.parse().unwrap());
                drop(update_artifact(&registry, name, ArtifactChanges { key, description: None }).await);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn savers_deleters_restorers_and_renamers_at_once_leave_no_row_that_lies() {
    let world = World::new();
    let lab = world.lab().await;
    let mut tasks = JoinSet::new();
    for number in 0..6 {
        world.file(&format!("/home/ada/{number}.csv"), &number.to_string());
        tasks.spawn(disturb(world.reopened(&lab).await, number));
    }
    tasks.join_all().await;
    let books = world.books(&lab).await;
    books.audit(&world.machine, &lab, "after the disturbance");
    assert!(books.intents.is_empty(), "{:?}", books.intents);
    let keys: BTreeSet<_> = books.families.iter().map(|family| family.key.clone()).collect();
    assert_eq!(keys.len(), books.families.len(), "a key is of one own family");
}

#[tokio::test]
async fn no_decision_depends_on_the_clock() {
    let world = World::new();
    let lab = world.lab().await;
    let mut versions = Vec::new();
    for (number, time) in
        [Timestamp::MAX_UTC, Timestamp::UNIX_EPOCH, Timestamp::MAX_UTC, Timestamp::UNIX_EPOCH]
            .into_iter()
            .enumerate()
    {
        world.machine.clock.set(time);
        world.file("/home/ada/a.csv", &number.to_string());
        let run = under_new_run(&lab, "t").await;
        let saved = save(&run, keyed("a.csv", "a.csv")).await.artifact;
        versions.push(saved.version().number());
        assert_eq!(bytes(&lab, "a.csv").await, number.to_string());
    }
    assert_eq!(versions, [0, 1, 2, 3]);
    let newest = ListArtifacts {
        all_versions: true,
        order: freehold_ports::persistence::ArtifactOrder::Newest,
        ..ListArtifacts::default()
    };
    let listed = list_artifacts(&lab, newest).await.unwrap().items;
    assert_eq!(listed.iter().map(|artifact| artifact.version().number()).collect::<Vec<_>>(), [3, 2, 1, 0]);
    let again = save_path(&world.lab().await, "a.csv").await.artifact;
    assert_eq!(again.uid, listed[0].uid);
    world.audit(&lab, "with a broken clock").await;
}
