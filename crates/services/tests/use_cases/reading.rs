//! Reading artifacts: by any name, verified as the bytes pass, and truthful about what is not there any more.

use freehold_domain::ArtifactUid;
use freehold_services::find_artifact::{Presence, find_artifact};
use freehold_services::locate_artifact::locate_artifact;
use freehold_services::read_artifact::{ContentMismatch, ReadArtifactError, read_artifact};
use freehold_services::{Category, ReferenceError, UseCaseError};
use futures_util::TryStreamExt;

use super::harness::{LAB, World, add, assert_error, bytes, initialised, root, save_path, transfer, trash};

#[tokio::test]
async fn an_artifact_is_named_by_its_uid_a_prefix_or_its_key() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/home/ada/a.csv", "1");
    let uid = save_path(&lab, "a.csv").await.artifact.uid;
    for name in [uid.as_str(), &uid.as_str()[..4], &uid.as_str()[..16], &uid.as_str()[..19], "a.csv"] {
        assert_eq!(find_artifact(&lab, name).await.unwrap().artifact.uid, uid, "{name}");
    }
}

#[tokio::test]
async fn a_prefix_means_the_latest_version_however_many_there_are() {
    let world = World::new();
    let lab = world.lab().await;
    let mut last = None;
    for number in 0..25 {
        world.file("/home/ada/a.csv", &number.to_string());
        last = Some(save_path(&lab, "a.csv").await.artifact.uid);
    }
    let uid = last.unwrap();
    for length in [4, 10, 16] {
        let prefix = &uid.as_str()[..length];
        assert_eq!(find_artifact(&lab, prefix).await.unwrap().artifact.uid, uid, "{prefix}");
    }
    // A prefix that reaches into the version names one version, or is ambiguous.
    let stem = &uid.as_str()[..16];
    assert_eq!(find_artifact(&lab, &format!("{stem}000O")).await.unwrap().artifact.uid, uid);
    let error = find_artifact(&lab, &format!("{stem}000")).await.unwrap_err();
    assert!(matches!(error, ReferenceError::Ambiguous { .. }), "{error}");
}

#[tokio::test]
async fn a_prefix_of_several_families_is_ambiguous_also_behind_many_versions_of_one() {
    let world = World::new();
    let lab = world.lab().await;
    for number in 0..12 {
        world.file("/home/ada/a.csv", &number.to_string());
        save_path(&lab, "a.csv").await;
    }
    let first = find_artifact(&lab, "a.csv").await.unwrap().artifact.uid;
    let sibling = insert_sibling(&world, &lab, first).await;
    let error = find_artifact(&lab, &first.as_str()[..8]).await.unwrap_err();
    assert!(matches!(error, ReferenceError::Ambiguous { .. }), "{error}");
    assert_error(&error, Category::Invalid, "ambiguous");
    assert!(error.hint().unwrap().contains("more characters"));
    assert_eq!(find_artifact(&lab, sibling.as_str()).await.unwrap().artifact.uid, sibling);
}

/// Records an artifact whose uid begins like `uid` and sorts behind it.
async fn insert_sibling(world: &World, lab: &freehold_services::Registry, uid: ArtifactUid) -> ArtifactUid {
    use freehold_ports::persistence::AccessMode;
    let records = super::harness::records(world, lab).await.unwrap();
    let mut unit = records.begin(AccessMode::Write).await.unwrap();
    let mut artifact = unit.artifacts().find_many(&[uid]).await.unwrap().remove(0);
    let text = format!("{}zzzzzzzz0000", &uid.as_str()[..8]);
    artifact.uid = text.parse().unwrap();
    let family = freehold_domain::Family::new(
        artifact.uid.stem(),
        "sibling.csv".parse().unwrap(),
        lab.instance().uid(),
    );
    unit.families().insert_many(&[family]).await.unwrap();
    unit.artifacts().insert_many(std::slice::from_ref(&artifact)).await.unwrap();
    unit.commit().await.unwrap();
    artifact.uid
}

#[tokio::test]
async fn a_key_of_several_transferred_families_is_ambiguous_and_of_an_own_one_is_not() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    let third = initialised(&world.host(), "third/party", "/third").await;
    for (registry, content) in [(&lab, "1"), (&third, "2")] {
        world.file("/home/ada/a.csv", content);
        save_path(registry, "a.csv").await;
        transfer(&analysis, registry, &[]).await;
    }
    let error = find_artifact(&analysis, "a.csv").await.unwrap_err();
    assert!(matches!(&error, ReferenceError::Ambiguous { candidates, .. } if candidates.len() == 2));
    assert_eq!(error.category(), Category::Invalid);
    world.file("/home/ada/a.csv", "3");
    save_path(&analysis, "/home/ada/a.csv").await;
    assert_eq!(bytes(&analysis, "a.csv").await, "3");
}

