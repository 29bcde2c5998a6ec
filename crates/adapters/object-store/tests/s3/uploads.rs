//! Long bodies are stored in parts.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use freehold_ports::blobs::{BlobError, ByteStream, FromBytes, PutOptions};
use freehold_test_servers::fault_proxy::{Fault, Rule};
use futures_util::{StreamExt, TryStreamExt, stream};

use super::ground::{BUCKET, content, key, open, open_behind, proxy, put, read, server};

const MIB: usize = 1 << 20;

#[tokio::test]
async fn bodies_around_the_size_of_parts_come_back_as_they_were_put() {
    let server = server();
    let store = open(&server).await;
    for length in [8 * MIB - 1, 8 * MIB, 8 * MIB + 1, 16 * MIB, 40 * MIB + 17] {
        let whole = content(length as u64, length);
        let name = format!("size/{length}");
        let pieces: Vec<_> = whole.chunks(700_001).map(|piece| Ok(whole.slice_ref(piece))).collect();
        let made = store.put(&key(&name), Box::pin(stream::iter(pieces)), PutOptions::CREATE).await.unwrap();
        assert_eq!(made.size, length as u64);
        assert!(server.content(BUCKET, &format!("data/{name}")).unwrap() == whole, "{length}");
    }
    assert!(server.unfinished_uploads(BUCKET).is_empty());
}

#[tokio::test]
async fn every_part_and_every_put_has_a_checksum() {
    let server = server();
    let store = open(&server).await;
    put(store.as_ref(), "small", &content(1, 10), PutOptions::CREATE).await.unwrap();
    put(store.as_ref(), "large", &content(1, 20 * MIB), PutOptions::CREATE).await.unwrap();
    let puts: Vec<_> = server.requests().into_iter().filter(|request| request.method == "PUT").collect();
    assert_eq!(puts.len(), 4);
    assert!(puts.iter().all(|put| put.header("x-amz-checksum-sha256").is_some()));
}

#[tokio::test]
async fn the_server_decides_at_the_end_of_an_upload_whether_a_key_is_free() {
    let server = server();
    let store = open(&server).await;
    let overtaking = Arc::clone(&store);
    let body = stream::iter([content(1, 20 * MIB)]).map(Ok).chain(stream::once(async move {
        put(overtaking.as_ref(), "a", &content(2, 10), PutOptions::CREATE).await.unwrap();
        Ok(Bytes::from_static(b"the end"))
    }));
    let made = store.put(&key("a"), Box::pin(body), PutOptions::CREATE).await;
    assert!(matches!(made, Err(BlobError::AlreadyExists { .. })), "{made:?}");
    assert_eq!(read(store.as_ref(), "a").await, content(2, 10));
    assert!(server.unfinished_uploads(BUCKET).is_empty());
}

#[tokio::test]
async fn an_upload_to_a_taken_key_is_not_even_begun() {
    let server = server();
    let store = open(&server).await;
    put(store.as_ref(), "a", &content(2, 10), PutOptions::CREATE).await.unwrap();
    let before = server.requests().len();
    put(store.as_ref(), "a", &content(1, 20 * MIB), PutOptions::CREATE).await.unwrap_err();
    assert!(server.requests()[before..].iter().all(|request| !request.is_write()));
}

#[tokio::test]
async fn a_body_that_fails_leaves_no_parts() {
    let server = server();
    let store = open(&server).await;
    let failing = stream::iter([Ok(content(1, 30 * MIB)), Err(std::io::Error::other("the disk broke"))]);
    let failed = store.put(&key("a"), Box::pin(failing), PutOptions::CREATE).await;
    assert!(
        matches!(&failed, Err(BlobError::Body { source }) if source.to_string().contains("disk")),
        "{failed:?}"
    );
    assert!(server.unfinished_uploads(BUCKET).is_empty() && server.keys(BUCKET).is_empty());
}

#[tokio::test]
async fn what_is_read_ahead_of_a_slow_server_is_bounded() {
    let server = server();
    let proxy = proxy(&server).await;
    let store = open_behind(&server, &proxy, 1).await;
    proxy.arm(Rule::new(Fault::BlackHole).method("PUT").path_contains("partNumber").always());
    let pulled = Arc::new(AtomicUsize::new(0));
    let counting = Arc::clone(&pulled);
    let piece = content(1, MIB);
    let body: ByteStream = Box::pin(stream::repeat_with(move || {
        counting.fetch_add(piece.len(), Ordering::SeqCst);
        Ok(piece.clone())
    }));
    let key = key("endless");
    let putting = store.put(&key, body, PutOptions::CREATE);
    let looking = async {
        while pulled.load(Ordering::SeqCst) < 32 * MIB {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
        pulled.load(Ordering::SeqCst)
    };
    tokio::select! {
        put = putting => panic!("{put:?}"),
        // Four parts under way, one being filled or ready, and the piece that does not fit.
        most = looking => assert!(most <= (5 * 8 + 2) * MIB, "{most}"),
    }
}

#[tokio::test]
async fn an_upload_left_behind_is_listed_and_aborted() {
    let server = server();
    let store = open(&server).await;
    let (begun, went_on) = tokio::sync::oneshot::channel::<()>();
    let waiting = stream::once(async { Ok(content(1, 9 * MIB)) }).chain(stream::once(async move {
        went_on.await.ok();
        Err(std::io::Error::other("nobody wants it any more"))
    }));
    let (putting_store, name) = (Arc::clone(&store), key("folder/left"));
    let putting =
        tokio::spawn(async move { putting_store.put(&name, Box::pin(waiting), PutOptions::CREATE).await });
    let upload = loop {
        let uploads: Vec<_> = store.unfinished_uploads().await.try_collect().await.unwrap();
        if let [upload] = uploads.as_slice() {
            break upload.clone();
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(upload.key, key("folder/left"));
    for _ in 0..2 {
        store.abort_upload(&upload).await.unwrap();
        assert!(server.unfinished_uploads(BUCKET).is_empty());
    }
    begun.send(()).ok();
    putting.await.unwrap().unwrap_err();
}

#[tokio::test]
async fn many_uploads_at_once_share_a_bound_and_all_succeed() {
    let server = server();
    let store = open(&server).await;
    let uploads = (0..12).map(|seed| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let body = FromBytes::boxed(content(seed, 20 * MIB));
            store.put(&key(&format!("many/{seed}")), body, PutOptions::CREATE).await
        })
    });
    for upload in uploads.collect::<Vec<_>>() {
        upload.await.unwrap().unwrap();
    }
    assert_eq!(server.keys(BUCKET).len(), 12);
}
