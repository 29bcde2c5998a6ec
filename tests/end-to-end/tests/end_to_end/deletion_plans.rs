//! The plan of a deletion as a document: printed, edited, carried out, refused, resumed.

use std::time::Duration;

use freehold_tests::Lab;
use serde_json::Value;

fn lab_with_data() -> Lab {
    let lab = Lab::with_analysis();
    for number in 0..10 {
        lab.save(&format!("{number}.csv"), &format!("ingested {number}"));
    }
    lab.file("lab-data/in-place.txt", "in place");
    lab.run(&["save", "lab-data/in-place.txt"]).ok();
    lab.file("lab-data/unknown.txt", "unknown");
    lab.run(&["storage", "add", "./given"]).ok();
    lab.file("given/own.txt", "given");
    lab.run(&["storage", "add", "./analysis-data"]).ok();
    lab
}

/// Prints a plan, and decides: the lab's data is purged, and the other location handed over.
fn plan(lab: &Lab) -> Value {
    let mut plan = lab.run(&["instance", "delete", "--dry-run", "--json"]).ok().json();
    for location in plan["locations"].as_array_mut().unwrap() {
        let root = location["root"].as_str().unwrap().to_owned();
        if root.ends_with("lab-data") {
            location["action"] = "purge".into();
        } else if root.ends_with("given") {
            location["action"] = "hand_over".into();
            location["to"] = "analysis/derived".into();
        }
    }
    lab.file("plan.json", plan.to_string());
    plan
}

const APPLY: [&str; 5] = ["instance", "delete", "--apply", "plan.json", "--yes"];

#[track_caller]
fn assert_deleted(lab: &Lab, linked: &[(std::path::PathBuf, Vec<u8>)]) {
    let left: Vec<String> = lab
        .contents("lab-data")
        .into_iter()
        .map(|(path, _)| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(left, ["in-place.txt", "unknown.txt"]);
    assert_eq!(lab.contents("analysis-data"), linked);
    let added = lab.analysis(&["storage", "add", "./given", "--json"]).ok().json();
    assert_eq!(added["access"], "managed");
}

#[test]
fn a_plan_is_carried_out_location_by_location() {
    let lab = lab_with_data();
    let linked = lab.contents("analysis-data");
    plan(&lab);
    let done = lab.run(&[&APPLY[..], &["--json"]].concat()).ok().json();
    assert_eq!((&done["deleted"], &done["purged"]["files"]), (&Value::from(true), &Value::from(10)));
    assert_deleted(&lab, &linked);
    lab.run(&APPLY).ok().says("deleted before");
}

#[test]
fn a_plan_is_refused_when_the_world_has_changed_and_when_it_was_edited() {
    let lab = lab_with_data();
    let mut edited = plan(&lab);
    lab.save("later.csv", "later");
    lab.run(&APPLY).exits(4).says("not as it was when the plan was made");
    edited["locations"].as_array_mut().unwrap().pop();
    lab.file("plan.json", edited.to_string());
    lab.run(&APPLY).exits(2).says("digest");
    lab.file("plan.json", "no plan");
    lab.run(&APPLY).exits(2).says("--dry-run --json");
    assert_eq!(lab.run(&["get", "later.csv", "--output", "-"]).ok().stdout, "later");
}

#[test]
fn nobody_there_to_confirm_a_plan_changes_nothing() {
    let lab = lab_with_data();
    plan(&lab);
    lab.run(&APPLY[..4]).exits(7);
    lab.run(&["info"]).ok();
}

#[test]
fn a_killed_deletion_is_finished_by_the_same_plan() {
    for round in 0..12_u64 {
        let lab = lab_with_data();
        let linked = lab.contents("analysis-data");
        plan(&lab);
        let mut child = lab.command(&APPLY).stdout(std::process::Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(5 + round * 8));
        child.kill().unwrap();
        child.wait().unwrap();
        lab.run(&APPLY).ok();
        assert_deleted(&lab, &linked);
    }
}

#[test]
fn those_who_said_that_they_link_a_location_are_named_in_the_plan() {
    let lab = Lab::with_analysis();
    lab.analysis(&["storage", "add", "./lab-data", "--link", "--announce"]).ok();
    let linker = lab.analysis(&["info", "--json"]).ok().json()["uid"].as_str().unwrap().to_owned();
    let planned = lab.run(&["instance", "delete", "--dry-run", "--json"]).ok().json();
    assert_eq!(planned["locations"][0]["linked_by"], serde_json::json!([linker]));
    lab.run(&["instance", "delete", "--dry-run"])
        .ok()
        .says(&format!("linked by            analysis/derived ({linker})"));
}

#[test]
fn a_plan_that_leaves_a_location_undecided_says_so_and_changes_nothing() {
    let lab = lab_with_data();
    let planned = lab.run(&["instance", "delete", "--dry-run", "--json"]).ok().stdout;
    lab.file("plan.json", planned);
    let refused = lab.run(&APPLY).exits(4).says("lab-data: undecided").says("analysis-data: untouched");
    refused.says("release, purge or hand_over");
    lab.run(&["storage", "check"]).ok();
}

#[test]
fn a_plan_that_is_not_there_is_not_found() {
    let lab = Lab::new();
    lab.run(&APPLY).exits(3).says("plan.json").says("--dry-run --json");
}
