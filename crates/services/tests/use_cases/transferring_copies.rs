//! Copied transfers: the bytes arrive verified and durable before an artifact points to them, with a link to their origin.

use freehold_domain::{ArtifactLocation, BlobKey, Placement};
use freehold_ports::persistence::{AccessMode, PageRequest};
use freehold_services::default_storage::default_storage;
use freehold_services::find_artifact::{Presence, find_artifact};
use freehold_services::transfer_artifacts::{TransferArtifactsError, TransferOutcome};
use freehold_services::{Category, UseCaseError};

use super::harness::{
    ANALYSIS, Fault, LAB, World, add, assert_error, bytes, link, records, root, save_path, transfer,
    transfer_copied, try_transfer,
};

/// A world whose backend copies by itself, and one whose does not.
fn worlds() -> [World; 2] {
    [true, false].map(|copies| World { copies, ..World::new() })
}

#[tokio::test]
async fn a_copied_artifact_lies_in_the_default_storage_and_links_to_its_origin() {
    for world in worlds() {
        let (lab, analysis) = (world.lab().await, world.analysis().await);
        world.file("/home/ada/a.csv", "1");
        world.file("/lab/data/b.csv", "2");
        let theirs = save_path(&lab, "a.csv").await.artifact;
        let lying = save_path(&lab, "/lab/data/b.csv").await.artifact;
        let before = world.contents(LAB).await;
        let report = transfer_copied(&analysis, &lab, &[]).await;
        let here = default_storage(&analysis).await.unwrap().uid();
        for (item, origin) in report.transferred.iter().zip([theirs, lying]) {
            assert_eq!((item.outcome, item.artifact.uid), (TransferOutcome::Copied, origin.uid));
            assert_eq!(
                item.artifact.placement,
                Placement { storage: here, location: ArtifactLocation::Ingested }
            );
            assert_eq!(item.artifact.copied_from, Some(origin.placement));
            assert_eq!(find_artifact(&analysis, origin.uid.as_str()).await.unwrap().artifact, item.artifact);
        }
        assert_eq!(world.contents(LAB).await, before);
        assert!(world.books(&analysis).await.intents.is_empty());
        world.audit(&analysis, "copied").await;
    }
}

#[tokio::test]
async fn a_copy_stays_when_the_origin_goes_and_a_link_says_that_it_is_missing() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    for name in ["a.csv", "b.csv"] {
        world.file(&format!("/home/ada/{name}"), name);
        save_path(&lab, name).await;
    }
    transfer(&analysis, &lab, &["b.csv"]).await;
    transfer_copied(&analysis, &lab, &["a.csv"]).await;
    for artifact in world.books(&lab).await.artifacts {
        world.lose_bytes(LAB, &artifact);
    }
    assert_eq!(bytes(&analysis, "a.csv").await, "a.csv");
    assert_eq!(find_artifact(&analysis, "b.csv").await.unwrap().presence, Presence::Missing);
}

#[tokio::test]
async fn a_linked_artifact_is_copied_when_that_is_asked_later_and_only_once() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    world.file("/home/ada/a.csv", "1");
    save_path(&lab, "a.csv").await;
    let linked = transfer(&analysis, &lab, &[]).await;
    assert_eq!(linked.transferred[0].outcome, TransferOutcome::Linked);
    let copied = transfer_copied(&analysis, &lab, &[]).await;
    assert_eq!((copied.run, copied.transferred[0].outcome), (None, TransferOutcome::Copied));
    let before = world.contents(ANALYSIS).await;
    let again = transfer_copied(&analysis, &lab, &[]).await;
    assert_eq!(again.transferred[0].outcome, TransferOutcome::Existing);
    assert_eq!(again.transferred[0].artifact, copied.transferred[0].artifact);
    assert_eq!(world.contents(ANALYSIS).await, before);
}

