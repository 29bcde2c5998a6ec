//! Storage locations: added, shown, changed, removed; the default one.

use freehold_tests::Lab;

#[test]
fn the_default_storage_is_shown_and_changed_from_the_command_line() {
    let lab = Lab::new();
    let first = lab.run(&["storage", "default", "--json"]).ok().json();
    let second = lab.run(&["storage", "add", "./second", "--description", "fast disk", "--json"]).ok().json();
    assert_eq!(second["access"], "managed");
    assert_eq!(lab.run(&["storage", "default", "--json"]).ok().json()["uid"], first["uid"]);
    lab.run(&["storage", "default", "./second"]).ok();
    assert_eq!(lab.run(&["storage", "default", "--json"]).ok().json()["uid"], second["uid"]);
    let saved = lab.save("a.csv", "1");
    assert!(lab.path(&format!("second/.lamindb/{}.csv", saved["uid"].as_str().unwrap())).is_file());
}

#[test]
fn show_gives_every_field_and_the_runs_that_changed_it() {
    let lab = Lab::new();
    let uid = lab.run(&["storage", "default", "--json"]).ok().json()["uid"].as_str().unwrap().to_owned();
    let start = |key: &str| lab.run(&["run", "start", "--transform", key]).ok().line().to_owned();
    let (one, two) = (start("one.py"), start("two.py"));
    lab.run(&["--run", &one, "storage", "update", &uid, "--description", "first"]).ok();
    lab.run(&["--run", &two, "storage", "update", &uid, "--description", "second"]).ok();
    let shown = lab.run(&["storage", "show", &uid, "--json"]).ok().json();
    for field in [
        "id",
        "uid",
        "root",
        "description",
        "type",
        "region",
        "instance_uid",
        "created_at",
        "created_by",
        "run",
        "updated_at",
        "previous_runs",
    ] {
        assert!(shown.get(field).is_some(), "no {field} in {shown}");
    }
    assert_eq!(shown["description"], "second");
    assert_eq!(shown["run"], two);
    assert_eq!(shown["previous_runs"], serde_json::json!([one]));
    let words = lab.run(&["storage", "show", &uid]).ok().stdout;
    assert!(words.contains("previous_runs") && words.contains(&one), "{words}");
}

#[test]
fn a_location_with_artifacts_or_the_default_cannot_be_removed() {
    let lab = Lab::new();
    lab.run(&["storage", "remove", "./lab-data"]).exits(4).says("default");
    lab.run(&["storage", "add", "./second"]).ok();
    lab.file("a.csv", "1");
    lab.run(&["save", "a.csv", "--storage", "./second"]).ok();
    lab.run(&["storage", "remove", "./second"]).exits(4);
}

#[test]
fn a_removed_location_is_nobodys_and_its_files_stay() {
    let lab = Lab::with_analysis();
    lab.file("second/mine.txt", "stays");
    lab.run(&["storage", "add", "./second"]).ok();
    lab.run(&["storage", "remove", "./second"]).ok();
    assert_eq!(std::fs::read_to_string(lab.path("second/mine.txt")).unwrap(), "stays");
    let added = lab.analysis(&["storage", "add", "./second", "--json"]).ok().json();
    assert_eq!(added["access"], "managed");
}

#[test]
fn a_linked_folder_is_not_written_to_by_linking() {
    let lab = Lab::new();
    lab.file("outside/a.txt", "1");
    let before = lab.contents("outside");
    let added = lab.run(&["storage", "add", "./outside", "--link", "--json"]).ok().json();
    assert_eq!(added["access"], "linked");
    lab.run(&["save", "outside/a.txt"]).ok();
    lab.run(&["get", "a.txt", "--output", "back.txt"]).ok();
    assert_eq!(lab.contents("outside"), before);
}

#[test]
fn host_and_region_are_the_same_field() {
    let lab = Lab::new();
    let added = lab.run(&["storage", "add", "./second", "--host", "node7", "--json"]).ok().json();
    assert_eq!(added["region"], "node7");
}
