//! Who believes in a claim that is not there any more writes nothing: every managed write reads the claim first.

use std::path::Path;

use freehold_tests::{Actor, StorageKind, World};
use serde_json::Value;

use super::on_every_storage::on_every_storage;

on_every_storage! {
    a_copied_database_writes_nothing,
    a_database_restored_from_before_a_hand_over_writes_nothing,
    a_claim_removed_by_hand_refuses_every_write,
    a_claim_replaced_by_hand_refuses_every_write,
    a_claim_of_a_later_epoch_refuses_every_write,
}

const CLAIM: &str = "lab-data/.lamindb/storage_uid.txt";

/// A lab whose registry lies apart from its storage, in `registry.db`.
fn lab(world: &World) -> Actor {
    let shell = world.shell("lab");
    let root = world.root("lab-data");
    let database = format!("sqlite://{}", world.path("registry.db").display());
    let init = ["init", "--storage", &root, "--owner", "lab", "--name", "primary", "--db", &database];
    shell.run(&init).ok();
    world.file("a.csv", "1");
    shell.run(&["save", "a.csv"]).ok();
    world.file("b.csv", "2");
    Actor::of(shell, "lab/primary", root)
}

fn copy(world: &World, from: &str, to: &str) {
    std::fs::copy(world.path(from), world.path(to)).unwrap();
}

/// Every way of writing is refused before a byte moves, and says why.
#[track_caller]
fn writes_nothing(world: &World, lab: &Actor, why: &[&str]) {
    let before = contents(world);
    let commands: [&[&str]; 3] =
        [&["save", "b.csv"], &["save", "b.csv", "--key", "a.csv"], &["delete", "a.csv", "--purge", "--yes"]];
    for command in commands {
        let answer = why.iter().fold(lab.run(command).exits(4), |answer, word| answer.says(word));
        answer.says("freehold ");
        assert_eq!(contents(world), before, "{command:?}");
    }
    let listed = lab.json(&["list", "--all-versions"]);
    let keys: Vec<&Value> = listed.as_array().unwrap().iter().map(|artifact| &artifact["key"]).collect();
    assert_eq!(keys, ["a.csv"]);
}

/// Every blob with its bytes, but those of a registry.
fn contents(world: &World) -> Vec<(String, Option<Vec<u8>>)> {
    let places = world.places("lab-data/").into_iter();
    places.map(|place| (place.clone(), world.content(&place))).collect()
}

fn a_copied_database_writes_nothing(storage: StorageKind) {
    let world = World::of(storage);
    let lab = lab(&world);
    copy(&world, "registry.db", "copy.db");
    let url = format!("sqlite://{}", world.path("copy.db").display());
    let copied =
        Actor::of(lab.shell().clone().with("FREEHOLD_INSTANCE", &url), lab.slug(), lab.root().to_owned());
    let text = String::from_utf8(world.content(CLAIM).unwrap()).unwrap();
    let fingerprint = text.lines().find_map(|line| line.strip_prefix("freehold_database=")).unwrap();
    writes_nothing(&world, &copied, &[fingerprint, "copy", "--moved"]);
    copied.run(&["storage", "add", &world.root("lab-data")]).exits(4);
    lab.run(&["save", "b.csv"]).ok();
}

fn a_database_restored_from_before_a_hand_over_writes_nothing(storage: StorageKind) {
    let world = World::of(storage);
    let (lab, analysis) = (lab(&world), world.actor("analysis/derived", "analysis-data"));
    let extra = world.root("extra");
    lab.run(&["storage", "add", &extra]).ok();
    copy(&world, "registry.db", "backup.db");
    let receiver = analysis.json(&["info"])["id"].as_str().unwrap().to_owned();
    lab.run(&["storage", "hand-over", &extra, "--to", &receiver, "--yes"]).ok();
    assert_eq!(analysis.json(&["storage", "add", &extra])["access"], "managed");
    copy(&world, "backup.db", "registry.db");
    let before = world.places("extra/");
    let answer = lab.run(&["save", "b.csv", "--storage", &extra]).exits(4);
    answer.says(&analysis.uid()).says(&lab.uid()).says("freehold storage add");
    assert_eq!(world.places("extra/"), before);
    analysis.run(&["save", "b.csv", "--storage", &extra]).ok();
}

fn a_claim_removed_by_hand_refuses_every_write(storage: StorageKind) {
    let world = World::of(storage);
    let lab = lab(&world);
    remove(&world, CLAIM);
    writes_nothing(&world, &lab, &["the claim in it is gone", "freehold storage add"]);
    lab.run(&["storage", "add", lab.root()]).ok();
    lab.run(&["save", "b.csv"]).ok();
}

fn a_claim_replaced_by_hand_refuses_every_write(storage: StorageKind) {
    let world = World::of(storage);
    let (lab, analysis) = (lab(&world), world.actor("analysis/derived", "analysis-data"));
    lab.run(&["storage", "add", &world.root("lab-other")]).ok();
    let ours = world.content(CLAIM).unwrap();
    world.put(CLAIM, &world.content("analysis-data/.lamindb/storage_uid.txt").unwrap());
    writes_nothing(&world, &lab, &["lab-data", "analysis/derived", &analysis.uid(), &lab.uid()]);
    world.put(CLAIM, &world.content("lab-other/.lamindb/storage_uid.txt").unwrap());
    let (expected, found) = (uid_of(&lab, 0), uid_of(&lab, 1));
    writes_nothing(&world, &lab, &[&expected, &found]);
    for garbage in [b"".as_slice(), b"garbage", &ours[..ours.len() - 1]] {
        world.put(CLAIM, garbage);
        writes_nothing(&world, &lab, &["claim"]);
    }
    assert_eq!(analysis.json(&["storage", "list"]).as_array().unwrap().len(), 1);
    world.put(CLAIM, &ours);
    lab.run(&["save", "b.csv"]).ok();
}

fn a_claim_of_a_later_epoch_refuses_every_write(storage: StorageKind) {
    let world = World::of(storage);
    let lab = lab(&world);
    copy(&world, "registry.db", "backup.db");
    remove(&world, CLAIM);
    lab.run(&["storage", "add", lab.root()]).ok();
    copy(&world, "backup.db", "registry.db");
    writes_nothing(&world, &lab, &["epoch 2"]);
}

/// The uid of one of the locations, in the order in which they were added.
fn uid_of(lab: &Actor, number: usize) -> String {
    let mut listed = lab.json(&["storage", "list"]).as_array().unwrap().clone();
    listed.sort_by_key(|location| location["id"].as_i64());
    listed[number]["uid"].as_str().unwrap().to_owned()
}

/// Removes bytes without Freehold's help.
fn remove(world: &World, place: &str) {
    let local: &Path = &world.path(place);
    if local.exists() {
        std::fs::remove_file(local).unwrap();
    } else {
        world.cloud().delete(freehold_tests::BUCKET, place);
    }
}