#[tokio::test]
async fn bytes_that_are_not_the_recorded_ones_are_not_taken_over() {
    for world in worlds() {
        let (lab, analysis) = (world.lab().await, world.analysis().await);
        world.file("/home/ada/a.csv", "1");
        let theirs = save_path(&lab, "a.csv").await.artifact;
        world.machine.stores.tamper(&root(LAB), &theirs.blob_key(), "2");
        let error = try_transfer(&analysis, &lab, &[], true).await.unwrap_err();
        assert!(matches!(error, TransferArtifactsError::Mismatch(_)), "{error}");
        assert_error(&error, Category::Integrity, theirs.uid.as_str());
        assert_eq!(world.keys(ANALYSIS), [".lamindb/storage_uid.txt"]);
        let here = &world.books(&analysis).await.artifacts[0];
        assert_eq!((here.placement.clone(), &here.copied_from), (theirs.placement, &None));
    }
}

#[tokio::test]
async fn bytes_of_another_size_or_none_are_not_taken_over() {
    for world in worlds() {
        let (lab, analysis) = (world.lab().await, world.analysis().await);
        world.file("/home/ada/a.csv", "1");
        let theirs = save_path(&lab, "a.csv").await.artifact;
        world.machine.stores.tamper(&root(LAB), &theirs.blob_key(), "22");
        let error = try_transfer(&analysis, &lab, &[], true).await.unwrap_err();
        assert_eq!(error.category(), Category::Integrity, "{error}");
        world.lose_bytes(LAB, &theirs);
        let error = try_transfer(&analysis, &lab, &[], true).await.unwrap_err();
        assert_error(&error, Category::Integrity, LAB);
        assert_eq!(world.keys(ANALYSIS), [".lamindb/storage_uid.txt"]);
    }
}

#[tokio::test]
async fn what_arrived_well_is_recorded_although_another_artifact_did_not_arrive() {
    for world in worlds() {
        let (lab, analysis) = (world.lab().await, world.analysis().await);
        for name in ["a.csv", "b.csv", "c.csv"] {
            world.file(&format!("/home/ada/{name}"), name);
            save_path(&lab, name).await;
        }
        let broken = find_artifact(&lab, "b.csv").await.unwrap().artifact;
        world.machine.stores.tamper(&root(LAB), &broken.blob_key(), "other");
        assert_eq!(
            try_transfer(&analysis, &lab, &[], true).await.unwrap_err().category(),
            Category::Integrity
        );
        let ingested = |artifact: &freehold_domain::Artifact| artifact.copied_from.is_some();
        let copied: Vec<_> = world
            .books(&analysis)
            .await
            .artifacts
            .iter()
            .filter(|artifact| ingested(artifact))
            .map(|artifact| artifact.key.to_string())
            .collect();
        assert_eq!(copied, ["a.csv", "c.csv"]);
        assert!(world.books(&analysis).await.intents.is_empty());
    }
}

#[tokio::test]
async fn a_copy_is_recorded_only_after_it_is_durable() {
    for world in worlds() {
        let (lab, analysis) = (world.lab().await, world.analysis().await);
        world.file("/home/ada/a.csv", "1");
        save_path(&lab, "a.csv").await;
        world.faults.strike("flush", 1, Fault::Broken);
        try_transfer(&analysis, &lab, &[], true).await.unwrap_err();
        let books = world.books(&analysis).await;
        assert_eq!(books.artifacts[0].copied_from, None);
        books.audit(&world.machine, &analysis, "not durable");
        assert_eq!(
            transfer_copied(&analysis, &lab, &[]).await.transferred[0].outcome,
            TransferOutcome::Copied
        );
        assert!(world.books(&analysis).await.intents.is_empty());
    }
}

#[tokio::test]
async fn a_failed_copy_never_deletes_what_another_process_has_copied_and_recorded() {
    for world in worlds() {
        let (lab, analysis) = (world.lab().await, world.analysis().await);
        world.file("/home/ada/a.csv", "1");
        save_path(&lab, "a.csv").await;
        let quiet = World { faults: super::harness::faults::Faults::default(), ..world.clone() };
        let (ours, theirs) = (quiet.analysis().await, quiet.lab().await);
        world.faults.meanwhile("flush", async move {
            transfer_copied(&ours, &theirs, &[]).await;
        });
        world.faults.strike("flush", 1, Fault::Broken);
        try_transfer(&analysis, &lab, &[], true).await.unwrap_err();
        world.faults.disarm();
        assert_eq!(bytes(&analysis, "a.csv").await, "1");
        world.audit(&analysis, "two at once").await;
    }
}

