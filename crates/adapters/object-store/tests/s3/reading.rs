//! Reads over a bad line.

use bytes::Bytes;
use freehold_ports::blobs::{BlobError, PutOptions};
use freehold_test_servers::fault_proxy::{Fault, Rule};
use futures_util::{StreamExt, TryStreamExt};

use super::ground::{content, key, open, open_behind, proxy, put, read, server};

#[tokio::test]
async fn a_body_that_is_cut_is_read_on() {
    let server = server();
    let whole = content(1, 4 << 20);
    put(open(&server).await.as_ref(), "a", &whole, PutOptions::CREATE).await.unwrap();
    let proxy = proxy(&server).await;
    let store = open_behind(&server, &proxy, 2).await;
    proxy.arm(Rule::new(Fault::CutResponse(300_000)).method("GET").times(12));
    assert!(read(store.as_ref(), "a").await == whole);
    assert!(proxy.faults() > 1);
}

#[tokio::test]
async fn a_body_that_never_gets_on_ends_in_an_error() {
    let server = server();
    let whole = content(1, 1 << 20);
    put(open(&server).await.as_ref(), "a", &whole, PutOptions::CREATE).await.unwrap();
    let proxy = proxy(&server).await;
    let store = open_behind(&server, &proxy, 2).await;
    let reader = store.read(&key("a"), None).await.unwrap();
    drop(reader);
    proxy.arm(Rule::new(Fault::CutResponse(0)).method("GET").always());
    let failed = match store.read(&key("a"), None).await {
        Err(error) => error,
        Ok(reader) => {
            let failed = reader.body.try_collect::<Vec<Bytes>>().await.unwrap_err();
            *failed.into_inner().unwrap().downcast::<BlobError>().unwrap()
        }
    };
    assert!(matches!(failed, BlobError::Unavailable { .. }), "{failed:?}");
}

#[tokio::test]
async fn a_read_never_mixes_versions() {
    let server = server();
    let owner = open(&server).await;
    let (former, next) = (content(1, 4 << 20), content(2, 4 << 20));
    put(owner.as_ref(), "a", &former, PutOptions::CREATE).await.unwrap();
    let proxy = proxy(&server).await;
    let store = open_behind(&server, &proxy, 2).await;
    proxy.arm(Rule::new(Fault::CutResponse(1 << 20)).method("GET"));
    let mut reader = store.read(&key("a"), None).await.unwrap();
    let mut seen = reader.body.next().await.unwrap().unwrap().to_vec();
    put(owner.as_ref(), "a", &next, PutOptions::OVERWRITE).await.unwrap();
    let failed = loop {
        match reader.body.next().await {
            Some(Ok(piece)) => seen.extend_from_slice(&piece),
            Some(Err(error)) => break error,
            None => panic!("expected the read to end in an error, found {} bytes", seen.len()),
        }
    };
    assert!(former.starts_with(&seen), "{failed}");
}
