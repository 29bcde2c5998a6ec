//! Servers that speak S3 and do not keep its promises.

use freehold_ports::blobs::{BlobError, PutOptions};
use freehold_test_servers::fault_proxy::{Fault, Rule};
use freehold_test_servers::s3::S3Server;

use super::ground::{BUCKET, content, key, listed, open, open_behind, proxy, put, server, with_bucket};

#[tokio::test]
async fn a_server_that_ignores_conditions_is_found_out() {
    let server = with_bucket(S3Server::builder().ignores_conditional_writes());
    let store = open(&server).await;
    let capabilities = store.probe().await.unwrap();
    assert!(!capabilities.create_if_absent && !capabilities.compare_and_swap, "{capabilities:?}");
    assert!(capabilities.list_after_write && capabilities.case_sensitive, "{capabilities:?}");
    assert!(server.keys(BUCKET).is_empty(), "{:?}", server.keys(BUCKET));
}

#[tokio::test]
async fn without_compare_and_swap_nothing_is_replaced() {
    let server = with_bucket(S3Server::builder().ignores_conditional_writes());
    let store = open(&server).await;
    let made = put(store.as_ref(), "a", &content(1, 10), PutOptions::CREATE).await.unwrap();
    store.probe().await.unwrap();
    let replaced = store.replace(&key("a"), content(2, 10), &made.version).await;
    assert!(matches!(replaced, Err(BlobError::Unsupported { .. })), "{replaced:?}");
    let removed = store.remove(&key("a"), &made.version).await;
    assert!(matches!(removed, Err(BlobError::Unsupported { .. })), "{removed:?}");
}

#[tokio::test]
async fn a_server_that_keeps_its_promises_can_be_managed() {
    let server = server();
    assert!(open(&server).await.probe().await.unwrap().can_be_managed());
    assert!(server.keys(BUCKET).is_empty());
}

#[tokio::test]
async fn a_server_without_bulk_deletion_deletes_one_by_one() {
    let server = server();
    let proxy = proxy(&server).await;
    let store = open_behind(&server, &proxy, 2).await;
    for name in ["a", "b", "c"] {
        put(store.as_ref(), name, &content(1, 10), PutOptions::CREATE).await.unwrap();
    }
    proxy.arm(Rule::new(Fault::Status(501)).method("POST").path_contains("delete").always());
    store.delete(&[key("a"), key("b"), key("absent")]).await.unwrap();
    assert_eq!(listed(store.as_ref()).await.unwrap(), ["c"]);
}
