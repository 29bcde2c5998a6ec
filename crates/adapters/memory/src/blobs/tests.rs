//! What the doubles do beyond the contract of the ports.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use freehold_domain::{BlobKey, Capabilities, StorageRoot};
use freehold_ports::blobs::{BlobError, BlobStore, BlobStores, FromBytes, PutOptions};
use futures_util::TryStreamExt;

use super::MemoryBlobStores;

fn root(text: &str) -> StorageRoot {
    StorageRoot::from_canonical(text).unwrap()
}

fn key(text: &str) -> BlobKey {
    text.parse().unwrap()
}

async fn open(stores: &MemoryBlobStores, at: &str) -> Arc<dyn BlobStore> {
    stores.open(&root(at)).await.unwrap()
}

async fn put(store: &Arc<dyn BlobStore>, at: &str, content: &'static str) {
    store.put(&key(at), FromBytes::boxed(content), PutOptions::CREATE).await.unwrap();
}

async fn listed(store: &Arc<dyn BlobStore>) -> Result<Vec<BlobKey>, BlobError> {
    store.list(None).await.map_ok(|blob| blob.key).try_collect().await
}

#[tokio::test]
async fn a_location_sees_what_is_put_into_a_location_inside_it() {
    for (outer, inner) in [("/data", "/data/lab"), ("s3://bucket", "s3://bucket/lab"), ("/", "/lab")] {
        let stores = MemoryBlobStores::new();
        put(&open(&stores, inner).await, "a.csv", "1").await;
        assert_eq!(listed(&open(&stores, outer).await).await.unwrap(), [key("lab/a.csv")], "{outer}");
        assert_eq!(stores.keys(&root(outer)), [key("lab/a.csv")], "{outer}");
    }
}

#[tokio::test]
async fn a_bucket_on_another_server_is_another_bucket() {
    let stores = MemoryBlobStores::new();
    put(&open(&stores, "s3://bucket/lab?endpoint_url=http://minio.local:9000").await, "a.csv", "1").await;
    assert!(stores.keys(&root("s3://bucket")).is_empty());
    assert_eq!(stores.keys(&root("s3://bucket?endpoint_url=http://minio.local:9000")), [key("lab/a.csv")]);
}

#[tokio::test]
async fn only_a_local_location_has_folders_that_block_a_key() {
    let stores = MemoryBlobStores::new();
    let (local, bucket) = (open(&stores, "/data").await, open(&stores, "s3://bucket").await);
    for store in [&local, &bucket] {
        put(store, "raw/a.csv", "1").await;
    }
    let blocked = local.put(&key("raw"), FromBytes::boxed("2"), PutOptions::OVERWRITE).await;
    assert!(matches!(blocked, Err(BlobError::NotABlob { .. })));
    assert!(matches!(local.read(&key("raw"), None).await, Err(BlobError::NotABlob { .. })));
    assert_eq!(local.metadata(&key("raw")).await.unwrap(), None);
    put(&bucket, "raw", "2").await;
}

#[tokio::test]
async fn a_file_is_no_location() {
    let stores = MemoryBlobStores::new();
    put(&open(&stores, "/data").await, "a.csv", "1").await;
    for at in ["/data/a.csv", "/data/a.csv/b"] {
        assert!(matches!(stores.open(&root(at)).await, Err(BlobError::NotALocation { .. })), "{at}");
    }
}

#[tokio::test]
async fn a_backend_that_ignores_create_if_absent_overwrites() {
    let stores = MemoryBlobStores::new();
    let store = open(&stores, "s3://bucket").await;
    let lacking = Capabilities { create_if_absent: false, ..store.probe().await.unwrap() };
    stores.set_capabilities(&root("s3://bucket"), lacking);
    assert_eq!(store.probe().await.unwrap(), lacking);
    put(&store, "a", "1").await;
    put(&store, "a", "2").await;
    assert_eq!(stores.content(&root("s3://bucket"), &key("a")).unwrap(), "2");
}

