//! Deleting an instance: planned, refused, released, purged.

use freehold_tests::Lab;

fn lab_with_data() -> Lab {
    let lab = Lab::with_analysis();
    lab.save("a.csv", "ingested");
    lab.file("lab-data/in-place.txt", "in place");
    lab.run(&["save", "lab-data/in-place.txt"]).ok();
    lab.file("lab-data/unknown.txt", "unknown");
    lab.run(&["storage", "add", "./analysis-data"]).ok();
    lab
}

#[test]
fn the_plan_shows_managed_and_linked_data_apart_and_changes_nothing() {
    let lab = lab_with_data();
    let before = (lab.contents("lab-data").len(), lab.contents("analysis-data"));
    let plan = lab.run(&["instance", "delete", "--dry-run", "--json"]).ok().json();
    let text = plan.to_string();
    for part in ["ingested", "in_place", "unknown", "managed", "linked"] {
        assert!(text.contains(part), "no {part} in {plan}");
    }
    lab.run(&["instance", "delete", "--dry-run"]).ok().says("untouched");
    assert_eq!((lab.contents("lab-data").len(), lab.contents("analysis-data")), before);
    lab.run(&["info"]).ok();
}

#[test]
fn data_makes_a_plain_deletion_refuse() {
    let lab = lab_with_data();
    lab.run(&["instance", "delete", "--yes"]).exits(4).says("--release");
    assert_eq!(lab.run(&["get", "a.csv", "--output", "-"]).ok().stdout, "ingested");
}

#[test]
fn declining_changes_nothing_and_exits_7() {
    let lab = lab_with_data();
    lab.run(&["instance", "delete", "--release"]).exits(7);
    lab.run(&["info"]).ok();
}

#[test]
fn a_release_keeps_data_and_gives_up_claims_and_touches_nothing_linked() {
    let lab = lab_with_data();
    let linked = lab.contents("analysis-data");
    lab.analysis(&["transfer", "--from", "lab/primary", "a.csv"]).ok();
    let saved = lab.run(&["show", "a.csv", "--json"]).ok().json();
    lab.run(&["instance", "delete", "--release", "--yes"]).ok();
    assert!(!lab.path("lab-data/.lamindb/storage_uid.txt").exists());
    assert!(!lab.path("lab-data/.lamindb/freehold.db").exists());
    for (name, content) in [("in-place.txt", "in place"), ("unknown.txt", "unknown")] {
        assert_eq!(std::fs::read_to_string(lab.path(&format!("lab-data/{name}"))).unwrap(), content);
    }
    assert!(lab.path(&format!("lab-data/.lamindb/{}.csv", saved["uid"].as_str().unwrap())).is_file());
    let claim = "analysis-data/.lamindb/storage_uid.txt";
    assert_eq!(
        linked.iter().find(|(path, _)| *path == lab.path(claim)).map(|(_, content)| content.clone()),
        Some(std::fs::read(lab.path(claim)).unwrap())
    );
    assert_eq!(lab.analysis(&["show", "a.csv", "--json"]).ok().json()["presence"], "present");
    lab.run(&["info"]).exits(3);
}

#[test]
fn a_purge_deletes_what_was_ingested_and_nothing_else() {
    let lab = lab_with_data();
    lab.analysis(&["transfer", "--from", "lab/primary", "a.csv"]).ok();
    let saved = lab.run(&["show", "a.csv", "--json"]).ok().json();
    lab.run(&["instance", "delete", "--purge", "--yes"]).ok();
    assert!(!lab.path(&format!("lab-data/.lamindb/{}.csv", saved["uid"].as_str().unwrap())).exists());
    assert!(lab.path("lab-data/in-place.txt").exists() && lab.path("lab-data/unknown.txt").exists());
    assert_eq!(lab.analysis(&["show", "a.csv", "--json"]).ok().json()["presence"], "missing");
    lab.analysis(&["get", "a.csv"]).exits(6).says("not there");
}

#[test]
fn an_empty_instance_goes_without_a_word_of_data_and_leaves_no_folder() {
    let lab = Lab::new();
    lab.run(&["instance", "delete", "--yes"]).ok();
    assert!(!lab.path("lab-data").exists());
    assert_eq!(lab.run(&["instance", "list", "--json"]).ok().json(), serde_json::json!([]));
}
