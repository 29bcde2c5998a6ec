//! Servers that speak the protocol of Google Cloud Storage and do not keep its promises.

use freehold_test_servers::fault_proxy::{Fault, Rule};
use freehold_test_servers::gcs::GcsServer;

use super::ground::{BUCKET, open, open_at, proxy, server};

#[tokio::test]
async fn a_server_that_ignores_conditions_is_found_out() {
    let server = GcsServer::builder().ignores_conditional_writes().launch();
    server.create_bucket(BUCKET);
    let capabilities = open(&server).await.probe().await.unwrap();
    assert!(!capabilities.create_if_absent && !capabilities.compare_and_swap, "{capabilities:?}");
    assert!(capabilities.list_after_write && capabilities.case_sensitive, "{capabilities:?}");
    assert!(server.keys(BUCKET).is_empty(), "{:?}", server.keys(BUCKET));
}

#[tokio::test]
async fn a_proxy_that_drops_the_condition_is_found_out() {
    let server = server();
    let proxy = proxy(&server).await;
    proxy.arm(Rule::new(Fault::DropHeader("x-goog-if-generation-match")).always());
    let capabilities = open_at(&server, &proxy.endpoint()).await.probe().await.unwrap();
    assert!(!capabilities.create_if_absent && !capabilities.compare_and_swap, "{capabilities:?}");
    assert!(server.keys(BUCKET).is_empty(), "{:?}", server.keys(BUCKET));
}

#[tokio::test]
async fn a_server_that_keeps_its_promises_can_be_managed() {
    let server = server();
    assert!(open(&server).await.probe().await.unwrap().can_be_managed());
    assert!(server.keys(BUCKET).is_empty());
}
