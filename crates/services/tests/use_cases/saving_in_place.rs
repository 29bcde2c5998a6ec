//! Registering files where they lie: the longest known root decides, and nothing is written there.

use freehold_domain::{ArtifactLocation, BlobKey};
use freehold_services::Category;
use freehold_services::save_artifacts::{SaveArtifactsError, SaveOutcome};

use super::harness::{
    Fault, LAB, World, add, assert_error, bytes, into, keyed, link, paths, root, save, save_path, try_save,
};

#[tokio::test]
async fn a_file_in_a_known_location_is_registered_there_under_its_relative_path() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/lab/data/raw/a.csv", "1");
    let before = world.contents(LAB).await;
    let artifact = save_path(&lab, "/lab/data/raw/a.csv").await.artifact;
    assert_eq!(artifact.key.as_str(), "raw/a.csv");
    assert_eq!(artifact.placement.location, ArtifactLocation::InPlace("raw/a.csv".parse().unwrap()));
    assert_eq!(bytes(&lab, "raw/a.csv").await, "1");
    assert_eq!(world.contents(LAB).await, before);
}

#[tokio::test]
async fn a_path_belongs_to_the_longest_root_that_contains_it() {
    let world = World::new();
    let lab = world.lab().await;
    let inner = add(&lab, "/lab/data/inner").await.storage.uid();
    world.file("/lab/data/inner/a.csv", "1");
    world.file("/lab/data/innermost.csv", "2");
    let inside = save_path(&lab, "/lab/data/inner/a.csv").await.artifact;
    assert_eq!((inside.placement.storage, inside.key.as_str()), (inner, "a.csv"));
    let beside = save_path(&lab, "/lab/data/innermost.csv").await.artifact;
    assert_eq!(beside.key.as_str(), "innermost.csv");
    assert_ne!(beside.placement.storage, inner);
}

#[tokio::test]
async fn a_root_itself_can_be_saved_as_a_folder_without_freeholds_own_files() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/home/ada/copied.csv", "0");
    save_path(&lab, "copied.csv").await;
    world.file("/lab/data/a.csv", "1");
    world.file("/lab/data/deep/b.csv", "2");
    let (saved, _) = try_save(&lab, paths(&[LAB])).await.unwrap();
    let keys: Vec<_> = saved.iter().map(|saved| saved.artifact.key.as_str()).collect();
    assert_eq!(keys, ["a.csv", "deep/b.csv"]);
    assert!(saved.iter().all(|saved| !saved.artifact.placement.location.is_ingested()));
}

#[tokio::test]
async fn a_file_in_a_linked_location_is_registered_and_not_touched() {
    let world = World::new();
    let (_lab, analysis) = (world.lab().await, world.analysis().await);
    link(&analysis, LAB).await;
    world.file("/lab/data/a.csv", "1");
    let before = world.contents(LAB).await;
    let artifact = save_path(&analysis, "/lab/data/a.csv").await.artifact;
    assert!(!artifact.placement.location.is_ingested());
    assert_eq!(bytes(&analysis, "a.csv").await, "1");
    assert_eq!(world.contents(LAB).await, before);
}

#[tokio::test]
async fn a_cloud_path_in_no_known_location_names_the_command_that_registers_one() {
    let world = World::new();
    let lab = world.lab().await;
    world.machine.stores.tamper(&root("s3://lab-bucket"), &"raw/a.csv".parse().unwrap(), "1");
    let error = try_save(&lab, paths(&["s3://lab-bucket/raw/a.csv"])).await.unwrap_err();
    assert!(matches!(error, SaveArtifactsError::NoLocation { .. }));
    assert_error(&error, Category::Invalid, "s3://lab-bucket/raw/a.csv");
    let hint = freehold_services::UseCaseError::hint(&error).unwrap();
    assert!(hint.contains("freehold storage add 's3://lab-bucket/raw'"), "{hint}");
    assert_eq!(world.books(&lab).await.storages.len(), 1);
}

