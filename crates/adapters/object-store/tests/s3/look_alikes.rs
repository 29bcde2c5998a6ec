//! Servers that speak S3 and do not keep its promises.

use freehold_domain::StorageRoot;
use freehold_ports::blobs::{BlobError, BlobStores, PutOptions};
use freehold_test_servers::fault_proxy::{Fault, Rule};
use freehold_test_servers::s3::S3Server;

use super::ground::{
    BUCKET, content, key, listed, open, open_behind, proxy, put, root, server, stores, with_bucket,
};

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
async fn behind_a_proxy_that_drops_the_condition_nothing_is_managed() {
    let server = server();
    for header in ["If-None-Match", "If-Match"] {
        let proxy = proxy(&server).await;
        let store = open_behind(&server, &proxy, 2).await;
        proxy.arm(Rule::new(Fault::DropHeader(header)).always());
        // The header is a part of what is signed.
        let probed = store.probe().await;
        assert!(
            matches!(probed, Err(BlobError::PermissionDenied { .. } | BlobError::CredentialsRefused { .. })),
            "{header}: {probed:?}"
        );
        assert!(proxy.faults() > 0, "{header}");
        assert!(server.keys(BUCKET).is_empty(), "{header}: {:?}", server.keys(BUCKET));
    }
}

#[tokio::test]
async fn what_a_killed_probe_leaves_lies_in_the_reserved_folder_and_harms_nobody() {
    let server = server();
    let proxy = proxy(&server).await;
    let store = open_behind(&server, &proxy, 1).await;
    // As if the process ended before it could clean up.
    proxy.arm(Rule::new(Fault::Reset).method("POST").path_contains("delete").always());
    proxy.arm(Rule::new(Fault::Reset).method("DELETE").always());
    assert!(store.probe().await.is_err());
    let left = server.keys(BUCKET);
    assert!(left.len() == 1 && left[0].starts_with("data/.lamindb/.freehold-probe-"), "{left:?}");
    proxy.disarm();

    let store = open(&server).await;
    assert!(store.probe().await.unwrap().can_be_managed());
    assert!(listed(store.as_ref()).await.unwrap().is_empty(), "it is not listed");
    stores(&server, 2).remove_empty(&root(&server.endpoint())).await.unwrap();
    assert!(server.keys(BUCKET).is_empty(), "it goes with the location: {:?}", server.keys(BUCKET));
}

#[tokio::test]
async fn an_endpoint_that_names_a_bucket_leads_to_no_location() {
    let server = server();
    let inner = StorageRoot::from_canonical(&format!("s3://raw?endpoint_url={}/{BUCKET}", server.endpoint()))
        .unwrap();
    let store = stores(&server, 2).open(&inner).await;
    let probed = match store {
        Ok(store) => store.probe().await.map(drop),
        Err(error) => Err(error),
    };
    assert!(probed.is_err(), "a folder of the bucket is no bucket");
    assert!(server.keys(BUCKET).is_empty(), "{:?}", server.keys(BUCKET));
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
