//! Deleting artifacts: to the trash and back, or for good; all of them or none; and never what is not ours.

use freehold_domain::{ArtifactState, IntentKind};
use freehold_services::delete_artifacts::{DeleteArtifactsError, Deletion};
use freehold_services::find_artifact::{Presence, find_artifact};
use freehold_services::read_artifact::{ReadArtifactError, read_artifact};
use freehold_services::restore_artifact::{RestoreArtifactError, restore_artifact};
use freehold_services::{AccessError, Category, UseCaseError};

use super::harness::{
    Fault, LAB, PURGE, PURGE_WITH_FILE, World, add, assert_error, bytes, keyed, link, purge, root, save,
    save_path, transfer, trash, try_delete,
};

#[tokio::test]
async fn trash_and_restore_are_exact_inverses() {
    let world = World::new();
    let lab = world.lab().await;
    for content in ["1", "2"] {
        world.file("/home/ada/a.csv", content);
        save_path(&lab, "a.csv").await;
    }
    let (before, contents) = (world.books(&lab).await, world.contents(LAB).await);
    let trashed = trash(&lab, "a.csv").await;
    assert_eq!(
        (trashed.state, trashed.version().number(), trashed.is_latest),
        (ArtifactState::Trashed, 1, false)
    );
    let restored = restore_artifact(&lab, trashed.uid.as_str()).await.unwrap();
    let mut after = world.books(&lab).await;
    assert_eq!(after.artifacts.iter().find(|artifact| artifact.uid == restored.uid), Some(&restored));
    for (artifact, before) in after.artifacts.iter_mut().zip(&before.artifacts) {
        assert!(artifact.provenance.updated_at() >= before.provenance.updated_at());
        artifact.provenance = before.provenance.clone();
    }
    assert_eq!((after.artifacts, after.families), (before.artifacts, before.families));
    assert_eq!(world.contents(LAB).await, contents);
}

#[tokio::test]
async fn what_is_in_the_trash_is_not_read_and_says_how_it_comes_back() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/home/ada/a.csv", "1");
    save_path(&lab, "a.csv").await;
    let uid = trash(&lab, "a.csv").await.uid;
    let error = read_artifact(&lab, uid.as_str()).await.unwrap_err();
    assert!(matches!(error, ReadArtifactError::Trashed(_)));
    assert_error(&error, Category::NotFound, "trash");
    assert!(error.hint().unwrap().contains("freehold restore"));
}

#[tokio::test]
async fn an_artifact_whose_bytes_are_gone_is_not_restored() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/home/ada/a.csv", "1");
    save_path(&lab, "a.csv").await;
    let trashed = trash(&lab, "a.csv").await;
    world.lose_bytes(LAB, &trashed);
    let error = restore_artifact(&lab, trashed.uid.as_str()).await.unwrap_err();
    assert_error(&error, Category::Integrity, trashed.uid.as_str());
    assert_eq!(world.books(&lab).await.artifacts[0].state, ArtifactState::Trashed);
}

#[tokio::test]
async fn a_purge_deletes_the_bytes_and_leaves_a_tombstone() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/home/ada/a.csv", "123");
    let saved = save_path(&lab, "a.csv").await.artifact;
    let deleted = try_delete(&lab, &["a.csv"], PURGE).await.unwrap();
    assert_eq!((deleted.blobs, deleted.bytes), (1, 3));
    let [tombstone] = &deleted.artifacts[..] else { panic!() };
    assert_eq!((tombstone.uid, tombstone.state), (saved.uid, ArtifactState::Purged));
    assert_eq!(world.keys(LAB), [".lamindb/storage_uid.txt"]);
    assert!(world.books(&lab).await.intents.is_empty());
    assert_eq!(find_artifact(&lab, saved.uid.as_str()).await.unwrap().presence, Presence::Purged);
    let reading = read_artifact(&lab, saved.uid.as_str()).await.unwrap_err();
    assert_error(&reading, Category::NotFound, "purged");
    let restoring = restore_artifact(&lab, saved.uid.as_str()).await.unwrap_err();
    assert!(matches!(restoring, RestoreArtifactError::Purged(_)));
    assert_error(&restoring, Category::Refused, "purged");
}

#[tokio::test]
async fn deleting_again_changes_nothing() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/home/ada/a.csv", "1");
    let uid = save_path(&lab, "a.csv").await.artifact.uid;
    for deletion in [Deletion::Trash, PURGE] {
        let first = try_delete(&lab, &[uid.as_str()], deletion).await.unwrap();
        let again = try_delete(&lab, &[uid.as_str(), uid.as_str()], deletion).await.unwrap();
        assert_eq!((first.artifacts, again.blobs), (again.artifacts, 0));
    }
    assert_eq!(trash(&lab, uid.as_str()).await.state, ArtifactState::Purged);
}

