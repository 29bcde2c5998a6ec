//! Folders, pipes, sockets and devices are no blobs, and are never waited for.

use std::fs;
use std::os::unix::net::UnixListener;

use freehold_object_store::ObjectStoreBlobStores;
use freehold_ports::blobs::{BlobError, BlobStores, BlobVersion};

use crate::ground::{Ground, create, key, listed, overwrite, root_at};

/// A location with a folder, a pipe and a socket.
fn ground_with_special_files() -> Ground {
    let ground = Ground::new();
    fs::create_dir_all(ground.path("folder")).unwrap();
    let pipe = std::process::Command::new("mkfifo").arg(ground.path("pipe")).status().unwrap();
    assert!(pipe.success());
    drop(UnixListener::bind(ground.path("socket")).unwrap());
    ground
}

const SPECIAL: [&str; 3] = ["folder", "pipe", "socket"];

#[tokio::test]
async fn what_is_no_plain_file_is_not_read() {
    let ground = ground_with_special_files();
    let store = ground.store().await;
    for special in SPECIAL {
        let read = store.read(&key(special), None).await;
        assert!(matches!(read, Err(BlobError::NotABlob { .. })), "{special}: {read:?}");
    }
}

#[tokio::test]
async fn what_is_no_plain_file_has_no_metadata() {
    let ground = ground_with_special_files();
    let store = ground.store().await;
    for special in SPECIAL {
        assert_eq!(store.metadata(&key(special)).await.unwrap(), None, "{special}");
    }
}

#[tokio::test]
async fn what_is_no_plain_file_is_not_listed() {
    let ground = ground_with_special_files();
    let store = ground.store().await;
    assert_eq!(listed(&*store, None).await.unwrap(), [""; 0]);
}

#[tokio::test]
async fn what_is_no_plain_file_is_not_replaced() {
    let ground = ground_with_special_files();
    let store = ground.store().await;
    let version = BlobVersion("any".to_owned());
    for special in SPECIAL {
        let overwritten = overwrite(&*store, special, "new").await;
        assert!(matches!(overwritten, Err(BlobError::NotABlob { .. })), "{special}: {overwritten:?}");
        let created = create(&*store, special, "new").await;
        assert!(matches!(created, Err(BlobError::AlreadyExists { .. })), "{special}: {created:?}");
        let replaced = store.replace(&key(special), "new".into(), &version).await;
        assert!(matches!(replaced, Err(BlobError::NotABlob { .. })), "{special}: {replaced:?}");
        assert!(!fs::symlink_metadata(ground.path(special)).unwrap().is_file());
    }
}

#[tokio::test]
async fn what_is_no_plain_file_is_not_deleted() {
    let ground = ground_with_special_files();
    let store = ground.store().await;
    for special in SPECIAL {
        let deleted = store.delete(&[key(special)]).await;
        assert!(matches!(deleted, Err(BlobError::NotABlob { .. })), "{special}: {deleted:?}");
        assert!(fs::symlink_metadata(ground.path(special)).is_ok());
    }
}

#[tokio::test]
async fn nothing_is_stored_below_a_file() {
    let ground = Ground::new();
    ground.write("file", "former");
    let store = ground.store().await;
    assert!(matches!(create(&*store, "file/inner", "new").await, Err(BlobError::Backend { .. })));
    assert_eq!(store.metadata(&key("file/inner")).await.unwrap(), None);
    assert!(matches!(store.read(&key("file/inner"), None).await, Err(BlobError::NotFound { .. })));
    store.delete(&[key("file/inner")]).await.unwrap();
    assert_eq!(fs::read_to_string(ground.path("file")).unwrap(), "former");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_file_whose_size_the_system_does_not_tell_is_not_read_as_empty() {
    let root = root_at(std::path::Path::new("/proc/sys/kernel"));
    let store = ObjectStoreBlobStores::new().open(&root).await.unwrap();
    let read = store.read(&key("ostype"), None).await;
    assert!(matches!(read, Err(BlobError::Backend { .. })), "{read:?}");
}
