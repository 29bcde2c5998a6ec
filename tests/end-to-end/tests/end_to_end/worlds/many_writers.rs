//! Many processes ingest into one instance on Postgres and one bucket at once.

use std::collections::{BTreeMap, BTreeSet};

use freehold_tests::{DatabaseKind, StorageKind, World};
use serde_json::Value;

const WRITERS: usize = 8;
/// Files of each writer under keys that nobody else uses.
const OWN: usize = 20;
/// Files of each writer under keys that everybody uses.
const SHARED: usize = 5;

fn text<'value>(value: &'value Value, field: &str) -> &'value str {
    value[field].as_str().unwrap_or_else(|| panic!("no text {field} in {value}"))
}

/// The bytes that a writer saves under a key. Sizes differ, and some go beyond a single small request.
fn content(writer: usize, key: &str) -> Vec<u8> {
    format!("{key} by writer {writer}; ").repeat(1 + writer * 997 + key.len()).into_bytes()
}

fn write_at_once(storage: StorageKind) {
    let world = World::new(DatabaseKind::Postgres, storage);
    let lab = world.actor("lab/primary", "lab-data");
    let mut expected: BTreeMap<String, BTreeSet<Vec<u8>>> = BTreeMap::new();
    for writer in 0..WRITERS {
        let own = (0..OWN).map(|number| format!("own-{writer}/{number}.txt"));
        for key in own.chain((0..SHARED).map(|number| format!("shared/{number}.txt"))) {
            let content = content(writer, &key);
            world.file(&format!("writer-{writer}/{key}"), &content);
            expected.entry(key).or_default().insert(content);
        }
    }
    let running: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let shell = (*lab).clone().at(&world.path(&format!("writer-{writer}")));
            shell.start(&["save", &format!("./own-{writer}"), "./shared", "--json"])
        })
        .collect();
    for writer in running {
        assert_eq!(writer.answer().ok().json().as_array().unwrap().len(), OWN + SHARED);
    }

    let mut found: BTreeMap<String, BTreeSet<Vec<u8>>> = BTreeMap::new();
    let mut families: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for artifact in lab.all_versions() {
        let blob = format!("lab-data/{}", text(&artifact["location"], "key"));
        let bytes = world.content(&blob).unwrap_or_else(|| panic!("no bytes of {artifact}"));
        assert_eq!(text(&artifact, "hash"), blake3::hash(&bytes).to_hex().as_str());
        assert_eq!(artifact["size"], bytes.len());
        let key = text(&artifact, "key").to_owned();
        found.entry(key.clone()).or_default().insert(bytes);
        families.entry(key).or_default().push(artifact);
    }
    assert_eq!(found, expected, "every file is there, under its key");
    for (key, versions) in &families {
        let stems: BTreeSet<&str> = versions.iter().map(|version| &text(version, "uid")[..16]).collect();
        let numbers: BTreeSet<&str> = versions.iter().map(|version| text(version, "version")).collect();
        let latest: Vec<&Value> = versions.iter().filter(|version| version["is_latest"] == true).collect();
        assert_eq!((stems.len(), latest.len()), (1, 1), "{key} is one family with one head");
        assert_eq!(numbers.len(), versions.len(), "{key}: each version has its number");
        assert_eq!(numbers.last(), Some(&text(latest[0], "version")), "{key}: the head is the highest");
    }
    for version in &families["shared/0.txt"] {
        assert_eq!(blake3::hash(&lab.get(text(version, "uid"))).to_hex().as_str(), text(version, "hash"));
    }
    let blobs = world.places("lab-data/").len();
    assert_eq!(blobs, 1 + WRITERS * (OWN + SHARED), "the claim, and one blob for each artifact");
    assert_eq!(world.cloud().unfinished_uploads(freehold_tests::BUCKET), Vec::<String>::new());
}

#[test]
fn eight_processes_that_ingest_into_one_bucket_of_s3_lose_nothing() {
    write_at_once(StorageKind::S3);
}

#[test]
fn eight_processes_that_ingest_into_one_bucket_of_gcs_lose_nothing() {
    write_at_once(StorageKind::Gs);
}