#[tokio::test]
async fn the_tombstone_and_its_intent_come_before_the_bytes_go() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/home/ada/a.csv", "1");
    let saved = save_path(&lab, "a.csv").await.artifact;
    world.faults.strike("delete", 1, Fault::Broken);
    let error = try_delete(&lab, &["a.csv"], PURGE).await.unwrap_err();
    assert_eq!(error.category(), Category::Failed);
    let books = world.books(&lab).await;
    assert_eq!(books.artifacts[0].state, ArtifactState::Purged);
    let [intent] = &books.intents[..] else { panic!("{:?}", books.intents) };
    assert_eq!(
        (intent.kind, intent.artifact, &intent.blob_key),
        (IntentKind::Delete, saved.uid, &saved.blob_key())
    );
    assert!(world.keys(LAB).contains(&saved.blob_key().to_string()));
}

#[tokio::test]
async fn a_purge_that_failed_is_finished_by_the_same_request() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/home/ada/a.csv", "1");
    let uid = save_path(&lab, "a.csv").await.artifact.uid;
    world.faults.strike("delete", 1, Fault::Broken);
    try_delete(&lab, &[uid.as_str()], PURGE).await.unwrap_err();
    try_delete(&lab, &[uid.as_str()], PURGE).await.unwrap();
    assert_eq!(world.keys(LAB), [".lamindb/storage_uid.txt"]);
    assert!(world.books(&lab).await.intents.is_empty());
}

#[tokio::test]
async fn deleting_several_is_all_or_nothing() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    world.file("/home/ada/theirs.csv", "1");
    let theirs = save_path(&lab, "theirs.csv").await.artifact.uid;
    transfer(&analysis, &lab, &[]).await;
    world.file("/home/ada/ours.csv", "2");
    save_path(&analysis, "/home/ada/ours.csv").await;
    let before = (world.books(&analysis).await.artifacts, world.contents(super::harness::ANALYSIS).await);
    for deletion in [Deletion::Trash, PURGE, PURGE_WITH_FILE] {
        for names in [["ours.csv", theirs.as_str()], ["ours.csv", "missing.csv"]] {
            try_delete(&analysis, &names, deletion).await.unwrap_err();
            let after =
                (world.books(&analysis).await.artifacts, world.contents(super::harness::ANALYSIS).await);
            assert_eq!(after, before, "{names:?}");
        }
    }
}

#[tokio::test]
async fn a_linked_location_refuses_deletion_and_names_its_manager() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    world.file("/home/ada/a.csv", "1");
    save_path(&lab, "a.csv").await;
    world.file("/lab/data/lying.csv", "2");
    transfer(&analysis, &lab, &[]).await;
    save_path(&analysis, "/lab/data/lying.csv").await;
    let before = world.contents(LAB).await;
    for deletion in [Deletion::Trash, PURGE, PURGE_WITH_FILE] {
        for name in ["a.csv", "lying.csv"] {
            let error = try_delete(&analysis, &[name], deletion).await.unwrap_err();
            assert!(matches!(error, DeleteArtifactsError::Access(AccessError::ManagedElsewhere { .. })));
            assert_error(&error, Category::Refused, "lab/primary");
        }
    }
    assert_eq!(world.contents(LAB).await, before);
    assert!(
        world
            .books(&analysis)
            .await
            .artifacts
            .iter()
            .all(|artifact| artifact.state == ArtifactState::Available)
    );
}

#[tokio::test]
async fn a_linked_artifact_is_not_restored() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    world.file("/shared/a.csv", "1");
    add(&analysis, "/shared").await;
    save_path(&analysis, "/shared/a.csv").await;
    let uid = trash(&analysis, "a.csv").await.uid;
    world.remove_claim("/shared");
    add(&lab, "/shared").await;
    add(&analysis, "/shared").await;
    let error = restore_artifact(&analysis, uid.as_str()).await.unwrap_err();
    assert_error(&error, Category::Refused, "lab/primary");
}

#[tokio::test]
async fn a_purge_of_a_file_in_place_keeps_the_file() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/lab/data/a.csv", "1");
    save_path(&lab, "/lab/data/a.csv").await;
    let before = world.contents(LAB).await;
    let deleted = try_delete(&lab, &["a.csv"], PURGE).await.unwrap();
    assert_eq!((deleted.blobs, deleted.artifacts[0].state), (0, ArtifactState::Purged));
    assert_eq!(world.contents(LAB).await, before);
}

#[tokio::test]
async fn a_purge_with_file_deletes_the_file_in_place() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/lab/data/a.csv", "1");
    save_path(&lab, "/lab/data/a.csv").await;
    let deleted = try_delete(&lab, &["a.csv"], PURGE_WITH_FILE).await.unwrap();
    assert_eq!((deleted.blobs, deleted.bytes), (1, 1));
    assert_eq!(world.keys(LAB), [".lamindb/storage_uid.txt"]);
    assert!(world.books(&lab).await.intents.is_empty());
}

