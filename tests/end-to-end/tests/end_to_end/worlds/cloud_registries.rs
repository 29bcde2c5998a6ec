//! An instance whose data is in a cloud and whose registry is not.

use freehold_tests::{DatabaseKind, StorageKind, World};
use serde_json::json;

#[test]
fn a_cloud_root_without_a_database_keeps_its_registry_on_this_machine_and_says_so() {
    let world = World::of(StorageKind::S3);
    let lab = world.shell("lab");
    let root = world.root("lab-data");
    let init = ["init", "--storage", &root, "--owner", "lab", "--name", "primary"];
    let folder = lab.variable("FREEHOLD_DATA_DIR").to_owned();
    lab.run(&init).ok().says(&folder).says("this machine").says("postgres://");
    let info = lab.json(&["info"]);
    let path = info["database"].as_str().unwrap().strip_prefix("sqlite://").unwrap().to_owned();
    assert!(path.starts_with(&folder) && std::path::Path::new(&path).is_file(), "{path}");
    assert_eq!(info["default_storage"]["root"], world.cloud().whole_root("lab-data"));
    assert_eq!(
        world.places("lab-data/"),
        ["lab-data/.lamindb/storage_uid.txt"],
        "nothing else is in the cloud"
    );

    let again = lab.json(&init);
    assert_eq!((&again["created"], &again["id"]), (&json!(false), &info["id"]));

    lab.run(&["instance", "delete", "--yes"]).ok();
    assert!(!std::path::Path::new(&path).exists());
    assert_eq!(world.places(""), Vec::<String>::new());
}

#[test]
fn a_registry_on_this_machine_is_found_again_by_the_root_alone() {
    let world = World::of(StorageKind::S3);
    let lab = world.actor("lab/primary", "lab-data");
    let without_settings = world.shell("nobody-yet");
    without_settings.run(&["info"]).exits(3);
    without_settings.run(&["connect", lab.root()]).ok();
    assert_eq!(without_settings.json(&["info"])["id"], lab.json(&["info"])["id"]);
}

#[test]
fn another_machine_is_told_who_manages_the_root_and_what_can_be_done() {
    let world = World::of(StorageKind::Gs);
    let lab = world.actor("lab/primary", "lab-data");
    let elsewhere = world.visitor("elsewhere");
    elsewhere
        .run(&["connect", lab.root()])
        .exits(3)
        .says("lab/primary")
        .says(&lab.uid())
        .says("freehold connect")
        .says("--link");
    elsewhere.run(&["info"]).exits(3);
}

#[test]
fn another_machine_reaches_a_registry_on_postgres_by_its_url() {
    let world = World::new(DatabaseKind::Postgres, StorageKind::S3);
    let lab = world.actor("lab/primary", "lab-data");
    world.file("a.txt", "1");
    lab.run(&["save", "a.txt"]).ok();
    let elsewhere = world.visitor("elsewhere");
    elsewhere.run(&["connect", lab.root()]).exits(3).says("lab/primary").says("URL");
    elsewhere.run(&["connect", &lab.registry()]).ok();
    assert_eq!(elsewhere.json(&["info"])["id"], lab.json(&["info"])["id"]);
    assert_eq!(elsewhere.run(&["get", "a.txt", "--output", "-"]).ok().stdout, "1");
    elsewhere.run(&["connect", lab.root()]).ok();
    world.file("b.txt", "2");
    elsewhere.run(&["save", "b.txt"]).ok();
    assert_eq!(lab.get("b.txt"), b"2");
}

#[test]
fn a_whole_bucket_is_a_location() {
    let world = World::of(StorageKind::S3);
    world.cloud().create_bucket("whole-bucket");
    let lab = world.shell("lab");
    lab.run(&["init", "--storage", &world.cloud().root_in("whole-bucket", "")]).ok();
    assert!(lab.json(&["info"])["slug"].as_str().unwrap().ends_with("/whole-bucket"));
    world.file("a.txt", "1");
    lab.run(&["save", "a.txt"]).ok();
    assert_eq!(lab.run(&["get", "a.txt", "--output", "-"]).ok().stdout, "1");
}
