//! Both instances are given up: one keeps its data, the other does not.

use freehold_tests::{Actor, World};
use serde_json::json;

const CLAIM: &str = ".lamindb/storage_uid.txt";

/// A Postgres database of an instance that was deleted holds nothing of ours.
fn nothing_is_left_in_the_database(actor: &Actor) {
    if let Some(database) = actor.database() {
        let schemas = database
            .run("SELECT schema_name FROM information_schema.schemata WHERE schema_name = 'freehold'");
        assert_eq!(schemas.unwrap(), Vec::<Option<String>>::new());
    }
}

pub(super) fn plans(world: &World, lab: &Actor) {
    lab.run(&["storage", "add", &world.root("analysis-data")]).ok();
    let before = world.places("lab-data/");
    let plan = lab.json(&["instance", "delete", "--dry-run"]);
    let managed: Vec<_> = plan["locations"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|location| location["access"] == "managed")
        .collect();
    assert_eq!((managed.len(), &plan["has_data"]), (2, &json!(true)));
    assert!(plan["locations"].to_string().contains("analysis-data"), "{plan}");
    let archive = managed.iter().find(|location| location["root"].as_str().unwrap().contains("lab-archive"));
    assert_eq!(archive.unwrap()["contents"]["in_place"]["files"], 3);
    lab.run(&["instance", "delete", "--yes"]).exits(4).says("--release");
    assert_eq!(world.places("lab-data/"), before);
}

pub(super) fn releases(world: &World, lab: &Actor) {
    let blobs = |place: &str| -> Vec<String> {
        let places = world.places(place).into_iter();
        places.filter(|place| !place.ends_with(CLAIM) && !place.contains("freehold.db")).collect()
    };
    let before = (blobs("lab-data/"), blobs("lab-archive/"), world.places("analysis-data/"));
    lab.run(&["instance", "delete", "--release", "--yes"]).ok();
    assert_eq!((blobs("lab-data/"), blobs("lab-archive/"), world.places("analysis-data/")), before);
    assert_eq!(world.content(&format!("lab-data/{CLAIM}")), None);
    assert_eq!(lab.json(&["instance", "list"]), json!([]));
    nothing_is_left_in_the_database(lab);
}

pub(super) fn purges(world: &World, analysis: &Actor) {
    assert_eq!(analysis.get("results/sorted.txt"), b"1\n2\n3\n4\n5\n6\n", "released data can still be read");
    let before = world.places("lab-data/");
    analysis.run(&["instance", "delete", "--purge", "--yes"]).ok();
    assert_eq!(world.places("analysis-data/"), Vec::<String>::new());
    assert_eq!(world.places("lab-data/"), before, "linked data is never touched");
    nothing_is_left_in_the_database(analysis);
}
