//! Copies within the system.

use freehold_ports::blobs::{BlobError, PutOptions};

use crate::ground::{Ground, content, create, everything_in, key, overwrite};

#[tokio::test]
async fn a_copy_shares_nothing_with_its_source() {
    let (ground, elsewhere) = (Ground::new(), Ground::new());
    let (target, source) = (ground.store().await, elsewhere.store().await);
    create(&*source, "original", "content").await.unwrap();
    let copied =
        target.copy_from(&key("copy"), &elsewhere.root(), &key("original"), PutOptions::CREATE).await;
    let Some(metadata) = copied.unwrap() else {
        return create(&*target, "copy", "content").await.map(drop).unwrap();
    };
    assert_eq!(metadata.size, 7);
    std::fs::write(elsewhere.path("original"), "changed").unwrap();
    overwrite(&*source, "original", "changed again").await.unwrap();
    assert_eq!(content(&*target, "copy").await, "content");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn an_absent_source_is_not_found_and_leaves_nothing() {
    let (ground, elsewhere) = (Ground::new(), Ground::new());
    let target = ground.store().await;
    let copied = target.copy_from(&key("copy"), &elsewhere.root(), &key("absent"), PutOptions::CREATE).await;
    assert!(
        matches!(&copied, Err(BlobError::NotFound { key, .. }) if key.as_str() == "absent"),
        "{copied:?}"
    );
    assert_eq!(everything_in(&ground.folder()), [""; 0]);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_copy_onto_a_taken_key_changes_nothing() {
    let ground = Ground::new();
    let store = ground.store().await;
    create(&*store, "original", "content").await.unwrap();
    create(&*store, "copy", "former").await.unwrap();
    let copied = store.copy_from(&key("copy"), &ground.root(), &key("original"), PutOptions::CREATE).await;
    assert!(matches!(copied, Err(BlobError::AlreadyExists { .. })), "{copied:?}");
    assert_eq!(content(&*store, "copy").await, "former");
}

#[tokio::test]
async fn a_source_in_a_cloud_is_left_to_the_caller() {
    let ground = Ground::new();
    let cloud = freehold_domain::StorageRoot::from_canonical("s3://bucket").unwrap();
    let copied =
        ground.store().await.copy_from(&key("copy"), &cloud, &key("original"), PutOptions::CREATE).await;
    assert_eq!(copied.unwrap(), None);
}