#[tokio::test]
async fn a_purge_with_file_refuses_a_file_that_was_changed() {
    for changed in ["22", "2"] {
        let world = World::new();
        let lab = world.lab().await;
        world.file("/lab/data/a.csv", "1");
        save_path(&lab, "/lab/data/a.csv").await;
        world.file("/lab/data/a.csv", changed);
        let error = try_delete(&lab, &["a.csv"], PURGE_WITH_FILE).await.unwrap_err();
        assert!(matches!(error, DeleteArtifactsError::FileChanged { .. }));
        assert_error(&error, Category::Refused, "changed");
        assert!(world.keys(LAB).contains(&"a.csv".to_owned()));
        assert_eq!(world.books(&lab).await.artifacts[0].state, ArtifactState::Available);
    }
}

#[tokio::test]
async fn a_purge_with_file_takes_a_storage_that_fails_for_no_change_of_the_file() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/lab/data/a.csv", "1");
    save_path(&lab, "/lab/data/a.csv").await;
    world.faults.strike("read a.csv", 1, Fault::Broken);
    let error = try_delete(&lab, &["a.csv"], PURGE_WITH_FILE).await.unwrap_err();
    assert_error(&error, Category::Failed, "cannot be reached");
}

#[tokio::test]
async fn a_purge_with_file_of_a_file_that_is_gone_leaves_a_tombstone() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/lab/data/a.csv", "1");
    save_path(&lab, "/lab/data/a.csv").await;
    assert!(world.machine.stores.forget(&root(LAB), &"a.csv".parse().unwrap()));
    let deleted = try_delete(&lab, &["a.csv"], PURGE_WITH_FILE).await.unwrap();
    assert_eq!((deleted.artifacts[0].state, deleted.blobs, deleted.bytes), (ArtifactState::Purged, 0, 0));
}

#[tokio::test]
async fn a_purge_with_file_refuses_a_file_that_another_artifact_needs() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/lab/data/a.csv", "1");
    save_path(&lab, "/lab/data/a.csv").await;
    let other = save(&lab, keyed("/lab/data/a.csv", "again.csv")).await.artifact;
    let error = try_delete(&lab, &["a.csv"], PURGE_WITH_FILE).await.unwrap_err();
    assert!(matches!(&error, DeleteArtifactsError::FileShared { other: found, .. } if *found == other.uid));
    assert_error(&error, Category::Refused, "again.csv");
    assert!(world.keys(LAB).contains(&"a.csv".to_owned()));
    assert_eq!(try_delete(&lab, &["a.csv", "again.csv"], PURGE_WITH_FILE).await.unwrap().artifacts.len(), 2);
    assert!(!world.keys(LAB).contains(&"a.csv".to_owned()));
}

#[tokio::test]
async fn a_file_that_two_locations_of_ours_contain_is_shared_by_their_artifacts() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/lab/data/inner/a.csv", "1");
    let outer = save_path(&lab, "/lab/data/inner/a.csv").await.artifact;
    add(&lab, "/lab/data/inner").await;
    let inner = save_path(&lab, "/lab/data/inner/a.csv").await.artifact;
    assert_ne!(outer.placement.storage, inner.placement.storage);
    for (doomed, other) in [(&outer, &inner), (&inner, &outer)] {
        let error = try_delete(&lab, &[doomed.uid.as_str()], PURGE_WITH_FILE).await.unwrap_err();
        assert!(
            matches!(&error, DeleteArtifactsError::FileShared { other: found, .. } if *found == other.uid)
        );
    }
    assert_eq!(bytes(&lab, "inner/a.csv").await, "1");
}

#[tokio::test]
async fn a_purge_of_one_artifact_leaves_the_bytes_of_its_twin() {
    let world = World::new();
    let lab = world.lab().await;
    for name in ["a.csv", "b.csv"] {
        world.file(&format!("/home/ada/{name}"), "same");
        save_path(&lab, name).await;
    }
    purge(&lab, "a.csv").await;
    assert_eq!(bytes(&lab, "b.csv").await, "same");
    world.audit(&lab, "after the purge").await;
}

#[tokio::test]
async fn an_artifact_at_a_location_that_became_linked_is_not_deleted() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    add(&lab, "/shared").await;
    world.file("/shared/a.csv", "1");
    save_path(&lab, "/shared/a.csv").await;
    world.remove_claim("/shared");
    add(&analysis, "/shared").await;
    link(&lab, "/shared").await;
    let before = world.contents("/shared").await;
    let error = try_delete(&lab, &["a.csv"], PURGE_WITH_FILE).await.unwrap_err();
    assert_error(&error, Category::Refused, "analysis/derived");
    assert_eq!(world.contents("/shared").await, before);
}
