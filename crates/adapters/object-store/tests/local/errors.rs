//! What the system refuses is told as what it is. The root user may do nearly everything, so the refusals come from file
//! systems that refuse it, too.
#![cfg(target_os = "linux")]

use std::path::Path;

use freehold_object_store::ObjectStoreBlobStores;
use freehold_ports::blobs::{BlobError, BlobStores};

use crate::ground::{create, key, root_at};

/// Nobody can make anything there: a file system that the kernel keeps for itself.
const UNWRITABLE: &str = "/sys/kernel";

#[tokio::test]
async fn storing_where_nothing_can_be_written_is_permission_denied() {
    let store = ObjectStoreBlobStores::new().open(&root_at(Path::new(UNWRITABLE))).await.unwrap();
    let created = create(&*store, "blob", "new").await;
    assert!(matches!(created, Err(BlobError::PermissionDenied { .. })), "{created:?}");
    let created = create(&*store, "new/blob", "new").await;
    assert!(matches!(created, Err(BlobError::PermissionDenied { .. })), "{created:?}");
}

#[tokio::test]
async fn probing_where_nothing_can_be_written_is_permission_denied() {
    let store = ObjectStoreBlobStores::new().open(&root_at(Path::new(UNWRITABLE))).await.unwrap();
    let probed = store.probe().await;
    assert!(matches!(probed, Err(BlobError::PermissionDenied { .. })), "{probed:?}");
}

#[tokio::test]
async fn a_root_that_cannot_be_made_is_permission_denied() {
    let root = root_at(&Path::new(UNWRITABLE).join("freehold-test"));
    let store = ObjectStoreBlobStores::new().open(&root).await.unwrap();
    let created = create(&*store, "blob", "new").await;
    assert!(matches!(created, Err(BlobError::PermissionDenied { .. })), "{created:?}");
}

#[tokio::test]
async fn reading_goes_on_where_nothing_can_be_written() {
    let store = ObjectStoreBlobStores::new().open(&root_at(Path::new("/proc/sys/kernel"))).await.unwrap();
    assert!(store.metadata(&key("ostype")).await.unwrap().is_some());
}

#[tokio::test]
async fn a_root_below_a_file_is_no_place_to_store() {
    let ground = crate::ground::Ground::new();
    ground.write("file", "content");
    let store = ObjectStoreBlobStores::new().open(&root_at(&ground.path("file/below"))).await.unwrap();
    let created = create(&*store, "blob", "new").await;
    assert!(matches!(created, Err(BlobError::Backend { .. })), "{created:?}");
    assert_eq!(store.metadata(&key("blob")).await.unwrap(), None);
}
