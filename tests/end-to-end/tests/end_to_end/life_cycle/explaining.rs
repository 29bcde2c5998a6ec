//! Whose a path is, and why.

use freehold_tests::Lab;
use serde_json::{Value, json};

#[track_caller]
fn explain(lab: &Lab, path: &str) -> Value {
    lab.run(&["storage", "explain", path, "--json"]).ok().json()
}

#[test]
fn a_path_in_a_managed_location_may_be_written_and_names_its_artifact() {
    let lab = Lab::new();
    lab.file("lab-data/raw/a.csv", "1");
    lab.run(&["save", "lab-data/raw/a.csv"]).ok();
    let explained = explain(&lab, "./lab-data/raw/../raw/a.csv");
    assert_eq!((&explained["may_write"], &explained["rule"]), (&json!(true), &json!("managed")));
    assert_eq!(
        (&explained["key"], &explained["artifacts"][0]["key"]),
        (&json!("raw/a.csv"), &json!("raw/a.csv"))
    );
    assert_eq!(
        (&explained["location"]["access"], &explained["claim"]["state"]),
        (&json!("managed"), &json!("held"))
    );
    lab.run(&["storage", "explain", "./lab-data/raw/a.csv"])
        .ok()
        .says("may write")
        .says("lab/primary")
        .says("credentials");
}

#[test]
fn the_location_with_the_longest_root_decides_and_the_others_are_named() {
    let lab = Lab::new();
    lab.run(&["storage", "add", "./lab-data/inner"]).ok();
    let explained = explain(&lab, "./lab-data/inner/b.csv");
    let root = |name: &str| json!(lab.path(name).to_str().unwrap());
    assert_eq!(explained["location"]["root"], root("lab-data/inner"));
    assert_eq!(explained["around"], json!([root("lab-data")]));
}

#[test]
fn what_is_linked_outside_or_denied_may_not_be_written_and_says_why() {
    let lab = Lab::with_analysis();
    lab.run(&["storage", "add", "./analysis-data"]).ok();
    let rule = |path: &str| {
        let explained = explain(&lab, path);
        assert_eq!(explained["may_write"], false, "{explained}");
        explained["rule"].as_str().unwrap().to_owned()
    };
    assert_eq!(rule("./analysis-data/x.csv"), "linked");
    assert_eq!(rule("./elsewhere/x.csv"), "outside");
    assert_eq!(rule("./lab-data"), "is_root");
    std::fs::remove_file(lab.path("lab-data/.lamindb/storage_uid.txt")).unwrap();
    assert_eq!(rule("./lab-data/x.csv"), "denied");
    assert!(!lab.path("elsewhere").exists());
}
