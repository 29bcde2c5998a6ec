//! Other programs see the same blobs: `object_store`'s own `LocalFileSystem` stands for them.

use freehold_ports::blobs::BlobStore;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStoreExt, PutPayload};

use crate::ground::{Ground, content, create, listed};

const KEYS: [&str; 4] = [".lamindb/0123456789abcdef0000.fastq.gz", "raw/plate 1.csv", "raw/é.csv", "plain"];

fn others(ground: &Ground) -> LocalFileSystem {
    std::fs::create_dir_all(ground.path("")).unwrap();
    LocalFileSystem::new_with_prefix(ground.path("")).unwrap()
}

#[tokio::test]
async fn what_is_stored_here_others_read_under_the_same_key() {
    let ground = Ground::new();
    let (store, others) = (ground.store().await, others(&ground));
    for key in KEYS {
        create(&*store, key, key).await.unwrap();
        let found = others.get(&Path::parse(key).unwrap()).await.unwrap().bytes().await.unwrap();
        assert_eq!(found, key);
    }
}

#[tokio::test]
async fn what_others_store_is_read_and_listed_here_under_the_same_key() {
    let ground = Ground::new();
    let (store, others) = (ground.store().await, others(&ground));
    for key in KEYS {
        others.put(&Path::parse(key).unwrap(), PutPayload::from(key)).await.unwrap();
        assert_eq!(content(store.as_ref() as &dyn BlobStore, key).await, key);
    }
    let mut expected = KEYS.map(str::to_owned);
    expected.sort();
    assert_eq!(listed(&*store, None).await.unwrap(), expected);
}