#[tokio::test]
async fn an_artifact_whose_location_has_another_uid_here_is_copied_too() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    world.file("/shared/a.csv", "1");
    link(&analysis, "/shared").await;
    let theirs = add(&lab, "/shared").await.storage.uid();
    save_path(&lab, "/shared/a.csv").await;
    let report = transfer_copied(&analysis, &lab, &[]).await;
    assert_eq!(report.transferred[0].outcome, TransferOutcome::Copied);
    assert!(world.books(&analysis).await.storages.iter().all(|storage| storage.uid() != theirs));
}

#[tokio::test]
async fn what_lies_in_a_location_of_ours_is_not_copied() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    add(&analysis, "/ours").await;
    world.file("/ours/a.csv", "1");
    link(&lab, "/ours").await;
    save_path(&lab, "/ours/a.csv").await;
    let report = transfer_copied(&analysis, &lab, &[]).await;
    assert_eq!(report.transferred[0].outcome, TransferOutcome::Linked);
    assert_eq!(world.keys(ANALYSIS), [".lamindb/storage_uid.txt"]);
}

#[tokio::test]
async fn a_default_storage_that_is_not_ours_refuses_copies_before_anything_is_recorded() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    world.file("/home/ada/a.csv", "1");
    save_path(&lab, "a.csv").await;
    world.machine.stores.tamper(&root(ANALYSIS), &BlobKey::claim(), "garbage");
    let error = try_transfer(&analysis, &lab, &[], true).await.unwrap_err();
    assert_error(&error, Category::Refused, ANALYSIS);
    assert!(error.hint().is_some());
    assert!(world.books(&analysis).await.artifacts.is_empty());
}

#[tokio::test]
async fn copies_whose_intents_a_recovery_took_are_not_pointed_to() {
    for world in worlds() {
        let (lab, analysis) = (world.lab().await, world.analysis().await);
        world.file("/home/ada/a.csv", "1");
        save_path(&lab, "a.csv").await;
        let persistence = records(&world, &analysis).await.unwrap();
        world.faults.meanwhile("flush", async move {
            let mut unit = persistence.begin(AccessMode::Write).await.unwrap();
            let intents = unit.intents().list(None, &PageRequest::first(100)).await.unwrap().items;
            let uids: Vec<_> = intents.iter().map(|intent| intent.uid).collect();
            assert_eq!(unit.intents().delete_many(&uids).await.unwrap(), 1);
            unit.commit().await.unwrap();
        });
        let error = try_transfer(&analysis, &lab, &[], true).await.unwrap_err();
        assert_error(&error, Category::Conflict, ANALYSIS);
        let books = world.books(&analysis).await;
        assert!(books.artifacts.iter().all(|artifact| artifact.copied_from.is_none()), "{books:?}");
        transfer_copied(&analysis, &lab, &[]).await;
        assert_eq!(bytes(&analysis, "a.csv").await, "1");
        world.audit(&analysis, "copied again").await;
    }
}

#[tokio::test]
async fn a_copy_that_another_process_has_recorded_needs_no_intent() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    world.file("/home/ada/a.csv", "1");
    save_path(&lab, "a.csv").await;
    let (other, source) = (world.opened_apart(&analysis).await, world.opened_apart(&lab).await);
    let persistence = records(&world, &analysis).await.unwrap();
    world.faults.meanwhile("flush", async move {
        transfer_copied(&other, &source, &[]).await;
        let mut unit = persistence.begin(AccessMode::Write).await.unwrap();
        let intents = unit.intents().list(None, &PageRequest::first(100)).await.unwrap().items;
        let uids: Vec<_> = intents.iter().map(|intent| intent.uid).collect();
        unit.intents().delete_many(&uids).await.unwrap();
        unit.commit().await.unwrap();
    });
    transfer_copied(&analysis, &lab, &[]).await;
    assert_eq!(bytes(&analysis, "a.csv").await, "1");
    world.audit(&analysis, "copied twice").await;
}
