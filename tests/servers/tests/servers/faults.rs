//! What a client of S3 sees through the fault proxy.

use std::time::Duration;

use freehold_test_servers::fault_proxy::{Fault, FaultProxy, Rule};
use freehold_test_servers::s3::S3Server;
use object_store::aws::AmazonS3;
use object_store::path::Path;
use object_store::{BackoffConfig, ClientOptions, Error, ObjectStoreExt, PutMode, RetryConfig};
use object_store::{ObjectStore, PutPayload};

use crate::s3::client;

struct Setting {
    server: S3Server,
    proxy: FaultProxy,
    store: AmazonS3,
}

/// A store behind a proxy that retries at once, so many times.
async fn setting(retries: usize) -> Setting {
    let server = S3Server::start().await;
    server.create_bucket("bucket");
    let proxy = FaultProxy::start(server.endpoint()).await;
    let backoff = BackoffConfig {
        init_backoff: Duration::from_millis(1),
        max_backoff: Duration::from_millis(5),
        base: 2.0,
    };
    let store = client(&server, "bucket")
        .with_endpoint(proxy.endpoint())
        .with_client_options(ClientOptions::new().with_allow_http(true).with_timeout(Duration::from_secs(2)))
        .with_retry(RetryConfig { backoff, max_retries: retries, retry_timeout: Duration::from_secs(20) })
        .build()
        .unwrap();
    Setting { server, proxy, store }
}

#[tokio::test]
async fn without_a_rule_nothing_changes() {
    let Setting { server, proxy: _proxy, store } = setting(0).await;
    let path = Path::from("key");
    let bytes = vec![7; 3 * 1024 * 1024];
    store.put(&path, PutPayload::from(bytes.clone())).await.unwrap();
    assert_eq!(store.get(&path).await.unwrap().bytes().await.unwrap(), bytes);
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_reset_reaches_no_server() {
    let Setting { server, proxy, store } = setting(0).await;
    proxy.arm(Rule::new(Fault::Reset));
    let _ = store.put(&Path::from("key"), "bytes".into()).await.unwrap_err();
    assert!(server.requests().is_empty());
    assert_eq!(proxy.faults(), 1);
}

#[tokio::test]
async fn a_lost_response_makes_a_success_look_like_a_defeat() {
    let Setting { server, proxy, store } = setting(3).await;
    proxy.arm(Rule::new(Fault::LoseResponse).method("PUT").path_contains("claim"));
    let put = store.put_opts(&Path::from("claim"), "ours".into(), PutMode::Create.into()).await;
    let error = put.unwrap_err();
    assert!(matches!(error, Error::AlreadyExists { .. } | Error::Generic { .. }), "{error}");
    assert_eq!(server.content("bucket", "claim").unwrap(), "ours");
}

#[tokio::test]
async fn a_request_that_is_cut_stores_nothing() {
    let Setting { server, proxy, store } = setting(0).await;
    proxy.arm(Rule::new(Fault::CutRequest(1000)));
    let _ = store.put(&Path::from("key"), vec![7; 100_000].into()).await.unwrap_err();
    assert!(server.keys("bucket").is_empty());
}

#[tokio::test]
async fn a_response_that_is_cut_breaks_the_read() {
    let Setting { server: _server, proxy, store } = setting(0).await;
    let path = Path::from("key");
    store.put(&path, vec![7; 1_000_000].into()).await.unwrap();
    proxy.arm(Rule::new(Fault::CutResponse(1000)).method("GET"));
    let read = async { store.get(&path).await?.bytes().await };
    assert!(read.await.is_err());
}

#[tokio::test]
async fn a_storm_of_503_passes_if_retries_outlast_it() {
    let Setting { server, proxy, store } = setting(5).await;
    proxy.arm(Rule::new(Fault::Status(503)).times(4));
    store.put(&Path::from("key"), vec![7; 1_000_000].into()).await.unwrap();
    assert_eq!((proxy.requests().len(), server.requests().len()), (5, 1));
}

#[tokio::test]
async fn a_storm_that_lasts_ends_in_an_error() {
    let Setting { server: _server, proxy, store } = setting(2).await;
    proxy.arm(Rule::new(Fault::Status(503)).always());
    let error = store.put(&Path::from("key"), "bytes".into()).await.unwrap_err();
    assert!(error.to_string().contains("503"), "{error}");
}

#[tokio::test]
async fn a_black_hole_reaches_no_server() {
    let Setting { server, proxy, store } = setting(0).await;
    proxy.arm(Rule::new(Fault::BlackHole));
    let _ = store.put(&Path::from("key"), "bytes".into()).await.unwrap_err();
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn latency_delays_and_changes_nothing() {
    let Setting { server, proxy, store } = setting(0).await;
    proxy.arm(Rule::new(Fault::Latency(Duration::from_millis(20))));
    store.put(&Path::from("key"), "bytes".into()).await.unwrap();
    assert_eq!(server.keys("bucket"), ["key"]);
}

#[tokio::test]
async fn an_outage_lets_nothing_through() {
    let Setting { server, proxy, store } = setting(2).await;
    let _outage = proxy.outage();
    let _ = store.put(&Path::from("key"), "bytes".into()).await.unwrap_err();
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn after_an_outage_everything_works_again() {
    let Setting { server, proxy, store } = setting(0).await;
    drop(proxy.outage());
    store.put(&Path::from("key"), "bytes".into()).await.unwrap();
    assert_eq!(server.keys("bucket"), ["key"]);
}

#[tokio::test]
async fn only_the_part_that_is_named_is_befallen() {
    let Setting { server, proxy, store } = setting(0).await;
    proxy.arm(Rule::new(Fault::Reset).path_contains("partNumber=2").always());
    let mut upload = store.put_multipart(&Path::from("key")).await.unwrap();
    upload.put_part(vec![1; 5 * 1024 * 1024].into()).await.unwrap();
    let _ = upload.put_part("last".into()).await.unwrap_err();
    assert_eq!(server.unfinished_uploads("bucket"), ["key"]);
}