#[tokio::test]
async fn a_backend_without_compare_and_swap_says_so_and_changes_nothing() {
    let stores = MemoryBlobStores::with_capabilities(Capabilities {
        create_if_absent: true,
        compare_and_swap: false,
        list_after_write: true,
        case_sensitive: true,
    });
    let store = open(&stores, "s3://bucket").await;
    put(&store, "a", "1").await;
    let version = store.metadata(&key("a")).await.unwrap().unwrap().version;
    let replaced = store.replace(&key("a"), "2".into(), &version).await;
    assert!(matches!(replaced, Err(BlobError::Unsupported { .. })));
    assert!(matches!(store.remove(&key("a"), &version).await, Err(BlobError::Unsupported { .. })));
    assert_eq!(stores.content(&root("s3://bucket"), &key("a")).unwrap(), "1");
}

#[tokio::test]
async fn a_read_only_place_refuses_every_change_below_it_and_no_reading() {
    let stores = MemoryBlobStores::new();
    let store = open(&stores, "/data/lab").await;
    put(&store, "a", "1").await;
    stores.set_read_only(&root("/data"), true);
    let version = store.metadata(&key("a")).await.unwrap().unwrap().version;
    let refusals = [
        store.put(&key("b"), FromBytes::boxed("2"), PutOptions::CREATE).await.err(),
        store.delete(&[key("a")]).await.err(),
        store.replace(&key("a"), "2".into(), &version).await.err(),
        store.remove(&key("a"), &version).await.err(),
        store.copy_from(&key("b"), &root("/data/lab"), &key("a"), PutOptions::CREATE).await.err(),
        store.probe().await.err(),
    ];
    for refusal in refusals {
        assert!(matches!(refusal, Some(BlobError::PermissionDenied { .. })), "{refusal:?}");
    }
    assert_eq!(listed(&store).await.unwrap(), [key("a")]);
    stores.set_read_only(&root("/data"), false);
    store.delete(&[key("a")]).await.unwrap();
}

#[tokio::test]
async fn an_unreachable_place_is_never_taken_for_an_empty_one() {
    let stores = MemoryBlobStores::new();
    let store = open(&stores, "s3://bucket").await;
    stores.set_unreachable(&root("s3://bucket"), true);
    assert!(matches!(listed(&store).await, Err(BlobError::Unavailable { .. })));
    assert!(matches!(store.metadata(&key("a")).await, Err(BlobError::Unavailable { .. })));
    assert!(matches!(store.read(&key("a"), None).await, Err(BlobError::Unavailable { .. })));
    stores.set_unreachable(&root("s3://bucket"), false);
    assert_eq!(listed(&store).await.unwrap(), []);
}

#[tokio::test]
async fn a_content_that_was_tampered_with_is_in_another_version() {
    let stores = MemoryBlobStores::new();
    let store = open(&stores, "/data").await;
    put(&store, "a", "1").await;
    let before = store.metadata(&key("a")).await.unwrap().unwrap();
    stores.tamper(&root("/data"), &key("a"), "1");
    let after = store.metadata(&key("a")).await.unwrap().unwrap();
    assert_ne!(before.version, after.version);
    assert!(stores.forget(&root("/data"), &key("a")) && !stores.forget(&root("/data"), &key("a")));
    assert_eq!(store.metadata(&key("a")).await.unwrap(), None);
}

#[tokio::test]
async fn looking_makes_no_folder_and_a_probe_makes_one_that_can_be_removed() {
    let stores = MemoryBlobStores::new();
    let store = open(&stores, "/data").await;
    listed(&store).await.unwrap();
    store.metadata(&key("a")).await.unwrap();
    assert!(!stores.exists(&root("/data")));
    store.probe().await.unwrap();
    assert!(stores.exists(&root("/data")));
    stores.remove_empty(&root("/data")).await.unwrap();
    assert!(!stores.exists(&root("/data")));
}

#[tokio::test]
async fn only_an_emptied_location_is_removed() {
    let stores = MemoryBlobStores::new();
    let store = open(&stores, "/data").await;
    put(&store, ".lamindb/x", "1").await;
    put(&store, "mine.csv", "1").await;
    store.delete(&[key(".lamindb/x")]).await.unwrap();
    stores.remove_empty(&root("/data")).await.unwrap();
    assert!(stores.exists(&root("/data")));
    assert_eq!(stores.keys(&root("/data")), [key("mine.csv")]);
    store.delete(&[key("mine.csv")]).await.unwrap();
    stores.remove_empty(&root("/data")).await.unwrap();
    assert!(!stores.exists(&root("/data")));
}