#[tokio::test]
async fn blobs_of_a_linked_bucket_are_registered_in_place() {
    let world = World::new();
    let lab = world.lab().await;
    let bucket = root("s3://lab-bucket");
    for key in ["raw/a.csv", "raw/deep/b.csv", ".lamindb/x"] {
        world.machine.stores.tamper(&bucket, &key.parse().unwrap(), key.to_owned());
    }
    link(&lab, "s3://lab-bucket").await;
    let before = world.contents("s3://lab-bucket").await;
    assert_eq!(save_path(&lab, "s3://lab-bucket/raw/a.csv").await.artifact.key.as_str(), "raw/a.csv");
    let (saved, _) = try_save(&lab, paths(&["s3://lab-bucket"])).await.unwrap();
    let mut keys: Vec<_> = saved.iter().map(|saved| (saved.artifact.key.as_str(), saved.outcome)).collect();
    keys.sort_unstable_by_key(|(key, _)| *key);
    assert_eq!(keys, [("raw/a.csv", SaveOutcome::Existing), ("raw/deep/b.csv", SaveOutcome::Created)]);
    assert_eq!(
        save(&lab, keyed("s3://lab-bucket/raw/deep", "deep")).await.artifact.key.as_str(),
        "deep/b.csv"
    );
    let missing = try_save(&lab, paths(&["s3://lab-bucket/none.csv"])).await.unwrap_err();
    assert!(matches!(missing, SaveArtifactsError::NothingThere { .. }));
    assert_error(&missing, Category::NotFound, "none.csv");
    assert_eq!(world.contents("s3://lab-bucket").await, before);
}

#[tokio::test]
async fn blobs_of_a_bucket_are_copied_when_another_location_is_named() {
    let world = World::new();
    let lab = world.lab().await;
    world.machine.stores.tamper(&root("s3://lab-bucket"), &"raw/a.csv".parse().unwrap(), "1");
    link(&lab, "s3://lab-bucket").await;
    let artifact = save(&lab, into("s3://lab-bucket/raw/a.csv", LAB)).await.artifact;
    assert_eq!((artifact.key.as_str(), artifact.placement.location.is_ingested()), ("a.csv", true));
    assert!(world.machine.stores.content(&root(LAB), &artifact.blob_key()).is_some());
    let (folder, _) = try_save(&lab, into("s3://lab-bucket/raw", LAB)).await.unwrap();
    assert_eq!(folder[0].artifact.key.as_str(), "raw/a.csv");
    world.audit(&lab, "copied from a bucket").await;
}

#[tokio::test]
async fn registering_again_is_existing_and_a_changed_file_is_a_new_version() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/lab/data/a.csv", "1");
    let first = save_path(&lab, "/lab/data/a.csv").await.artifact;
    let again = save_path(&lab, "/lab/data/a.csv").await;
    assert_eq!((again.outcome, again.artifact.uid), (SaveOutcome::Existing, first.uid));
    world.file("/lab/data/a.csv", "2");
    let changed = save_path(&lab, "/lab/data/a.csv").await;
    assert_eq!((changed.outcome, changed.artifact.uid.stem()), (SaveOutcome::NewVersion, first.uid.stem()));
}

#[tokio::test]
async fn a_copy_of_a_lost_file_at_another_place_is_registered_as_a_new_version() {
    let world = World::new();
    let lab = world.lab().await;
    add(&lab, "/lab/more").await;
    for at in ["/lab/data/a.csv", "/lab/more/a.csv"] {
        world.file(at, "1");
    }
    let first = save_path(&lab, "/lab/data/a.csv").await.artifact;
    assert_eq!(save_path(&lab, "/lab/more/a.csv").await.outcome, SaveOutcome::Existing);
    assert!(world.machine.stores.forget(&root(LAB), &"a.csv".parse().unwrap()));
    let moved = save_path(&lab, "/lab/more/a.csv").await;
    assert_eq!((moved.outcome, moved.artifact.uid.stem()), (SaveOutcome::NewVersion, first.uid.stem()));
    assert_eq!(bytes(&lab, "a.csv").await, "1");
}

#[tokio::test]
async fn a_file_that_cannot_be_read_records_nothing() {
    let world = World::new();
    let lab = world.lab().await;
    for name in ["a.csv", "b.csv"] {
        world.file(&format!("/lab/data/{name}"), name);
    }
    world.faults.strike("read b.csv", 1, Fault::Broken);
    let error = try_save(&lab, paths(&["/lab/data/a.csv", "/lab/data/b.csv"])).await.unwrap_err();
    assert_error(&error, Category::Failed, "cannot be reached");
    assert!(world.books(&lab).await.artifacts.is_empty());
}

#[tokio::test]
async fn registering_needs_no_claim_and_writes_nothing() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/lab/data/a.csv", "1");
    world.machine.stores.set_read_only(&root(LAB), true);
    world.faults.disarm();
    save_path(&lab, "/lab/data/a.csv").await;
    let calls = world.faults.calls();
    let writes = ["put", "flush", "delete", "replace", "remove", "copy", "probe"];
    assert!(!calls.iter().any(|call| writes.iter().any(|write| call.starts_with(write))), "{calls:?}");
    assert!(world.machine.stores.content(&root(LAB), &BlobKey::claim()).is_some());
}
