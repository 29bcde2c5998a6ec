//! Presigned URLs: for what lies in a cloud, for at most seven days, with credentials.

use std::time::Duration;

use freehold_domain::StorageRoot;
use freehold_services::presign_artifact::{PresignArtifactError, presign_artifact};
use freehold_services::show_run::show_run;
use freehold_services::{Category, UseCaseError};

use super::harness::{World, assert_error, link, root, run_of, save_path, under_new_run};

const HOUR: Duration = Duration::from_hours(1);
const WEEK: Duration = Duration::from_hours(7 * 24);

fn bucket() -> StorageRoot {
    root("s3://lab-bucket")
}

/// An instance with one artifact in a bucket.
async fn with_blob(world: &World) -> freehold_services::Registry {
    let lab = world.lab().await;
    world.machine.stores.tamper(&bucket(), &"raw/a.csv".parse().unwrap(), "1");
    link(&lab, "s3://lab-bucket").await;
    save_path(&lab, "s3://lab-bucket/raw/a.csv").await;
    lab
}

#[tokio::test]
async fn a_url_names_the_blob_and_becomes_an_input_of_the_run() {
    let world = World::new();
    let lab = with_blob(&world).await;
    let run = under_new_run(&lab, "reads").await;
    let presigned = presign_artifact(&run, "raw/a.csv", HOUR).await.unwrap();
    assert_eq!(presigned.url.reveal(), "https://lab-bucket.memory.invalid/raw/a.csv?valid_for=3600");
    assert_eq!(presigned.path.as_str(), "s3://lab-bucket/raw/a.csv");
    let inputs = show_run(&lab, run_of(&run).as_str()).await.unwrap().inputs;
    assert_eq!(inputs.len(), 1);
    assert!(!format!("{presigned:?}").contains("valid_for="), "a URL is a secret");
}

#[tokio::test]
async fn a_url_is_valid_for_a_second_to_seven_days() {
    let world = World::new();
    let lab = with_blob(&world).await;
    for valid_for in [Duration::from_secs(1), WEEK] {
        presign_artifact(&lab, "raw/a.csv", valid_for).await.unwrap();
    }
    for valid_for in [Duration::ZERO, Duration::from_millis(999), WEEK + Duration::from_secs(1)] {
        let error = presign_artifact(&lab, "raw/a.csv", valid_for).await.unwrap_err();
        assert!(matches!(error, PresignArtifactError::Duration { .. }));
        assert_error(&error, Category::Invalid, "7 days");
    }
}

#[tokio::test]
async fn a_local_file_has_no_url() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/home/ada/a.csv", "1");
    save_path(&lab, "a.csv").await;
    let error = presign_artifact(&lab, "a.csv", HOUR).await.unwrap_err();
    assert!(matches!(error, PresignArtifactError::Local { .. }));
    assert_error(&error, Category::Invalid, "local file");
    assert!(error.hint().is_some());
}

#[tokio::test]
async fn nothing_is_signed_without_credentials() {
    let world = World::new();
    let lab = with_blob(&world).await;
    world.machine.stores.set_anonymous(&bucket(), true);
    let error = presign_artifact(&lab, "raw/a.csv", HOUR).await.unwrap_err();
    assert!(matches!(error, PresignArtifactError::NothingToSignWith { .. }));
    assert_error(&error, Category::Failed, "without credentials");
    assert!(error.hint().unwrap().contains("credentials"));
}

#[tokio::test]
async fn bytes_that_are_not_there_get_no_url_and_are_no_input() {
    let world = World::new();
    let lab = with_blob(&world).await;
    let run = under_new_run(&lab, "reads").await;
    assert!(world.machine.stores.forget(&bucket(), &"raw/a.csv".parse().unwrap()));
    let error = presign_artifact(&run, "raw/a.csv", HOUR).await.unwrap_err();
    assert_eq!(error.category(), Category::Integrity);
    assert!(show_run(&lab, run_of(&run).as_str()).await.unwrap().inputs.is_empty());
}
