//! Buckets that everybody may read.

use std::time::Duration;

use freehold_ports::blobs::{BlobError, PutOptions};

use super::ground::{BUCKET, content, key, listed, open, open_with, put, read, server};

const NOBODY: &[(&str, &str)] = &[];
const ON_PURPOSE: &[(&str, &str)] =
    &[("GOOGLE_SKIP_SIGNATURE", "true"), ("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere")];

#[tokio::test]
async fn a_public_bucket_is_read_without_credentials() {
    let server = server();
    server.make_public(BUCKET);
    put(open(&server).await.as_ref(), "a", &content(1, 100), PutOptions::CREATE).await.unwrap();
    for variables in [NOBODY, ON_PURPOSE] {
        let store = open_with(&server, variables).await.unwrap();
        assert_eq!(read(store.as_ref(), "a").await.unwrap(), content(1, 100));
        assert_eq!(listed(store.as_ref()).await.unwrap(), ["a"]);
        assert!(store.metadata(&key("a")).await.unwrap().is_some());
        assert_eq!(store.presigned_url(&key("a"), Duration::from_mins(1)).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_write_without_credentials_is_denied() {
    let server = server();
    server.make_public(BUCKET);
    let store = open_with(&server, NOBODY).await.unwrap();
    for failed in [
        put(store.as_ref(), "a", &content(1, 10), PutOptions::CREATE).await.map(drop),
        put(store.as_ref(), "a", &content(1, 10), PutOptions::OVERWRITE).await.map(drop),
        put(store.as_ref(), "a", &content(1, 20 << 20), PutOptions::CREATE).await.map(drop),
        store.delete(&[key("a")]).await,
        store.probe().await.map(drop),
    ] {
        assert!(matches!(failed, Err(BlobError::PermissionDenied { .. })), "{failed:?}");
    }
    assert!(server.requests().iter().all(|request| request.header("authorization").is_none()));
    assert!(server.keys(BUCKET).is_empty());
}

#[tokio::test]
async fn a_private_bucket_is_not_read_without_credentials() {
    let server = server();
    let store = open_with(&server, NOBODY).await.unwrap();
    for failed in [
        store.metadata(&key("a")).await.map(drop),
        store.read(&key("a"), None).await.map(drop),
        listed(store.as_ref()).await.map(drop),
    ] {
        assert!(matches!(failed, Err(BlobError::PermissionDenied { .. })), "{failed:?}");
    }
}
