//! Transfer: records are copied, data is linked or copied, and the source is only read.

use freehold_tests::Lab;

#[test]
fn a_linked_transfer_keeps_identity_and_moves_no_bytes() {
    let lab = Lab::with_analysis();
    let saved = lab.save("a.csv", "1");
    let before = (lab.contents("lab-data"), lab.contents("analysis-data").len());
    lab.analysis(&["transfer", "--from", "lab/primary", "a.csv"]).ok();
    let here = lab.analysis(&["show", "a.csv", "--json"]).ok().json();
    for field in ["uid", "hash", "size", "version", "created_at", "created_by"] {
        assert_eq!(here[field], saved[field], "{field}");
    }
    assert_eq!(here["access"], "linked");
    assert_eq!(lab.analysis(&["get", "a.csv", "--output", "-"]).ok().stdout, "1");
    assert_eq!(lab.contents("lab-data"), before.0, "the source is not written to");
    let location = lab.analysis(&["storage", "show", "./lab-data", "--json"]).ok().json();
    assert_eq!(location["instance_uid"], lab.run(&["info", "--json"]).ok().json()["uid"]);
}

#[test]
fn a_transfer_carries_the_run_that_made_it_and_is_recorded_itself() {
    let lab = Lab::with_analysis();
    let run = lab.run(&["run", "start", "--transform", "make.py"]).ok().line().to_owned();
    lab.file("a.csv", "1");
    lab.run(&["--run", &run, "save", "a.csv"]).ok();
    let source = lab.run(&["info", "--json"]).ok().json()["uid"].as_str().unwrap().to_owned();
    lab.analysis(&["transfer", "--from", "lab/primary", "a.csv"]).ok();
    assert_eq!(lab.analysis(&["show", "a.csv", "--json"]).ok().json()["run"], run.as_str());
    let runs = lab.analysis(&["run", "list", "--json"]).ok().json();
    let keys: Vec<&str> =
        runs.as_array().unwrap().iter().map(|run| run["transform"]["key"].as_str().unwrap()).collect();
    assert!(keys.contains(&format!("__freehold_transfer__/{source}").as_str()), "{keys:?}");
    assert!(keys.contains(&"make.py"), "{keys:?}");
}

#[test]
fn transferring_again_changes_nothing() {
    let lab = Lab::with_analysis();
    lab.save("a.csv", "1");
    lab.analysis(&["transfer", "--from", "lab/primary"]).ok();
    let before = lab.analysis(&["list", "--all-versions", "--json"]).ok().json();
    let runs = lab.analysis(&["run", "list", "--json"]).ok().json();
    lab.analysis(&["transfer", "--from", "./lab-data"]).ok();
    assert_eq!(lab.analysis(&["list", "--all-versions", "--json"]).ok().json(), before);
    assert_eq!(lab.analysis(&["run", "list", "--json"]).ok().json(), runs);
}

#[test]
fn a_copied_transfer_survives_the_source() {
    let lab = Lab::with_analysis();
    let saved = lab.save("a.csv", "1");
    lab.analysis(&["transfer", "--from", "lab/primary", "a.csv"]).ok();
    lab.analysis(&["transfer", "--from", "lab/primary", "a.csv", "--copy"]).ok();
    let here = lab.analysis(&["show", "a.csv", "--json"]).ok().json();
    assert_eq!((&here["uid"], &here["access"]), (&saved["uid"], &"managed".into()));
    lab.run(&["delete", "a.csv", "--purge", "--yes"]).ok();
    assert_eq!(lab.analysis(&["get", "a.csv", "--output", "-"]).ok().stdout, "1");
}

#[test]
fn damaged_bytes_are_not_copied() {
    let lab = Lab::with_analysis();
    let saved = lab.save("a.csv", "1");
    std::fs::write(lab.path(&format!("lab-data/.lamindb/{}.csv", saved["uid"].as_str().unwrap())), "2")
        .unwrap();
    lab.analysis(&["transfer", "--from", "lab/primary", "a.csv", "--copy"]).exits(6);
    let blobs = std::fs::read_dir(lab.path("analysis-data/.lamindb")).unwrap();
    assert!(blobs.flatten().all(|entry| !entry.file_name().to_string_lossy().ends_with(".csv")));
}

#[test]
fn saving_under_the_key_of_a_transferred_family_begins_a_family_of_ones_own() {
    let lab = Lab::with_analysis();
    let theirs = lab.save("a.csv", "1");
    lab.analysis(&["transfer", "--from", "lab/primary", "a.csv"]).ok();
    lab.file("a.csv", "ours");
    let ours = lab.analysis(&["save", "a.csv", "--json"]).ok().json()[0].clone();
    assert_ne!(ours["uid"].as_str().unwrap()[..16], theirs["uid"].as_str().unwrap()[..16]);
    assert_eq!(lab.analysis(&["get", "a.csv", "--output", "-"]).ok().stdout, "ours");
    assert_eq!(lab.analysis(&["get", theirs["uid"].as_str().unwrap(), "--output", "-"]).ok().stdout, "1");
}

#[test]
fn the_source_may_be_named_by_its_root_or_database_and_never_be_oneself() {
    let lab = Lab::with_analysis();
    lab.save("a.csv", "1");
    let url = format!("sqlite://{}", lab.path("lab-data/.lamindb/freehold.db").display());
    lab.analysis(&["transfer", "--from", &url, "--prefix", "a"]).ok();
    assert_eq!(lab.analysis(&["list", "--json"]).ok().json().as_array().unwrap().len(), 1);
    lab.analysis(&["transfer", "--from", "analysis/derived"]).exits(2);
    lab.analysis(&["transfer", "--from", "lab/primary", "missing.csv"]).exits(3);
}
