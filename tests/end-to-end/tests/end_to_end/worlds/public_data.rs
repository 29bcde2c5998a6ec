//! Public data that somebody else keeps: linked, registered where it lies, and read, without credentials and without a trace.

use freehold_test_servers::LoggedRequest;
use freehold_tests::{Cloud, Shell, StorageKind, World};
use serde_json::json;

use super::on_both_clouds::on_both_clouds;

on_both_clouds! {
    a_public_bucket_is_read_and_never_written,
    objects_are_registered_by_their_entity_tags,
    a_bucket_that_may_only_be_read_becomes_linked_and_the_reason_is_said,
}

const BUCKET: &str = "open-data";

/// A world with a public bucket, and somebody without credentials who has a local instance.
fn open_data(storage: StorageKind) -> (World, Shell) {
    let world = World::of(storage);
    let cloud = world.cloud();
    cloud.create_bucket(BUCKET);
    for number in 0..3 {
        cloud.put(BUCKET, &format!("plates/{number}.csv"), format!("plate {number}").as_bytes());
    }
    cloud.put(BUCKET, "elsewhere.txt", b"not asked for");
    cloud.make_public(BUCKET);
    let reader = world.sandbox().shell(".reader").with_all(cloud.anonymous_environment());
    reader.run(&["init", "--storage", "./reader-data", "--owner", "reader"]).ok();
    (world, reader)
}

fn writes(cloud: &Cloud, from: usize) -> Vec<LoggedRequest> {
    cloud.requests().into_iter().skip(from).filter(LoggedRequest::is_write).collect()
}

fn a_public_bucket_is_read_and_never_written(storage: StorageKind) {
    let (world, reader) = open_data(storage);
    let cloud = world.cloud();
    let (root, from, keys) = (cloud.root_in(BUCKET, ""), cloud.requests().len(), cloud.keys(BUCKET));
    let added = reader.json(&["storage", "add", &root, "--link"]);
    assert_eq!((&added["access"], &added["instance_uid"]), (&json!("linked"), &json!(null)));

    let saved = reader.json(&["save", &cloud.root_in(BUCKET, "plates/")]);
    let saved = saved.as_array().unwrap();
    assert_eq!(saved.len(), 3);
    for (number, artifact) in saved.iter().enumerate() {
        let content = format!("plate {number}");
        assert_eq!(artifact["hash_algorithm"], "blake3");
        assert_eq!(artifact["hash"], blake3::hash(content.as_bytes()).to_hex().as_str());
        assert_eq!(artifact["location"], json!({"kind": "in_place", "key": format!("plates/{number}.csv")}));
    }
    let got = reader.run(&["get", "plates/1.csv", "--output", "-"]).ok();
    assert_eq!(got.stdout, "plate 1");
    assert_eq!(reader.json(&["show", "plates/2.csv"])["presence"], "present");
    let again = reader.json(&["save", &cloud.root_in(BUCKET, "plates/")]);
    assert!(again.as_array().unwrap().iter().all(|artifact| artifact["outcome"] == "existing"), "{again}");

    reader.run(&["save", "settings.txt", "--storage", &root]).exits(3);
    world.file("mine.txt", "mine");
    reader.run(&["save", "mine.txt", "--storage", &root]).exits(4);
    reader.run(&["delete", "plates/1.csv", "--purge", "--with-file", "--yes"]).exits(4);
    reader.run(&["instance", "delete", "--purge", "--yes"]).ok();
    assert_eq!(writes(cloud, from), [], "nothing but reading");
    assert_eq!(cloud.keys(BUCKET), keys);
}

fn objects_are_registered_by_their_entity_tags(storage: StorageKind) {
    let (world, reader) = open_data(storage);
    let cloud = world.cloud();
    let from = cloud.requests().len();
    reader.run(&["storage", "add", &cloud.root_in(BUCKET, ""), "--link"]).ok();
    let saved = reader.json(&["save", &cloud.root_in(BUCKET, "plates/"), "--trust-etag"]);
    let saved = saved.as_array().unwrap();
    assert_eq!(saved.len(), 3);
    assert!(saved.iter().all(|artifact| artifact["hash_algorithm"] == "etag"), "{saved:?}");
    let read: Vec<LoggedRequest> = cloud
        .requests()
        .into_iter()
        .skip(from)
        .filter(|request| request.method == "GET" && request.path.contains("csv"))
        .collect();
    assert_eq!(read, [], "an entity tag is trusted without reading");
    assert_eq!(reader.run(&["get", "plates/0.csv", "--output", "-"]).ok().stdout, "plate 0");

    cloud.put(BUCKET, "plates/0.csv", b"plate X");
    reader.run(&["get", "plates/0.csv", "--output", "-"]).exits(6);
}

fn a_bucket_that_may_only_be_read_becomes_linked_and_the_reason_is_said(storage: StorageKind) {
    let world = World::of(storage);
    let cloud = world.cloud();
    cloud.put(freehold_tests::BUCKET, "plates/0.csv", b"plate 0");
    let reader = world.sandbox().shell(".reader").with_all(cloud.reader_environment());
    reader.run(&["init", "--storage", "./reader-data", "--owner", "reader"]).ok();
    let root = cloud.root("plates");
    reader.run(&["storage", "add", &root]).ok().says("linked").says("not written");
    assert_eq!(reader.json(&["storage", "show", &root])["access"], "linked");
    assert_eq!(cloud.keys(freehold_tests::BUCKET), ["plates/0.csv"]);
    reader.run(&["save", &format!("{root}/0.csv")]).ok();
    assert_eq!(reader.run(&["get", "0.csv", "--output", "-"]).ok().stdout, "plate 0");
}

#[test]
fn entity_tags_are_for_clouds_alone() {
    let world = World::of(StorageKind::Local);
    let lab = world.actor("lab/primary", "lab-data");
    world.file("a.txt", "1");
    lab.run(&["save", "a.txt", "--trust-etag"]).exits(2);
    assert_eq!(lab.all_versions(), Vec::<serde_json::Value>::new());
}