#[tokio::test]
async fn an_artifact_that_is_not_known_is_not_found() {
    let world = World::new();
    let lab = world.lab().await;
    for name in ["missing.csv", "zzzzzzzzzzzzzzzzzzzz", "abc", "", "/absolute", "a/../b"] {
        let error = find_artifact(&lab, name).await.unwrap_err();
        assert_error(&error, Category::NotFound, "artifact");
        assert!(error.hint().unwrap().contains("freehold list"));
    }
}

#[tokio::test]
async fn bytes_that_are_not_the_recorded_ones_end_in_an_error() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/home/ada/a.csv", "1");
    let artifact = save_path(&lab, "a.csv").await.artifact;
    world.machine.stores.tamper(&root(LAB), &artifact.blob_key(), "2");
    let read = read_artifact(&lab, "a.csv").await.unwrap();
    let error = read.body.try_collect::<Vec<_>>().await.unwrap_err();
    let mismatch = error.downcast::<ContentMismatch>().unwrap();
    assert_eq!((mismatch.artifact, mismatch.expected_hash), (artifact.uid, artifact.hash));
    assert_ne!(mismatch.found_hash, artifact.hash);
}

#[tokio::test]
async fn bytes_of_another_size_or_none_are_an_integrity_problem_before_anything_is_read() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/home/ada/a.csv", "1");
    let artifact = save_path(&lab, "a.csv").await.artifact;
    let run = super::harness::under_new_run(&lab, "t").await;
    world.machine.stores.tamper(&root(LAB), &artifact.blob_key(), "22");
    for error in [
        read_artifact(&run, "a.csv").await.map(drop).unwrap_err(),
        locate_artifact(&run, "a.csv").await.map(drop).unwrap_err(),
    ] {
        assert!(matches!(error, ReadArtifactError::SizeDiffers { expected: 1, found: 2, .. }));
        assert_eq!(error.category(), Category::Integrity);
    }
    assert_eq!(find_artifact(&lab, "a.csv").await.unwrap().presence, Presence::SizeDiffers { found: 2 });
    world.lose_bytes(LAB, &artifact);
    for error in [
        read_artifact(&run, "a.csv").await.map(drop).unwrap_err(),
        locate_artifact(&run, "a.csv").await.map(drop).unwrap_err(),
    ] {
        assert!(matches!(error, ReadArtifactError::BytesMissing { .. }));
        assert_error(&error, Category::Integrity, LAB);
    }
    let details = find_artifact(&lab, "a.csv").await.unwrap();
    assert_eq!(details.presence, Presence::Missing);
    assert!(details.runs.read_by.is_empty(), "what was not read is no input");
}

#[tokio::test]
async fn a_storage_that_cannot_be_asked_is_unknown_and_not_missing() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/home/ada/a.csv", "1");
    save_path(&lab, "a.csv").await;
    world.machine.stores.set_unreachable(&root(LAB), true);
    let details = find_artifact(&lab, "a.csv").await.unwrap();
    assert!(matches!(details.presence, Presence::Unknown { .. }));
    let error = read_artifact(&lab, "a.csv").await.unwrap_err();
    assert_error(&error, Category::Failed, "cannot be reached");
}

#[tokio::test]
async fn the_path_of_an_artifact_is_the_place_of_its_bytes() {
    let world = World::new();
    let lab = world.lab().await;
    add(&lab, "s3://lab-bucket/raw").await;
    world.machine.stores.tamper(&root("s3://lab-bucket/raw"), &"deep/a.csv".parse().unwrap(), "1");
    save_path(&lab, "s3://lab-bucket/raw/deep/a.csv").await;
    let located = locate_artifact(&lab, "deep/a.csv").await.unwrap();
    assert_eq!(located.path.as_str(), "s3://lab-bucket/raw/deep/a.csv");
    world.file("/home/ada/b.csv", "1");
    let artifact = save_path(&lab, "b.csv").await.artifact;
    let located = locate_artifact(&lab, "b.csv").await.unwrap();
    assert_eq!(located.path.to_string(), format!("{LAB}/{}", artifact.blob_key()));
}

#[tokio::test]
async fn a_key_means_its_latest_version_and_a_uid_any_version_in_any_state() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/home/ada/a.csv", "1");
    save_path(&lab, "a.csv").await;
    let trashed = trash(&lab, "a.csv").await;
    assert_eq!(find_artifact(&lab, "a.csv").await.unwrap().artifact, trashed);
    assert_eq!(find_artifact(&lab, trashed.uid.as_str()).await.unwrap().artifact, trashed);
}
