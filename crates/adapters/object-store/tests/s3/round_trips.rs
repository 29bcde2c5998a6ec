//! How many requests things take.

use freehold_domain::BlobKey;
use freehold_ports::blobs::{BlobStores, PutOptions};
use freehold_test_servers::s3::S3Server;

use super::ground::{content, key, listed, open, put, read, root, server, stores};

/// The methods of all requests after the first `before`.
fn methods(server: &S3Server, before: usize) -> Vec<String> {
    server.requests()[before..].iter().map(|request| request.method.clone()).collect()
}

#[tokio::test]
async fn a_bucket_is_asked_for_its_region_once() {
    let server = server();
    let stores = stores(&server, 2);
    for _ in 0..5 {
        stores.open(&root(&server.endpoint())).await.unwrap();
    }
    assert_eq!(methods(&server, 0), ["HEAD"]);
}

#[tokio::test]
async fn a_claim_takes_two_round_trips() {
    let server = server();
    let store = open(&server).await;
    let before = server.requests().len();
    let claim = BlobKey::claim();
    let made = put(store.as_ref(), claim.as_str(), &content(1, 200), PutOptions::CREATE).await.unwrap();
    assert_eq!(methods(&server, before), ["PUT", "HEAD"]);
    let before = server.requests().len();
    let replaced = store.replace(&claim, content(2, 200), &made.version).await.unwrap();
    assert_eq!(methods(&server, before), ["PUT", "HEAD"]);
    let before = server.requests().len();
    store.remove(&claim, &replaced.version).await.unwrap();
    assert_eq!(methods(&server, before), ["DELETE"]);
}

#[tokio::test]
async fn a_defeat_is_looked_at_before_it_is_believed() {
    let server = server();
    let store = open(&server).await;
    put(store.as_ref(), "a", &content(1, 200), PutOptions::CREATE).await.unwrap();
    let before = server.requests().len();
    put(store.as_ref(), "a", &content(2, 200), PutOptions::CREATE).await.unwrap_err();
    assert_eq!(methods(&server, before), ["PUT", "HEAD"]);
}

#[tokio::test]
async fn reading_takes_one_round_trip() {
    let server = server();
    let store = open(&server).await;
    put(store.as_ref(), "a", &content(1, 200_000), PutOptions::CREATE).await.unwrap();
    let before = server.requests().len();
    read(store.as_ref(), "a").await;
    store.metadata(&key("a")).await.unwrap();
    store.metadata(&key("absent")).await.unwrap();
    listed(store.as_ref()).await.unwrap();
    assert_eq!(methods(&server, before), ["GET", "HEAD", "HEAD", "GET"]);
}

#[tokio::test]
async fn many_are_deleted_in_one_request_for_each_thousand() {
    let server = server();
    let store = open(&server).await;
    let before = server.requests().len();
    let keys: Vec<_> = (0..2_001).map(|number| key(&format!("many/{number}"))).collect();
    store.delete(&keys).await.unwrap();
    assert_eq!(methods(&server, before), ["POST", "POST", "POST"]);
}
