//! URLs that let anybody read one blob.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use freehold_ports::blobs::PutOptions;

use super::ground::{content, key, open, put, server};

/// The answer to a plain request, without any credentials.
fn get(url: &str) -> (String, Vec<u8>) {
    let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut connection = TcpStream::connect(host).unwrap();
    write!(connection, "GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let status = String::from_utf8_lossy(&answer[..end]).lines().next().unwrap().to_owned();
    (status, answer[end + 4..].to_vec())
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_the_url_can_read_the_blob() {
    let server = server();
    let store = open(&server).await;
    for name in ["a", "with space & more/100%25?.csv", "\u{e9}t\u{e9}"] {
        let whole = content(1, 1_000);
        put(store.as_ref(), name, &whole, PutOptions::CREATE).await.unwrap();
        let url = store.presigned_url(&key(name), Duration::from_mins(1)).await.unwrap().unwrap();
        let (status, body) = get(url.reveal());
        assert!(status.contains(" 200 ") && body.ends_with(&whole), "{status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_url_of_one_blob_opens_no_other() {
    let server = server();
    let store = open(&server).await;
    put(store.as_ref(), "a", &content(1, 10), PutOptions::CREATE).await.unwrap();
    put(store.as_ref(), "b", &content(2, 10), PutOptions::CREATE).await.unwrap();
    let url = store.presigned_url(&key("a"), Duration::from_mins(1)).await.unwrap().unwrap();
    let (status, _) = get(&url.reveal().replace("/data/a?", "/data/b?"));
    assert!(status.contains(" 403 "), "{status}");
}

#[tokio::test]
async fn a_url_is_never_shown_by_accident() {
    let server = server();
    let url = open(&server).await.presigned_url(&key("a"), Duration::from_mins(1)).await.unwrap().unwrap();
    assert!(!format!("{url:?}").contains("Signature"));
}
