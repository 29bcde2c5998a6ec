//! Every refusal says what is wrong.

use freehold_ports::blobs::{BlobError, BlobStore, BlobStores, PutOptions};
use freehold_test_servers::gcs::GcsServer;

use super::ground::{content, key, listed, open, open_with, put, read, root, server, stores};

/// What each operation gives.
async fn failures(store: &dyn BlobStore) -> Vec<BlobError> {
    let outcomes = [
        ("list", listed(store).await.map(drop)),
        ("metadata", store.metadata(&key("a")).await.map(drop)),
        ("read", store.read(&key("a"), None).await.map(drop)),
        ("read a range", store.read(&key("a"), Some(0..5)).await.map(drop)),
        ("put", put(store, "a", &content(1, 10), PutOptions::CREATE).await.map(drop)),
        ("put a long one", put(store, "a", &content(1, 9 << 20), PutOptions::CREATE).await.map(drop)),
        ("overwrite", put(store, "a", &content(1, 10), PutOptions::OVERWRITE).await.map(drop)),
        ("delete", store.delete(&[key("a"), key("b")]).await),
        ("probe", store.probe().await.map(drop)),
    ];
    outcomes.into_iter().map(|(name, outcome)| outcome.expect_err(name)).collect()
}

#[tokio::test]
async fn a_missing_bucket_is_never_an_absent_blob() {
    let server = GcsServer::start().await;
    let store = open(&server).await;
    for error in failures(store.as_ref()).await {
        assert!(matches!(error, BlobError::BucketMissing { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn who_may_only_read_is_told_so_and_can_read() {
    let server = server();
    put(open(&server).await.as_ref(), "a", &content(1, 10), PutOptions::CREATE).await.unwrap();
    let store = open_with(&server, &[("GOOGLE_BEARER_TOKEN", server.reader_bearer_token())]).await.unwrap();
    assert_eq!(read(store.as_ref(), "a").await.unwrap(), content(1, 10));
    assert_eq!(listed(store.as_ref()).await.unwrap(), ["a"]);
    for failed in [
        put(store.as_ref(), "b", &content(1, 10), PutOptions::CREATE).await.map(drop),
        put(store.as_ref(), "b", &content(1, 9 << 20), PutOptions::CREATE).await.map(drop),
        store.delete(&[key("a")]).await,
        store.probe().await.map(drop),
    ] {
        assert!(matches!(failed, Err(BlobError::PermissionDenied { .. })), "{failed:?}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_cannot_be_reached() {
    let stores = stores(&[("GOOGLE_BEARER_TOKEN", "token")]);
    let store = stores.open(&root("http://127.0.0.1:1")).await.unwrap();
    for error in failures(store.as_ref()).await {
        assert!(matches!(error, BlobError::Unavailable { .. }), "{error:?}");
    }
}
