//! The one spelling of a root.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;

use freehold_domain::StorageRoot;
use freehold_object_store::ObjectStoreBlobStores;
use freehold_ports::blobs::{BlobError, BlobStores};

use crate::ground::{Ground, everything_in, root_at};

async fn resolve(root: &StorageRoot) -> Result<StorageRoot, BlobError> {
    ObjectStoreBlobStores::new().resolve(root).await
}

fn reason(result: Result<StorageRoot, BlobError>) -> String {
    match result {
        Err(BlobError::NotALocation { reason, .. }) => reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn links_are_resolved_as_far_as_the_path_exists() {
    let ground = Ground::new();
    fs::create_dir(ground.folder().join("real")).unwrap();
    symlink("real", ground.folder().join("link")).unwrap();
    let through_link = root_at(&ground.folder().join("link/not/yet"));
    assert_eq!(resolve(&through_link).await.unwrap(), root_at(&ground.folder().join("real/not/yet")));
    assert_eq!(everything_in(&ground.folder()), ["link", "real"]);
}

#[tokio::test]
async fn a_root_has_one_spelling_before_and_after_it_is_made() {
    let ground = Ground::new();
    symlink("real/../real/./deep", ground.folder().join("link")).unwrap();
    let link = root_at(&ground.folder().join("link"));
    let before = resolve(&link).await.unwrap();
    fs::create_dir_all(ground.folder().join("real/deep")).unwrap();
    assert_eq!(before, resolve(&link).await.unwrap());
    assert_eq!(before, root_at(&ground.folder().join("real/deep")));
}

#[tokio::test]
async fn a_file_is_no_location() {
    let ground = Ground::new();
    ground.write("file", "content");
    let file = root_at(&ground.path("file"));
    assert!(reason(resolve(&file).await).contains("not a folder"));
    let below = root_at(&ground.path("file/below"));
    assert!(reason(resolve(&below).await).contains("is a file"));
    let opened = ObjectStoreBlobStores::new().open(&file).await;
    assert!(matches!(opened, Err(BlobError::NotALocation { .. })));
}

#[tokio::test]
async fn links_in_a_loop_are_no_location() {
    let ground = Ground::new();
    symlink("b", ground.folder().join("a")).unwrap();
    symlink("a", ground.folder().join("b")).unwrap();
    for name in ["a", "a/below"] {
        assert!(reason(resolve(&root_at(&ground.folder().join(name))).await).contains("loop"));
    }
}

#[tokio::test]
async fn names_too_long_for_the_file_system_are_no_location() {
    let ground = Ground::new();
    let long_name = ground.folder().join("x".repeat(300));
    assert!(reason(resolve(&root_at(&long_name)).await).contains("too long"));
}

#[tokio::test]
async fn a_path_that_links_make_too_long_is_no_location() {
    let ground = Ground::new();
    fs::create_dir(ground.folder().join("a_much_longer_name")).unwrap();
    symlink("a_much_longer_name", ground.folder().join("link")).unwrap();
    let mut longest = ground.folder().join("link").to_str().unwrap().to_owned();
    while longest.len() < 4_095 - 2 {
        longest.push_str("/y");
    }
    longest.push_str(&"z".repeat(4_095 - longest.len()));
    let longest = StorageRoot::from_canonical(&longest).unwrap();
    reason(resolve(&longest).await);
}

#[tokio::test]
async fn a_link_to_a_name_that_is_not_utf8_is_no_location() {
    let ground = Ground::new();
    let name = OsStr::from_bytes(b"bad\xff");
    fs::create_dir(ground.folder().join(name)).unwrap();
    symlink(name, ground.folder().join("link")).unwrap();
    assert!(reason(resolve(&root_at(&ground.folder().join("link"))).await).contains("UTF-8"));
}

#[tokio::test]
async fn a_link_into_a_reserved_folder_is_no_location() {
    let ground = Ground::new();
    fs::create_dir(ground.folder().join(".lamindb")).unwrap();
    symlink(".lamindb", ground.folder().join("link")).unwrap();
    reason(resolve(&root_at(&ground.folder().join("link"))).await);
}

#[tokio::test]
async fn a_cloud_without_its_feature_is_not_built_in() {
    let clouds = [("s3://bucket/prefix", cfg!(feature = "s3")), ("gs://bucket", cfg!(feature = "gcs"))];
    for (root, _) in clouds.into_iter().filter(|(_, is_built_in)| !is_built_in) {
        let root = StorageRoot::from_canonical(root).unwrap();
        let stores = ObjectStoreBlobStores::new();
        assert!(matches!(stores.resolve(&root).await, Err(BlobError::NotBuiltIn { .. })));
        assert!(matches!(stores.open(&root).await, Err(BlobError::NotBuiltIn { .. })));
        assert!(matches!(stores.remove_empty(&root).await, Err(BlobError::NotBuiltIn { .. })));
    }
}
