//! Every refusal says what is wrong.

use std::error::Error;

use freehold_domain::StorageRoot;
use freehold_ports::blobs::{BlobError, BlobStore, BlobStores, PutOptions};
use freehold_test_servers::s3::S3Server;

use super::ground::{content, key, listed, put, root, server, stores, stores_of};

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

async fn with_keys(server: &S3Server, id: &str, secret: &str) -> std::sync::Arc<dyn BlobStore> {
    let mut variables = server.environment();
    for (name, value) in &mut variables {
        match name.as_str() {
            "AWS_ACCESS_KEY_ID" => id.clone_into(value),
            "AWS_SECRET_ACCESS_KEY" => secret.clone_into(value),
            _ => {}
        }
    }
    stores_of(variables, 2).open(&root(&server.endpoint())).await.unwrap()
}

#[tokio::test]
async fn a_missing_bucket_is_never_an_absent_blob() {
    let server = S3Server::start().await;
    let store = stores(&server, 2).open(&root(&server.endpoint())).await.unwrap();
    for error in failures(store.as_ref()).await {
        assert!(matches!(error, BlobError::BucketMissing { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn a_wrong_secret_is_named() {
    let server = server();
    let store = with_keys(&server, server.access_key_id(), "not-the-secret-of-this-key-at-all").await;
    for error in failures(store.as_ref()).await {
        let BlobError::CredentialsRefused { reason, .. } = error else { panic!("{error:?}") };
        assert!(reason.contains("secret key"), "{reason}");
    }
}

#[tokio::test]
async fn an_unknown_key_is_named() {
    let server = server();
    let store = with_keys(&server, "AKIANOBODYKNOWSTHIS0", "secret").await;
    for error in failures(store.as_ref()).await {
        let BlobError::CredentialsRefused { reason, .. } = error else { panic!("{error:?}") };
        assert!(reason.contains("does not know the access key"), "{reason}");
    }
}

#[tokio::test]
async fn who_may_only_read_is_told_so_and_can_read() {
    let server = server();
    let store = stores_of(server.reader_environment(), 2).open(&root(&server.endpoint())).await.unwrap();
    for refused in [
        put(store.as_ref(), "a", &content(1, 10), PutOptions::CREATE).await.map(drop),
        put(store.as_ref(), "a", &content(1, 9 << 20), PutOptions::CREATE).await.map(drop),
        store.delete(&[key("a")]).await,
        store.delete(&[key("a"), key("b")]).await,
        store.probe().await.map(drop),
    ] {
        assert!(matches!(refused, Err(BlobError::PermissionDenied { .. })), "{refused:?}");
    }
    assert_eq!(store.metadata(&key("a")).await.unwrap(), None);
    assert!(listed(store.as_ref()).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unavailable_with_the_reason() {
    let server = server();
    let stores = stores(&server, 1);
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let failure = stores.open(&root(&format!("http://{nobody}"))).await.map(drop);
    let Err(error @ BlobError::Unavailable { .. }) = failure else { panic!("{failure:?}") };
    let mut source: Option<&dyn Error> = error.source();
    let mut words = String::new();
    while let Some(error) = source {
        words = format!("{words}: {error}");
        source = error.source();
    }
    assert!(words.to_lowercase().contains("connection refused"), "{words}");
}

#[tokio::test]
async fn no_error_shows_a_secret() {
    let server = server();
    let store = with_keys(&server, server.access_key_id(), "hidden-hidden-hidden").await;
    for error in failures(store.as_ref()).await {
        assert!(!format!("{error:?}").contains("hidden"), "{error:?}");
    }
}

#[tokio::test]
async fn half_a_pair_of_keys_is_refused_before_anything_is_sent() {
    let server = server();
    let variables =
        server.environment().into_iter().filter(|(name, _)| name != "AWS_SECRET_ACCESS_KEY").collect();
    let root = StorageRoot::from_canonical(root(&server.endpoint()).as_str()).unwrap();
    let refused = stores_of(variables, 2).open(&root).await.map(drop);
    assert!(matches!(refused, Err(BlobError::CredentialsUnusable { .. })), "{refused:?}");
    assert_eq!(server.requests(), []);
}
