//! Uploads over a bad line: they succeed, or fail and leave nothing.

use std::time::Duration;

use bytes::Bytes;
use freehold_ports::blobs::{BlobError, PutOptions};
use freehold_test_servers::fault_proxy::{Fault, Rule};
use futures_util::{StreamExt, stream};

use super::ground::{BUCKET, content, key, open_behind, proxy, put, read, server};

const MIB: usize = 1 << 20;

#[tokio::test]
async fn parts_that_are_lost_are_sent_again() {
    let server = server();
    let proxy = proxy(&server).await;
    let store = open_behind(&server, &proxy, 4).await;
    for fault in [Fault::Reset, Fault::CutRequest(100_000), Fault::LoseResponse, Fault::Status(503)] {
        proxy.disarm();
        proxy.arm(Rule::new(fault.clone()).method("PUT").path_contains("partNumber").after(1).times(2));
        let whole = content(1, 33 * MIB);
        put(store.as_ref(), "a", &whole, PutOptions::OVERWRITE)
            .await
            .unwrap_or_else(|error| panic!("{fault:?}: {error:?}"));
        assert!(read(store.as_ref(), "a").await == whole, "{fault:?}");
    }
    assert!(server.unfinished_uploads(BUCKET).is_empty());
}

#[tokio::test]
async fn a_server_that_comes_back_in_the_middle_of_an_upload_gets_all_of_it() {
    let server = server();
    let proxy = std::sync::Arc::new(proxy(&server).await);
    let store = open_behind(&server, &proxy, 9).await;
    let whole = content(1, 64 * MIB);
    let interrupting = std::sync::Arc::clone(&proxy);
    let pieces: Vec<Bytes> = whole.chunks(MIB).map(|piece| whole.slice_ref(piece)).collect();
    let body = stream::iter(pieces).enumerate().map(move |(number, piece)| {
        if number == 30 {
            let down = interrupting.outage();
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(700)).await;
                drop(down);
            });
        }
        Ok(piece)
    });
    store.put(&key("a"), Box::pin(body), PutOptions::CREATE).await.unwrap();
    assert!(server.content(BUCKET, "data/a").unwrap() == whole);
    assert!(server.unfinished_uploads(BUCKET).is_empty());
}

#[tokio::test]
async fn a_part_that_is_never_taken_fails_the_upload_and_leaves_nothing() {
    let server = server();
    let proxy = proxy(&server).await;
    let store = open_behind(&server, &proxy, 2).await;
    proxy.arm(Rule::new(Fault::Status(500)).method("PUT").path_contains("partNumber=2").always());
    let failed = put(store.as_ref(), "a", &content(1, 40 * MIB), PutOptions::CREATE).await;
    assert!(matches!(failed, Err(BlobError::Unavailable { .. })), "{failed:?}");
    assert!(server.unfinished_uploads(BUCKET).is_empty() && server.keys(BUCKET).is_empty());
}
