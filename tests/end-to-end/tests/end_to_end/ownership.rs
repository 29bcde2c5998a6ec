//! One manager for each place, and only the manager writes.

mod aliases;
mod careless_stores;
mod crowds;
mod damaged_claims;
mod fencing;
mod identity;
mod on_every_storage;
mod overlaps;
mod races;

use std::process::Stdio;

use freehold_tests::{Lab, Sandbox};

#[test]
fn a_place_that_another_instance_manages_becomes_linked() {
    let lab = Lab::with_analysis();
    let added = lab.analysis(&["storage", "add", "./lab-data", "--json"]).ok().json();
    let manager = lab.run(&["info", "--json"]).ok().json()["uid"].clone();
    assert_eq!((&added["access"], &added["instance_uid"]), (&"linked".into(), &manager));
}

#[test]
fn saving_to_a_linked_location_is_refused_naming_the_manager() {
    let lab = Lab::with_analysis();
    lab.analysis(&["storage", "add", "./lab-data"]).ok();
    lab.file("a.csv", "1");
    let before = lab.contents("lab-data");
    lab.analysis(&["save", "a.csv", "--storage", "./lab-data"]).exits(4).says("lab/primary");
    assert_eq!(lab.contents("lab-data"), before);
}

#[test]
fn deleting_a_linked_artifact_is_refused_naming_the_manager() {
    let lab = Lab::with_analysis();
    lab.save("a.csv", "1");
    lab.analysis(&["transfer", "--from", "lab/primary", "a.csv"]).ok();
    let before = lab.contents("lab-data");
    lab.analysis(&["delete", "a.csv", "--yes"]).exits(4).says("lab/primary");
    lab.analysis(&["delete", "a.csv", "--purge", "--yes"]).exits(4).says("lab/primary");
    assert_eq!(lab.contents("lab-data"), before);
}

#[test]
fn a_claim_removed_or_damaged_by_hand_refuses_writing() {
    let lab = Lab::new();
    lab.file("a.csv", "1");
    let claim = lab.path("lab-data/.lamindb/storage_uid.txt");
    let text = std::fs::read_to_string(&claim).unwrap();
    for damaged in [
        None,
        Some(text[..text.len() - 1].to_owned()),
        Some(text.replace("epoch=1", "epoch=2")),
        Some(String::new()),
    ] {
        match &damaged {
            Some(content) => std::fs::write(&claim, content).unwrap(),
            None => std::fs::remove_file(&claim).unwrap(),
        }
        lab.run(&["save", "a.csv"]).exits(4).says("claim");
        assert_eq!(lab.run(&["list", "--json"]).ok().json(), serde_json::json!([]), "{damaged:?}");
    }
    std::fs::write(&claim, text).unwrap();
    lab.run(&["save", "a.csv"]).ok();
}

#[test]
fn an_unreadable_claim_is_never_ours_and_never_overwritten() {
    let lab = Lab::new();
    let claim = lab.file("other/.lamindb/storage_uid.txt", "");
    lab.run(&["storage", "add", "./other"]).exits(4).says("--link");
    lab.run(&["storage", "add", "./other", "--link"]).ok();
    assert_eq!(std::fs::read_to_string(&claim).unwrap(), "");
    Sandbox::new().run(&["init", "--storage", lab.path("other").to_str().unwrap()]).exits(4);
    assert_eq!(std::fs::read_to_string(&claim).unwrap(), "");
}

#[test]
fn a_claim_of_lamindb_is_honoured() {
    let lab = Lab::new();
    let content = "nUYsCWitlepu\ncreation info:\ninstance_slug=anonymous/mydata\ninstance_id=3fae3ac9c7685a6396f2d619d4a5b2bf\ninstance_uid=186kfOVJd0dZ";
    let claim = lab.file("other/.lamindb/storage_uid.txt", content);
    let added = lab.run(&["storage", "add", "./other", "--json"]).ok().json();
    assert_eq!(added["access"], "linked");
    assert_eq!((&added["uid"], &added["instance_uid"]), (&"nUYsCWitlepu".into(), &"186kfOVJd0dZ".into()));
    assert_eq!(std::fs::read_to_string(claim).unwrap(), content);
}

#[test]
fn of_many_instances_that_race_for_a_place_one_becomes_its_manager() {
    let sandbox = Sandbox::new();
    let names: Vec<String> = (0..6).map(|number| format!("racer{number}")).collect();
    for name in &names {
        sandbox.run(&["init", "--storage", &format!("./{name}"), "--owner", "lab"]).ok();
    }
    for round in 0..5 {
        let place = format!("./place{round}");
        let children: Vec<_> = names
            .iter()
            .map(|name| {
                let slug = format!("lab/{name}");
                let mut command = sandbox.command(&["--instance", &slug, "storage", "add", &place, "--json"]);
                command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
            })
            .collect();
        let mut managers = 0;
        for child in children {
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
            managers += usize::from(answer["access"] == "managed");
        }
        assert_eq!(managers, 1, "round {round}");
    }
}
