//! Batches: many blobs, one flush.

use std::sync::Arc;

use freehold_domain::BlobKey;
use freehold_object_store::ObjectStoreBlobStores;
use freehold_ports::blobs::{BlobStores, FromBytes, PutOptions};
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::ground::{Ground, collect, key, listed};

#[tokio::test(flavor = "multi_thread")]
async fn a_large_batch_is_stored_listed_and_deleted_whole() {
    let ground = Ground::new();
    let store = ground.store().await;
    let body = vec![1; 4096];
    let keys: Vec<_> = (0..10_000).map(|number| key(&format!(".lamindb/blob{number:05}"))).collect();
    let started = std::time::Instant::now();
    stream::iter(keys.clone())
        .map(|blob| {
            let (store, body) = (Arc::clone(&store), body.clone());
            async move { store.put(&blob, FromBytes::boxed(body), PutOptions::CREATE_IN_BATCH).await }
        })
        .buffer_unordered(32)
        .try_for_each(async |_| Ok(()))
        .await
        .unwrap();
    let stored = started.elapsed();
    store.flush().await.unwrap();
    println!("10,000 blobs of 4 KiB: stored after {stored:?}, durable after {:?}", started.elapsed());
    let found = listed(&*store, None).await.unwrap();
    assert!(found.iter().eq(keys.iter().map(BlobKey::as_str)));
    store.delete(&keys).await.unwrap();
    assert_eq!(listed(&*store, None).await.unwrap(), [""; 0]);
}

#[tokio::test]
async fn a_flush_without_a_batch_does_nothing() {
    let ground = Ground::new();
    ground.store().await.flush().await.unwrap();
    assert!(!ground.path("").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn flushes_and_puts_may_overlap() {
    let ground = Ground::new();
    let store = ground.store().await;
    let puts = (0..200).map(|number| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let blob = key(&format!("folder{}/blob{number}", number % 7));
            store.put(&blob, FromBytes::boxed("x"), PutOptions::CREATE_IN_BATCH).await.unwrap();
            store.flush().await.unwrap();
        })
    });
    futures_util::future::try_join_all(puts.collect::<Vec<_>>()).await.unwrap();
    assert_eq!(listed(&*store, None).await.unwrap().len(), 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_first_blobs_at_once_make_the_root_once() {
    for _ in 0..50 {
        let ground = Ground::new();
        let puts = (0..16).map(|number| {
            let root = ground.root();
            tokio::spawn(async move {
                let store = ObjectStoreBlobStores::new().open(&root).await.unwrap();
                let blob = key(&format!("deep/er/{number}"));
                store.put(&blob, FromBytes::boxed("x"), PutOptions::CREATE_IN_BATCH).await.unwrap();
            })
        });
        futures_util::future::try_join_all(puts.collect::<Vec<_>>()).await.unwrap();
        assert_eq!(listed(&*ground.store().await, None).await.unwrap().len(), 16);
    }
}

#[tokio::test]
async fn a_body_in_odd_pieces_is_stored_whole() {
    let ground = Ground::new();
    let store = ground.store().await;
    let sizes = [1, 0, 700_000, 3, 400_000, 2_500_000, 1, 262_144, 65_535];
    let mut next = 0_u8;
    let pieces: Vec<bytes::Bytes> = sizes
        .iter()
        .map(|size| {
            next += 1;
            vec![next; *size].into()
        })
        .collect();
    let expected = pieces.concat();
    let body = stream::iter(pieces.into_iter().map(Ok));
    let metadata = store.put(&key("blob"), Box::pin(body), PutOptions::CREATE).await.unwrap();
    assert_eq!(metadata.size, expected.len() as u64);
    assert!(collect(store.read(&key("blob"), None).await.unwrap().body).await.unwrap() == expected);
}
