//! No symbolic link leads out of a location.

use std::fs;
use std::os::unix::fs::symlink;

use freehold_ports::blobs::{BlobError, BlobVersion};

use crate::ground::{Ground, content, create, key, listed, overwrite};

/// Beside the root lies `secret/file`; in the root, links to the folder and to the file, relative and absolute.
fn ground_with_escapes() -> Ground {
    let ground = Ground::new();
    fs::create_dir_all(ground.path("")).unwrap();
    fs::create_dir(ground.folder().join("secret")).unwrap();
    fs::write(ground.folder().join("secret/file"), "secret").unwrap();
    symlink("../secret", ground.path("folder")).unwrap();
    symlink(ground.folder().join("secret"), ground.path("absolute_folder")).unwrap();
    symlink("../secret/file", ground.path("link")).unwrap();
    symlink(ground.folder().join("secret/file"), ground.path("absolute_link")).unwrap();
    ground
}

const ESCAPES: [&str; 4] = ["folder/file", "absolute_folder/file", "link", "absolute_link"];

#[allow(clippy::needless_pass_by_value)]
fn assert_outside<T: std::fmt::Debug>(result: Result<T, BlobError>, what: &str) {
    assert!(matches!(result, Err(BlobError::OutsideLocation { .. })), "{what}: {result:?}");
}

fn secret(ground: &Ground) -> String {
    fs::read_to_string(ground.folder().join("secret/file")).unwrap()
}

#[tokio::test]
async fn a_link_out_of_the_location_is_not_read() {
    let ground = ground_with_escapes();
    let store = ground.store().await;
    for escape in ESCAPES {
        assert_outside(store.read(&key(escape), None).await, escape);
    }
}

#[tokio::test]
async fn a_link_out_of_the_location_tells_no_metadata() {
    let ground = ground_with_escapes();
    let store = ground.store().await;
    for escape in ESCAPES {
        assert_outside(store.metadata(&key(escape)).await, escape);
    }
}

#[tokio::test]
async fn nothing_is_written_through_a_link_out_of_the_location() {
    let ground = ground_with_escapes();
    let store = ground.store().await;
    for escape in ESCAPES.into_iter().chain(["folder/new", "folder/new/deeper"]) {
        assert_outside(create(&*store, escape, "new").await, escape);
        assert_outside(overwrite(&*store, escape, "new").await, escape);
    }
    assert_eq!(secret(&ground), "secret");
    assert_eq!(fs::read_dir(ground.folder().join("secret")).unwrap().count(), 1);
}

#[tokio::test]
async fn nothing_is_deleted_through_a_link_out_of_the_location() {
    let ground = ground_with_escapes();
    let store = ground.store().await;
    for escape in ESCAPES {
        assert_outside(store.delete(&[key(escape)]).await, escape);
    }
    assert_eq!(secret(&ground), "secret");
}

#[tokio::test]
async fn nothing_is_replaced_or_removed_through_a_link_out_of_the_location() {
    let ground = ground_with_escapes();
    let store = ground.store().await;
    let version = BlobVersion("any".to_owned());
    for escape in ESCAPES {
        assert_outside(store.replace(&key(escape), "new".into(), &version).await, escape);
        assert_outside(store.remove(&key(escape), &version).await, escape);
    }
    assert_eq!(secret(&ground), "secret");
}

#[tokio::test]
async fn links_are_not_listed_and_not_followed() {
    let ground = ground_with_escapes();
    ground.write("inside/file", "inside");
    symlink("inside", ground.path("to_inside")).unwrap();
    symlink("inside/file", ground.path("to_file")).unwrap();
    let store = ground.store().await;
    assert_eq!(listed(&*store, None).await.unwrap(), ["inside/file"]);
    assert_eq!(listed(&*store, Some("to_inside")).await.unwrap(), [""; 0]);
}

#[tokio::test]
async fn a_listing_below_a_link_out_of_the_location_is_an_error() {
    let ground = ground_with_escapes();
    let store = ground.store().await;
    for escape in ["folder", "absolute_folder"] {
        assert_outside(listed(&*store, Some(escape)).await, escape);
    }
}

#[tokio::test]
async fn a_link_that_stays_in_the_location_is_read() {
    let ground = Ground::new();
    ground.write("inside/file", "inside");
    symlink("inside/file", ground.path("link")).unwrap();
    let store = ground.store().await;
    assert_eq!(content(&*store, "link").await, "inside");
}

#[tokio::test]
async fn a_link_is_never_replaced_by_a_blob() {
    let ground = Ground::new();
    ground.write("inside/file", "inside");
    symlink("inside/file", ground.path("link")).unwrap();
    let store = ground.store().await;
    assert!(matches!(overwrite(&*store, "link", "new").await, Err(BlobError::NotABlob { .. })));
    assert!(matches!(store.delete(&[key("link")]).await, Err(BlobError::NotABlob { .. })));
    assert!(fs::symlink_metadata(ground.path("link")).unwrap().is_symlink());
    assert_eq!(content(&*store, "inside/file").await, "inside");
}

#[tokio::test]
async fn a_link_that_leads_nowhere_takes_its_key() {
    let ground = Ground::new();
    fs::create_dir_all(ground.path("")).unwrap();
    symlink("nowhere", ground.path("link")).unwrap();
    let store = ground.store().await;
    assert!(matches!(create(&*store, "link", "new").await, Err(BlobError::AlreadyExists { .. })));
    assert!(!ground.path("nowhere").exists());
}

#[tokio::test]
async fn links_in_a_circle_are_no_blob() {
    let ground = Ground::new();
    fs::create_dir_all(ground.path("")).unwrap();
    symlink("circle", ground.path("circle")).unwrap();
    let store = ground.store().await;
    assert_eq!(store.metadata(&key("circle")).await.unwrap(), None);
    assert!(matches!(store.read(&key("circle"), None).await, Err(BlobError::NotABlob { .. })));
}
