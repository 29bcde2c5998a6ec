//! The lab: owns locations, saves, traces what its programs do.

use freehold_tests::{Actor, World, freehold};
use serde_json::{Value, json};

/// The sources that the lab begins with.
const SOURCES: [(&str, &str); 4] = [
    ("sources/one.txt", "3\n1\n2\n"),
    ("sources/two.txt", "6\n5\n4\n"),
    ("sources/deep/three.txt", "9\n8\n7\n"),
    ("sources/empty.txt", ""),
];

fn one(values: &Value, is_meant: impl Fn(&Value) -> bool) -> &Value {
    values
        .as_array()
        .unwrap()
        .iter()
        .find(|value| is_meant(value))
        .unwrap_or_else(|| panic!("none in {values}"))
}

pub(super) fn owns_locations(world: &World, lab: &Actor) {
    let archive = world.root("lab-archive");
    let added = lab.json(&["storage", "add", &archive, "--description", "where things lie"]);
    assert_eq!((&added["access"], &added["is_default"]), (&json!("managed"), &json!(false)));
    let listed = lab.json(&["storage", "list"]);
    assert_eq!(listed.as_array().unwrap().len(), 2);
    assert!(listed.as_array().unwrap().iter().all(|storage| storage["access"] == "managed"), "{listed}");
    lab.run(&["storage", "default", &archive]).ok();
    assert_eq!(lab.json(&["storage", "default"])["uid"], added["uid"]);
    lab.run(&["storage", "default", lab.root()]).ok();
    for place in ["lab-data", "lab-archive"] {
        let claim =
            String::from_utf8(world.content(&format!("{place}/.lamindb/storage_uid.txt")).unwrap()).unwrap();
        assert!(claim.contains("instance_slug=lab/primary"), "{claim}");
    }
}

pub(super) fn saves_a_folder(world: &World, lab: &Actor) {
    for (name, content) in SOURCES {
        world.file(name, content);
    }
    let saved = lab.json(&["save", "./sources"]);
    assert_eq!(saved.as_array().unwrap().len(), SOURCES.len());
    assert!(saved.as_array().unwrap().iter().all(|artifact| artifact["outcome"] == "created"), "{saved}");
    for (name, content) in SOURCES {
        assert_eq!(lab.get(name), content.as_bytes(), "{name}");
    }
    let listed = lab.json(&["list", "--prefix", "sources/deep/"]);
    assert_eq!(listed.as_array().unwrap().len(), 1);
    let again = lab.json(&["save", "./sources"]);
    assert!(again.as_array().unwrap().iter().all(|artifact| artifact["outcome"] == "existing"), "{again}");
}

pub(super) fn traces_a_program(world: &World, lab: &Actor) {
    let script = "set -e\n\
        freehold get --quiet sources/one.txt --output - > all.txt\n\
        freehold get --quiet sources/two.txt --output - >> all.txt\n\
        sort all.txt > sorted.txt\n\
        freehold save --quiet sorted.txt --key results/sorted.txt\n";
    let path = std::env::join_paths(
        std::iter::once(freehold().parent().unwrap().to_owned())
            .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
    )
    .unwrap();
    world.file("sort.sh", script);
    let shell = (**lab).clone().with("PATH", path.to_str().unwrap());
    shell.run(&["run", "exec", "--transform", "sort.sh", "--param", "order=up", "--", "sh", "sort.sh"]).ok();
    let runs = lab.json(&["run", "list"]);
    let run = one(&runs, |run| run["transform"]["key"] == "sort.sh");
    let shown = lab.json(&["run", "show", run["uid"].as_str().unwrap()]);
    assert_eq!((&shown["status"], &shown["params"]["order"]), (&json!("completed"), &json!("up")));
    let keys = |side: &str| -> Vec<Value> {
        shown[side].as_array().unwrap().iter().map(|artifact| artifact["key"].clone()).collect()
    };
    assert_eq!((keys("inputs").len(), keys("outputs")), (2, vec![json!("results/sorted.txt")]));
    assert_eq!(lab.get("results/sorted.txt"), b"1\n2\n3\n4\n5\n6\n");
    assert_eq!(lab.json(&["show", "results/sorted.txt"])["run"], run["uid"]);
}

pub(super) fn registers_in_place(world: &World, lab: &Actor) {
    for number in 0..3 {
        world.put(&format!("lab-archive/plates/{number}.csv"), format!("plate {number}").as_bytes());
    }
    let before = world.places("lab-archive/");
    let saved = lab.json(&["save", &format!("{}/plates", world.root("lab-archive"))]);
    let saved = saved.as_array().unwrap();
    assert_eq!(saved.len(), 3);
    assert!(saved.iter().all(|artifact| artifact["location"]["kind"] == "in_place"), "{saved:?}");
    assert_eq!(world.places("lab-archive/"), before);
    assert_eq!(lab.get("plates/1.csv"), b"plate 1");
}

pub(super) fn saves_a_new_version(world: &World, lab: &Actor) {
    world.file("notes.md", "first");
    let first = lab.json(&["save", "notes.md", "--key", "results/notes.md"])[0].clone();
    world.file("notes.md", "second");
    let second = lab.json(&["save", "notes.md", "--key", "results/notes.md"])[0].clone();
    assert_eq!(second["outcome"], "new_version");
    let (first, second) = (first["uid"].as_str().unwrap(), second["uid"].as_str().unwrap());
    assert_eq!(first[..16], second[..16]);
    let versions = lab.json(&["list", "--prefix", "results/notes.md", "--all-versions"]);
    let latest: Vec<&Value> =
        versions.as_array().unwrap().iter().filter(|version| version["is_latest"] == true).collect();
    assert_eq!((versions.as_array().unwrap().len(), latest.len()), (2, 1));
    assert_eq!(latest[0]["uid"], second);
    assert_eq!(lab.get("results/notes.md"), b"second");
    assert_eq!(lab.get(first), b"first");
    assert_eq!(lab.json(&["show", first])["presence"], "present");
}

pub(super) fn describes_a_location_under_two_runs(world: &World, lab: &Actor) {
    let archive = world.root("lab-archive");
    let runs = ["one", "two"].map(|key| {
        let run = lab.run(&["run", "start", "--transform", key]).ok().line().to_owned();
        lab.run(&["--run", &run, "storage", "update", &archive, "--description", key]).ok();
        lab.run(&["run", "finish", &run]).ok();
        run
    });
    let shown = lab.json(&["storage", "show", &archive]);
    assert_eq!(shown["description"], "two");
    assert_eq!((&shown["run"], &shown["previous_runs"]), (&json!(runs[1]), &json!([runs[0]])));
}

pub(super) fn deletes_and_restores(world: &World, lab: &Actor) {
    world.file("waste.txt", "waste");
    let saved = lab.json(&["save", "waste.txt"])[0].clone();
    let uid = saved["uid"].as_str().unwrap();
    let blob = format!("lab-data/.lamindb/{uid}.txt");
    lab.run(&["delete", "waste.txt", "--yes"]).ok();
    lab.run(&["get", "waste.txt", "--output", "-"]).exits(3);
    assert_eq!(world.content(&blob).as_deref(), Some(&b"waste"[..]));
    lab.run(&["restore", uid]).ok();
    assert_eq!(lab.get("waste.txt"), b"waste");
    lab.run(&["delete", "waste.txt", "--purge", "--yes"]).ok();
    assert_eq!(world.content(&blob), None);
    assert_eq!(lab.json(&["show", uid])["state"], "purged");
    lab.run(&["restore", uid]).exits(4);
}
