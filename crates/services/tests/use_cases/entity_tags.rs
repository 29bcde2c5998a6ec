//! Cloud blobs that are registered by their entity tags: not read, not compared with other contents, and told apart from what replaces them.

use freehold_domain::{ArtifactUid, HashAlgorithm};
use freehold_services::delete_artifacts::DeleteArtifactsError;
use freehold_services::find_artifact::{Presence, find_artifact};
use freehold_services::locate_artifact::locate_artifact;
use freehold_services::read_artifact::{ReadArtifactError, read_artifact};
use freehold_services::save_artifacts::{SaveArtifacts, SaveArtifactsError, SaveOutcome};
use freehold_services::transfer_artifacts::{TransferArtifactsError, TransferOutcome};
use freehold_services::{Category, Registry, UseCaseError};

use super::harness::{
    LAB, PURGE_WITH_FILE, World, add, assert_error, bytes, link, paths, root, save, save_path, transfer,
    try_delete, try_save, try_transfer,
};

const BUCKET: &str = "s3://public-bucket";
const FILE: &str = "s3://public-bucket/raw/a.csv";

fn trusting(text: &[&str]) -> SaveArtifacts {
    SaveArtifacts { trust_entity_tags: true, ..paths(text) }
}

fn put(world: &World, key: &str, content: &str) {
    world.machine.stores.tamper(&root(BUCKET), &key.parse().unwrap(), content.to_owned());
}

/// An instance that links a bucket with one blob.
async fn linking(world: &World) -> Registry {
    let lab = world.lab().await;
    put(world, "raw/a.csv", "1");
    world.machine.stores.set_anonymous(&root(BUCKET), true);
    link(&lab, BUCKET).await;
    lab
}

#[tokio::test]
async fn a_trusted_blob_is_recorded_by_its_tag_and_not_read() {
    let world = World::new();
    let lab = linking(&world).await;
    put(&world, "raw/deep/b.csv", "22");
    put(&world, ".lamindb/theirs", "3");
    let before = world.contents(BUCKET).await;
    world.faults.disarm();
    let (saved, summary) = try_save(&lab, trusting(&["s3://public-bucket/"])).await.unwrap();
    assert_eq!((summary.created, summary.bytes), (2, 3));
    for saved in &saved {
        assert_eq!(saved.artifact.hash.algorithm(), HashAlgorithm::EntityTag);
        assert!(!saved.artifact.placement.location.is_ingested());
    }
    let mut keys: Vec<_> = saved.iter().map(|saved| saved.artifact.key.as_str()).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["raw/a.csv", "raw/deep/b.csv"]);
    let calls = world.faults.calls();
    let reads =
        ["read raw", "metadata raw", "put", "flush", "delete [", "replace", "remove", "copy", "probe"];
    assert!(!calls.iter().any(|call| reads.iter().any(|read| call.starts_with(read))), "{calls:?}");
    assert_eq!(world.contents(BUCKET).await, before);
}

#[tokio::test]
async fn a_trusted_blob_that_is_unchanged_is_existing_and_a_replaced_one_a_new_version() {
    let world = World::new();
    let lab = linking(&world).await;
    let first = save(&lab, trusting(&[FILE])).await.artifact;
    let again = save(&lab, trusting(&[FILE])).await;
    assert_eq!((again.outcome, again.artifact.uid), (SaveOutcome::Existing, first.uid));
    put(&world, "raw/a.csv", "2");
    let changed = save(&lab, trusting(&[FILE])).await;
    assert_eq!(changed.outcome, SaveOutcome::NewVersion);
    assert_eq!(changed.artifact.uid.stem(), first.uid.stem());
    assert_ne!(changed.artifact.hash, first.hash);
}

#[tokio::test]
async fn equal_tags_at_two_places_are_no_twins_and_no_same_content() {
    let world = World::new();
    let lab = linking(&world).await;
    put(&world, "raw/copy.csv", "1");
    let other = root("s3://other-bucket");
    world.machine.stores.tamper(&other, &"raw/a.csv".parse().unwrap(), "1");
    link(&lab, "s3://other-bucket").await;
    let first = save(&lab, trusting(&[FILE])).await;
    let copy = save(&lab, trusting(&["s3://public-bucket/raw/copy.csv"])).await;
    assert_eq!(copy.artifact.hash, first.artifact.hash);
    assert_eq!((copy.outcome, copy.duplicate_of), (SaveOutcome::Created, None));
    let elsewhere = save(&lab, trusting(&["s3://other-bucket/raw/a.csv"])).await;
    assert_eq!((elsewhere.outcome, elsewhere.duplicate_of), (SaveOutcome::NewVersion, None));
}

#[tokio::test]
async fn a_trusted_blob_that_is_saved_without_trust_gets_a_version_with_a_hash() {
    let world = World::new();
    let lab = linking(&world).await;
    let first = save(&lab, trusting(&[FILE])).await.artifact;
    let hashed = save_path(&lab, FILE).await;
    assert_eq!(hashed.outcome, SaveOutcome::NewVersion);
    assert_eq!(hashed.artifact.hash.algorithm(), HashAlgorithm::Blake3);
    assert_eq!(hashed.artifact.uid.stem(), first.uid.stem());
    assert_eq!(save_path(&lab, FILE).await.outcome, SaveOutcome::Existing);
}

