//! Linked data is never touched, whatever is done.

use std::time::Duration;

use freehold_services::add_storage::{AddStorage, add_storage};
use freehold_services::delete_artifacts::Deletion;
use freehold_services::delete_instance::{DataFate, delete_instance};
use freehold_services::find_artifact::find_artifact;
use freehold_services::locate_artifact::locate_artifact;
use freehold_services::plan_deletion::plan_deletion;
use freehold_services::presign_artifact::presign_artifact;
use freehold_services::remove_storage::remove_storage;
use freehold_services::save_artifacts::SaveArtifacts;
use freehold_services::show_storage::show_storage;
use freehold_services::unfinished_uploads::abort_unfinished_uploads;
use freehold_services::update_artifact::{ArtifactChanges, update_artifact};
use freehold_services::update_storage::{StorageChanges, update_storage};

use super::harness::{
    LAB, PURGE, PURGE_WITH_FILE, World, bytes, finish, into, link, paths, root, save_path, transfer,
    transfer_copied, try_delete, try_save, under_new_run,
};

/// Does everything at the location of another that an instance can do.
async fn do_everything(world: &World, linking: &str) {
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    world.file("/home/ada/a.csv", "1");
    world.file("/lab/data/lying.csv", "2");
    save_path(&lab, "a.csv").await;
    let before = (world.contents(LAB).await, world.books(&lab).await.artifacts);

    let request = AddStorage { root: LAB.to_owned(), link: linking == "link", ..AddStorage::default() };
    add_storage(&analysis, request.clone()).await.unwrap();
    add_storage(&analysis, request).await.unwrap();
    let run = under_new_run(&analysis, "everything").await;
    save_path(&run, "/lab/data/lying.csv").await;
    try_save(&run, paths(&[LAB])).await.unwrap();
    try_save(&run, into("/home/ada/a.csv", LAB)).await.unwrap_err();
    transfer(&run, &lab, &[]).await;
    transfer_copied(&run, &lab, &[]).await;
    for key in ["a.csv", "lying.csv"] {
        bytes(&run, key).await;
        locate_artifact(&run, key).await.unwrap();
        find_artifact(&analysis, key).await.unwrap();
    }
    for deletion in [Deletion::Trash, PURGE, PURGE_WITH_FILE] {
        try_delete(&analysis, &["lying.csv"], deletion).await.unwrap_err();
    }
    let changes =
        ArtifactChanges { description: Some("d".to_owned()), key: Some("other.csv".parse().unwrap()) };
    update_artifact(&analysis, "lying.csv", changes).await.unwrap();
    update_storage(&analysis, LAB, StorageChanges { description: Some("d".to_owned()), region: None })
        .await
        .unwrap();
    show_storage(&analysis, LAB).await.unwrap();
    remove_storage(&analysis, LAB).await.unwrap_err();
    finish(&run).await;
    plan_deletion(&analysis).await.unwrap();
    delete_instance(&analysis, DataFate::Purge).await.unwrap();

    assert_eq!((world.contents(LAB).await, world.books(&lab).await.artifacts), before, "{linking}");
}

#[tokio::test]
async fn a_linked_location_is_byte_for_byte_untouched() {
    for linking in ["link", "add"] {
        do_everything(&World::new(), linking).await;
    }
}

#[tokio::test]
async fn no_call_that_writes_is_ever_made_at_a_linked_location() {
    let world = World::new();
    let (_lab, analysis) = (world.lab().await, world.analysis().await);
    world.file("/lab/data/lying.csv", "2");
    world.faults.disarm();
    link(&analysis, LAB).await;
    save_path(&analysis, "/lab/data/lying.csv").await;
    bytes(&analysis, "lying.csv").await;
    for deletion in [Deletion::Trash, PURGE_WITH_FILE] {
        try_delete(&analysis, &["lying.csv"], deletion).await.unwrap_err();
    }
    let calls = world.faults.calls();
    let writes = ["put", "flush", "delete [", "replace", "remove", "copy", "probe"];
    assert!(!calls.iter().any(|call| writes.iter().any(|write| call.starts_with(write))), "{calls:?}");
}

#[tokio::test]
async fn no_call_that_writes_is_ever_made_at_a_linked_bucket() {
    const BUCKET: &str = "s3://public-bucket";
    let world = World::new();
    let lab = world.lab().await;
    for name in ["a.csv", "b.csv"] {
        world.machine.stores.tamper(&root(BUCKET), &name.parse().unwrap(), name.to_owned());
    }
    world.machine.stores.leave_upload(&root(BUCKET), &".lamindb/theirs".parse().unwrap());
    let before = world.contents(BUCKET).await;
    world.faults.disarm();
    link(&lab, BUCKET).await;
    link(&lab, BUCKET).await;
    save_path(&lab, "s3://public-bucket/a.csv").await;
    let trusting = SaveArtifacts { trust_entity_tags: true, ..paths(&[BUCKET]) };
    try_save(&lab, trusting).await.unwrap();
    for key in ["a.csv", "b.csv"] {
        bytes(&lab, key).await;
        locate_artifact(&lab, key).await.unwrap();
        presign_artifact(&lab, key, Duration::from_hours(1)).await.unwrap();
        for deletion in [Deletion::Trash, PURGE, PURGE_WITH_FILE] {
            try_delete(&lab, &[key], deletion).await.unwrap_err();
        }
    }
    show_storage(&lab, BUCKET).await.unwrap();
    abort_unfinished_uploads(&lab, BUCKET).await.unwrap_err();
    let calls = world.faults.calls();
    assert!(calls.iter().any(|call| call.starts_with("read a.csv")), "{calls:?}");
    let writes = ["put", "flush", "delete [", "replace", "remove", "copy", "probe", "abort"];
    assert!(!calls.iter().any(|call| writes.iter().any(|write| call.starts_with(write))), "{calls:?}");
    delete_instance(&lab, DataFate::Unsaid).await.unwrap();
    assert_eq!(world.contents(BUCKET).await, before);
}

#[tokio::test]
async fn a_link_to_an_empty_folder_leaves_it_empty_and_its_removal_leaves_it_there() {
    let world = World::new();
    let analysis = world.analysis().await;
    world.machine.files.make_folder(std::path::Path::new("/theirs"));
    let before = world.contents("/theirs").await;
    link(&analysis, "/theirs").await;
    assert_eq!(world.contents("/theirs").await, before);
    remove_storage(&analysis, "/theirs").await.unwrap();
    assert_eq!(world.contents("/theirs").await, before);
    link(&analysis, "/theirs").await;
    delete_instance(&analysis, DataFate::Unsaid).await.unwrap();
    assert_eq!(world.contents("/theirs").await, before);
}
