//! URLs that let whoever has them read one blob for some time.

use std::io::{Read, Write};
use std::net::TcpStream;

use freehold_tests::{Actor, BUCKET, StorageKind, World};

use super::on_both_clouds::on_both_clouds;

on_both_clouds! {
    a_presigned_url_opens_the_blob_to_anybody,
    without_credentials_there_is_nothing_to_sign_with,
}

/// The status and the body of what lies at a plain `http` URL.
fn fetch(url: &str) -> (u16, Vec<u8>) {
    let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    write!(stream, "GET /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(answer[..end].to_vec()).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer.split_off(end + 4))
}

fn saved(world: &World) -> Actor {
    let lab = world.actor("lab/primary", "lab-data");
    world.file("a.txt", "for everybody, for an hour");
    lab.run(&["save", "a.txt"]).ok();
    lab
}

fn a_presigned_url_opens_the_blob_to_anybody(storage: StorageKind) {
    let world = World::of(storage);
    let lab = saved(&world);
    let plain = lab.run(&["path", "a.txt"]).ok().line().to_owned();
    assert!(plain.starts_with(&world.root("lab-data/.lamindb/")), "{plain}");
    let url = lab.run(&["path", "a.txt", "--presign", "1h"]).ok().line().to_owned();
    assert_eq!(fetch(&url), (200, b"for everybody, for an hour".to_vec()));
    let (status, _) = fetch(url.split('?').next().unwrap());
    assert!([401, 403].contains(&status), "{status}: without the signature nobody is let in");
    let json = lab.json(&["path", "a.txt", "--presign", "30m"]).to_string();
    assert!(json.contains("http://"), "{json}");
    lab.run(&["path", "a.txt", "--presign", "8d"]).exits(2);
}

#[test]
fn a_local_file_has_no_url() {
    let world = World::of(StorageKind::Local);
    let answer = saved(&world).run(&["path", "a.txt", "--presign", "1h"]);
    assert!([2, 4].contains(&answer.status), "{answer:#?}");
}

fn without_credentials_there_is_nothing_to_sign_with(storage: StorageKind) {
    let world = World::of(storage);
    let cloud = world.cloud();
    cloud.put(BUCKET, "plates/0.csv", b"plate 0");
    cloud.make_public(BUCKET);
    let reader = world.sandbox().shell(".reader").with_all(cloud.anonymous_environment());
    reader.run(&["init", "--storage", "./reader-data", "--owner", "reader"]).ok();
    reader.run(&["storage", "add", &cloud.root("plates"), "--link"]).ok();
    reader.run(&["save", &cloud.root("plates/0.csv")]).ok();
    let answer = reader.run(&["path", "0.csv", "--presign", "1h"]);
    assert_ne!(answer.status, 0, "{answer:#?}");
    answer.says("credentials");
}
