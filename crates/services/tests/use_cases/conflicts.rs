//! Others in the way: a unit of work is begun again, some times, and then the caller is told that it may try again.

use freehold_services::delete_artifacts::Deletion;
use freehold_services::describe_instance::describe_instance;
use freehold_services::update_storage::{StorageChanges, update_storage};
use freehold_services::{Category, UseCaseError};

use super::harness::{Fault, LAB, World, assert_error, bytes, paths, save_path, try_delete, try_save};

#[tokio::test(start_paused = true)]
async fn a_unit_of_work_that_meets_a_conflict_is_begun_again() {
    for call in ["begin write", "commit write"] {
        let world = World::new();
        let lab = world.lab().await;
        world.file("/home/ada/a.csv", "1");
        world.faults.strike(call, 5, Fault::Conflict);
        save_path(&lab, "a.csv").await;
        assert_eq!(bytes(&lab, "a.csv").await, "1", "{call}");
        world.audit(&lab, call).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_conflict_that_stays_is_told_as_one_and_leaves_nothing() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/home/ada/a.csv", "1");
    world.faults.disarm();
    world.faults.strike("begin write", usize::MAX, Fault::Conflict);
    let saving = try_save(&lab, paths(&["a.csv"])).await.unwrap_err();
    let attempts = world.faults.calls().iter().filter(|call| *call == "begin write").count();
    let changes = StorageChanges { description: Some("d".to_owned()), region: None };
    let updating = update_storage(&lab, LAB, changes).await.unwrap_err();
    for error in [&saving as &dyn UseCaseError, &updating] {
        assert_error(error, Category::Conflict, "try again");
    }
    assert_eq!(attempts, 8);
    world.faults.disarm();
    assert_eq!(world.keys(LAB), [".lamindb/storage_uid.txt"]);
    assert!(world.books(&lab).await.artifacts.is_empty());
}

#[tokio::test(start_paused = true)]
async fn other_failures_are_not_tried_again() {
    let world = World::new();
    let lab = world.lab().await;
    world.faults.disarm();
    world.faults.strike("begin read", 1, Fault::Broken);
    let error = describe_instance(&lab).await.unwrap_err();
    assert_eq!(error.category(), Category::Failed);
    assert_eq!(world.faults.calls(), ["begin read"]);
}

#[tokio::test(start_paused = true)]
async fn a_commit_whose_answer_is_lost_is_not_repeated_and_what_it_kept_is_not_undone() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/home/ada/a.csv", "1");
    save_path(&lab, "a.csv").await;
    world.faults.disarm();
    world.faults.strike("commit write", 1, Fault::AnswerLost);
    let error = try_delete(&lab, &["a.csv"], Deletion::Trash).await.unwrap_err();
    assert_error(&error, Category::Failed, "unknown whether");
    assert_eq!(world.faults.calls().iter().filter(|call| *call == "begin write").count(), 1);
}

#[tokio::test]
async fn a_recording_whose_answer_is_lost_keeps_its_bytes() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/home/ada/a.csv", "1");
    let faults = world.faults.clone();
    world.faults.meanwhile("flush", async move {
        faults.strike("commit write", 1, Fault::AnswerLost);
    });
    try_save(&lab, paths(&["a.csv"])).await.unwrap_err();
    world.faults.disarm();
    assert_eq!(bytes(&lab, "a.csv").await, "1");
    world.audit(&lab, "lost answer").await;
}

#[tokio::test]
async fn copies_whose_recording_may_yet_come_are_kept_with_their_intents() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/home/ada/a.csv", "1");
    let faults = world.faults.clone();
    world.faults.meanwhile("flush", async move {
        faults.strike("commit write", 1, Fault::Unknown);
    });
    try_save(&lab, paths(&["a.csv"])).await.unwrap_err();
    let intents = world.books(&lab).await.intents;
    assert_eq!(intents.len(), 1);
    assert!(world.keys(LAB).contains(&intents[0].blob_key.to_string()));
}
