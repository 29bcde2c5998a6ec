//! Compare-and-swap between handles that know nothing of one another, as between processes.

use std::collections::HashSet;

use freehold_ports::blobs::BlobError;

use crate::ground::{Ground, content, create, key, overwrite};

const CLAIM: &str = ".lamindb/storage_uid.txt";

#[tokio::test(flavor = "multi_thread")]
async fn of_many_handles_that_replace_one_version_one_wins() {
    let ground = Ground::new();
    let mut version = create(&*ground.store().await, CLAIM, "0").await.unwrap().version;
    for round in 0..20 {
        let mut contenders = Vec::new();
        for contender in 0..16 {
            let (store, version) = (ground.store().await, version.clone());
            contenders.push(tokio::spawn(async move {
                let content = format!("{round:02}-{contender:02}");
                let replaced = store.replace(&key(CLAIM), content.clone().into(), &version).await;
                match replaced {
                    Ok(metadata) => Some((content, metadata.version)),
                    Err(BlobError::VersionMismatch { .. }) => None,
                    Err(error) => panic!("{error:?}"),
                }
            }));
        }
        let mut winners = Vec::new();
        for contender in contenders {
            winners.extend(contender.await.unwrap());
        }
        assert_eq!(winners.len(), 1, "{winners:?}");
        let (written, new_version) = winners.remove(0);
        assert_eq!(content(&*ground.store().await, CLAIM).await, written);
        version = new_version;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_replacing_removing_and_overwriting_none_is_lost() {
    let ground = Ground::new();
    let (one, other, third) = (ground.store().await, ground.store().await, ground.store().await);
    for _ in 0..100 {
        let version = overwrite(&*one, CLAIM, "former").await.unwrap().version;
        let claim = key(CLAIM);
        let (replaced, removed, overwritten) = tokio::join!(
            one.replace(&claim, "replaced".into(), &version),
            other.remove(&claim, &version),
            overwrite(&*third, CLAIM, "overwritten"),
        );
        overwritten.unwrap();
        assert!(!(replaced.is_ok() && removed.is_ok() && content_is(&ground, "replaced").await));
        // Whatever the order, the overwrite is last or was seen by the others.
        let found = third.metadata(&claim).await.unwrap();
        assert!(found.is_some() || removed.is_ok());
    }
}

async fn content_is(ground: &Ground, expected: &str) -> bool {
    let store = ground.store().await;
    store.metadata(&key(CLAIM)).await.unwrap().is_some() && content(&*store, CLAIM).await == expected
}

#[tokio::test]
async fn no_version_comes_back_also_when_contents_of_one_length_follow_quickly() {
    let ground = Ground::new();
    let store = ground.store().await;
    let mut seen = HashSet::new();
    for round in 0..200 {
        let metadata = if round % 3 == 0 {
            store.delete(&[key(CLAIM)]).await.unwrap();
            create(&*store, CLAIM, "same").await.unwrap()
        } else {
            overwrite(&*store, CLAIM, "same").await.unwrap()
        };
        assert_eq!(store.metadata(&key(CLAIM)).await.unwrap().unwrap(), metadata);
        assert!(seen.insert(metadata.version), "round {round}");
    }
}

#[tokio::test]
async fn a_version_ends_when_somebody_writes_in_place() {
    let ground = Ground::new();
    let store = ground.store().await;
    let before = create(&*store, CLAIM, "one").await.unwrap();
    std::fs::write(ground.path(CLAIM), "two").unwrap();
    let replaced = store.replace(&key(CLAIM), "three".into(), &before.version).await;
    assert!(matches!(replaced, Err(BlobError::VersionMismatch { .. })), "{replaced:?}");
    assert_eq!(content(&*store, CLAIM).await, "two");
}

#[tokio::test]
async fn blobs_of_a_batch_that_is_not_flushed_hold_up_nobody() {
    use freehold_ports::blobs::{FromBytes, PutOptions};
    let ground = Ground::new();
    let store = ground.store().await;
    let blob = store.put(&key("blob"), FromBytes::boxed("1"), PutOptions::CREATE_IN_BATCH).await.unwrap();
    let other = ground.store().await;
    let replaced = other.replace(&blob.key, "2".into(), &blob.version).await.unwrap();
    other.remove(&blob.key, &replaced.version).await.unwrap();
    store.flush().await.unwrap();
}