#[tokio::test]
async fn a_file_with_the_key_of_a_trusted_blob_is_saved_as_the_next_version() {
    let world = World::new();
    let lab = linking(&world).await;
    save(&lab, SaveArtifacts { key: Some("a.csv".parse().unwrap()), ..trusting(&[FILE]) }).await;
    world.file("/home/ada/a.csv", "1");
    assert_eq!(save_path(&lab, "a.csv").await.outcome, SaveOutcome::NewVersion);
    assert_eq!(bytes(&lab, "a.csv").await, "1");
}

#[tokio::test]
async fn local_files_have_no_tag_to_trust() {
    let world = World::new();
    let lab = linking(&world).await;
    for path in ["/home/ada/a.csv", "/lab/data/a.csv", LAB] {
        world.file("/home/ada/a.csv", "1");
        world.file("/lab/data/a.csv", "1");
        let error = try_save(&lab, trusting(&[FILE, path])).await.unwrap_err();
        assert!(matches!(error, SaveArtifactsError::NoEntityTags { .. }), "{path}: {error}");
        assert_error(&error, Category::Invalid, path);
        assert!(error.hint().unwrap().contains("--trust-etag"));
    }
    let error = try_save(&lab, SaveArtifacts { storage: Some(LAB.to_owned()), ..trusting(&[FILE]) })
        .await
        .unwrap_err();
    assert!(matches!(error, SaveArtifactsError::TrustedCopy));
    assert!(world.books(&lab).await.artifacts.is_empty());
}

#[tokio::test]
async fn a_trusted_blob_is_read_while_its_tag_is_the_recorded_one() {
    let world = World::new();
    let lab = linking(&world).await;
    save(&lab, trusting(&[FILE])).await;
    assert_eq!(bytes(&lab, "raw/a.csv").await, "1");
    assert_eq!(find_artifact(&lab, "raw/a.csv").await.unwrap().presence, Presence::Present);
    put(&world, "raw/a.csv", "2");
    for error in [
        read_artifact(&lab, "raw/a.csv").await.map(drop).unwrap_err(),
        locate_artifact(&lab, "raw/a.csv").await.map(drop).unwrap_err(),
    ] {
        assert!(matches!(error, ReadArtifactError::Replaced { .. }), "{error}");
        assert_error(&error, Category::Integrity, "replaced");
        assert!(error.hint().is_some());
    }
    let presence = find_artifact(&lab, "raw/a.csv").await.unwrap().presence;
    assert!(matches!(presence, Presence::Replaced { .. }), "{presence:?}");
    put(&world, "raw/a.csv", "22");
    let error = read_artifact(&lab, "raw/a.csv").await.map(drop).unwrap_err();
    assert!(matches!(error, ReadArtifactError::SizeDiffers { .. }));
}

#[tokio::test]
async fn a_trusted_blob_is_linked_by_a_transfer_and_never_copied() {
    let world = World::new();
    let (lab, analysis) = (linking(&world).await, world.analysis().await);
    let trusted = save(&lab, trusting(&[FILE])).await.artifact;
    world.file("/home/ada/b.csv", "2");
    save_path(&lab, "b.csv").await;
    let error = try_transfer(&analysis, &lab, &[], true).await.unwrap_err();
    assert!(
        matches!(&error, TransferArtifactsError::NotVerifiable { artifact, .. } if *artifact == trusted.uid)
    );
    assert_error(&error, Category::Refused, "raw/a.csv");
    assert!(error.hint().unwrap().contains("without --trust-etag"));
    let books = world.books(&analysis).await;
    let copied = |uid: ArtifactUid| {
        books.artifacts.iter().find(|artifact| artifact.uid == uid).unwrap().copied_from.is_some()
    };
    assert!(!copied(trusted.uid), "it stays linked");
    assert!(books.artifacts.iter().any(|artifact| artifact.copied_from.is_some()), "the other is copied");
    assert!(books.intents.is_empty());
    let report = transfer(&analysis, &lab, &[trusted.uid.as_str()]).await;
    assert_eq!(report.transferred[0].outcome, TransferOutcome::Existing);
    assert_eq!(bytes(&analysis, "raw/a.csv").await, "1");
}

#[tokio::test]
async fn a_trusted_file_is_deleted_only_while_its_tag_is_the_recorded_one() {
    let world = World::new();
    let lab = world.lab().await;
    add(&lab, BUCKET).await;
    for name in ["a.csv", "b.csv"] {
        put(&world, name, "1");
    }
    try_save(&lab, trusting(&[BUCKET])).await.unwrap();
    put(&world, "a.csv", "2");
    let error = try_delete(&lab, &["a.csv"], PURGE_WITH_FILE).await.unwrap_err();
    assert!(matches!(error, DeleteArtifactsError::FileChanged { .. }), "{error}");
    try_delete(&lab, &["b.csv"], PURGE_WITH_FILE).await.unwrap();
    let mut keys = world.keys(BUCKET);
    keys.retain(|key| !key.starts_with(".lamindb"));
    assert_eq!(keys, ["a.csv"]);
}
