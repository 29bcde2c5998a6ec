//! Long bodies are stored in parts, beneath a name of their own until they are whole.

use std::sync::Arc;

use bytes::Bytes;
use freehold_ports::blobs::{BlobError, PutOptions};
use futures_util::{StreamExt, stream};

use super::ground::{BUCKET, content, key, listed, open, put, read, server};

const MIB: usize = 1 << 20;

#[tokio::test]
async fn bodies_around_the_size_of_parts_come_back_as_they_were_put() {
    let server = server();
    let store = open(&server).await;
    for length in [8 * MIB - 1, 8 * MIB, 8 * MIB + 1, 20 * MIB + 17] {
        let name = format!("size/{length}");
        let made = put(store.as_ref(), &name, &content(1, length), PutOptions::CREATE).await.unwrap();
        assert_eq!(made.size, length as u64);
        assert_eq!(store.metadata(&key(&name)).await.unwrap(), Some(made));
        assert!(server.content(BUCKET, &format!("data/{name}")).unwrap() == content(1, length), "{length}");
    }
    assert_eq!(server.keys(BUCKET).len(), 4);
    assert!(server.unfinished_uploads(BUCKET).is_empty());
}

#[tokio::test]
async fn every_part_and_every_put_has_a_checksum() {
    let server = server();
    let store = open(&server).await;
    put(store.as_ref(), "small", &content(1, 10), PutOptions::CREATE).await.unwrap();
    put(store.as_ref(), "large", &content(1, 20 * MIB), PutOptions::CREATE).await.unwrap();
    let stored = server.requests().into_iter().filter(|request| request.method == "PUT");
    let stored: Vec<_> = stored.filter(|put| put.header("x-goog-copy-source").is_none()).collect();
    assert_eq!(stored.len(), 4);
    for put in stored {
        assert!(put.header("x-goog-hash").unwrap().starts_with("crc32c="), "{put:?}");
    }
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
    assert_eq!(read(store.as_ref(), "a").await.unwrap(), content(2, 10));
    assert!(server.unfinished_uploads(BUCKET).is_empty());
    assert_eq!(server.keys(BUCKET), ["data/a"]);
}

#[tokio::test]
async fn a_long_overwrite_replaces_what_is_there() {
    let server = server();
    let store = open(&server).await;
    let before = put(store.as_ref(), "a", &content(1, 10), PutOptions::CREATE).await.unwrap();
    let made = put(store.as_ref(), "a", &content(2, 20 * MIB), PutOptions::OVERWRITE).await.unwrap();
    assert_ne!(made.version, before.version);
    assert!(read(store.as_ref(), "a").await.unwrap() == content(2, 20 * MIB));
    assert_eq!(server.keys(BUCKET), ["data/a"]);
}

#[tokio::test]
async fn a_body_under_way_is_never_listed() {
    let server = server();
    let store = open(&server).await;
    let looking = Arc::clone(&store);
    let body = stream::iter([content(1, 20 * MIB)]).map(Ok).chain(stream::once(async move {
        assert_eq!(listed(looking.as_ref()).await.unwrap(), Vec::<String>::new());
        assert_eq!(looking.metadata(&key("a")).await.unwrap(), None);
        Ok(Bytes::from_static(b"the end"))
    }));
    store.put(&key("a"), Box::pin(body), PutOptions::CREATE).await.unwrap();
    assert_eq!(listed(store.as_ref()).await.unwrap(), ["a"]);
}

#[tokio::test]
async fn a_copy_keeps_what_people_noted_and_knows_its_own_writer() {
    use freehold_ports::blobs::BlobStores;
    let server = server();
    let store = open(&server).await;
    let answer = put(store.as_ref(), "a", &content(1, 10), PutOptions::CREATE).await.unwrap();
    let stores = super::ground::stores(&[("GOOGLE_BEARER_TOKEN", server.bearer_token())]);
    let root = super::ground::root(&server.endpoint());
    let other = stores.open(&root).await.unwrap();
    let copied = other.copy_from(&key("b"), &root, &key("a"), PutOptions::CREATE).await.unwrap().unwrap();
    assert_eq!((copied.size, copied.entity_tag), (answer.size, answer.entity_tag));
    let copy =
        server.requests().into_iter().find(|request| request.header("x-goog-copy-source").is_some()).unwrap();
    assert_eq!(copy.header("x-goog-metadata-directive"), Some("REPLACE"));
    assert_eq!(copy.header("x-goog-copy-source-generation"), Some(answer.version.0.as_str()));
    assert_eq!(copy.header("content-type"), Some("application/octet-stream"));
    let again = other.copy_from(&key("b"), &root, &key("a"), PutOptions::CREATE).await;
    assert!(matches!(again, Err(BlobError::AlreadyExists { .. })), "{again:?}");
}
