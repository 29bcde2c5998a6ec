//! The analysis group: uses what the lab owns, and cannot change it.

use freehold_tests::{Actor, World};
use serde_json::json;

pub(super) fn links(world: &World, analysis: &Actor, lab: &Actor) {
    let before = world.places("lab-data/");
    let added = analysis.json(&["storage", "add", lab.root()]);
    assert_eq!((&added["access"], &added["instance_uid"]), (&json!("linked"), &json!(lab.uid())));
    assert_eq!(world.places("lab-data/"), before);
}

pub(super) fn transfers(world: &World, analysis: &Actor, lab: &Actor) {
    let before = world.places("lab-data/");
    analysis.run(&["transfer", "--from", &lab.registry(), "--prefix", "results/"]).ok();
    let theirs = lab.json(&["show", "results/sorted.txt"]);
    let linked = analysis.json(&["show", "results/sorted.txt"]);
    for field in ["uid", "hash", "size", "version", "created_at", "created_by", "run"] {
        assert_eq!(linked[field], theirs[field], "{field}");
    }
    assert_eq!((&linked["access"], &linked["presence"]), (&json!("linked"), &json!("present")));
    assert_eq!(analysis.get("results/sorted.txt"), lab.get("results/sorted.txt"));

    analysis.run(&["transfer", "--from", &lab.registry(), "sources/one.txt", "--copy"]).ok();
    let copied = analysis.json(&["show", "sources/one.txt"]);
    let original = lab.json(&["show", "sources/one.txt"]);
    assert_eq!((&copied["access"], &copied["uid"]), (&json!("managed"), &original["uid"]));
    let blob = format!("analysis-data/.lamindb/{}.txt", copied["uid"].as_str().unwrap());
    assert_eq!(world.content(&blob).as_deref(), Some(&b"3\n1\n2\n"[..]));
    assert_eq!(analysis.get("sources/one.txt"), b"3\n1\n2\n");
    assert_eq!(world.places("lab-data/"), before, "the source is only read");

    let again = analysis.json(&["transfer", "--from", &lab.registry(), "--prefix", "results/"]);
    let artifacts = again["transferred"].as_array().unwrap();
    assert!(artifacts.iter().all(|artifact| artifact["outcome"] == "existing"), "{again}");
}

pub(super) fn is_refused(world: &World, analysis: &Actor, lab: &Actor) {
    let before = (world.places("lab-data/"), lab.all_versions());
    world.file("mine.txt", "mine");
    let saved = analysis.run(&["save", "mine.txt", "--storage", lab.root()]);
    saved.exits(4).says("managed by instance lab/primary");
    let deleted = analysis.run(&["delete", "results/sorted.txt", "--purge", "--yes"]);
    deleted.exits(4).says("managed by instance lab/primary");
    analysis.run(&["storage", "default", lab.root()]).exits(4);
    assert_eq!((world.places("lab-data/"), lab.all_versions()), before);
}
