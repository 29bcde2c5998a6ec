//! Public buckets are read without credentials, and never written.

use freehold_ports::blobs::{BlobError, BlobStores, PutOptions};
use freehold_test_servers::LoggedRequest;

use super::ground::{BUCKET, content, key, listed, open, put, read, root, server, stores_of};

fn nobody() -> Vec<(String, String)> {
    let variables = [
        ("AWS_SKIP_SIGNATURE", "true"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("AWS_CONFIG_FILE", "/dev/null"),
        ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
    ];
    variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

#[tokio::test]
async fn a_public_bucket_is_read_without_credentials() {
    let server = server();
    let content = content(1, 100_000);
    put(open(&server).await.as_ref(), "a", &content, PutOptions::CREATE).await.unwrap();
    server.make_public(BUCKET);
    for variables in [nobody(), nobody().split_off(1)] {
        let store = stores_of(variables, 2).open(&root(&server.endpoint())).await.unwrap();
        assert_eq!(read(store.as_ref(), "a").await, content);
        assert_eq!(listed(store.as_ref()).await.unwrap(), ["a"]);
        assert_eq!(store.metadata(&key("b")).await.unwrap(), None);
        assert_eq!(store.presigned_url(&key("a"), std::time::Duration::from_mins(1)).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_public_bucket_is_not_written_without_credentials() {
    let server = server();
    server.make_public(BUCKET);
    let store = stores_of(nobody(), 2).open(&root(&server.endpoint())).await.unwrap();
    for refused in [
        put(store.as_ref(), "a", &content(1, 10), PutOptions::CREATE).await.map(drop),
        store.delete(&[key("a")]).await,
        store.probe().await.map(drop),
    ] {
        assert!(matches!(refused, Err(BlobError::PermissionDenied { .. })), "{refused:?}");
    }
    assert!(server.keys(BUCKET).is_empty());
}

#[tokio::test]
async fn a_private_bucket_is_refused_without_credentials() {
    let server = server();
    let store = stores_of(nobody(), 2).open(&root(&server.endpoint())).await.unwrap();
    for refused in [
        listed(store.as_ref()).await.map(drop),
        store.metadata(&key("a")).await.map(drop),
        store.read(&key("a"), None).await.map(drop),
    ] {
        assert!(matches!(refused, Err(BlobError::PermissionDenied { .. })), "{refused:?}");
    }
}

#[tokio::test]
async fn looking_writes_nothing() {
    let server = server();
    let stores = super::ground::stores(&server, 2);
    let root = root(&server.endpoint());
    let store = stores.open(&stores.resolve(&root).await.unwrap()).await.unwrap();
    listed(store.as_ref()).await.unwrap();
    store.metadata(&key("a")).await.unwrap();
    store.read(&key("a"), None).await.unwrap_err();
    store.presigned_url(&key("a"), std::time::Duration::from_mins(1)).await.unwrap();
    stores.remove_empty(&root).await.unwrap();
    let writes: Vec<_> = server.requests().into_iter().filter(LoggedRequest::is_write).collect();
    assert_eq!(writes, []);
}
