//! However the server of a cloud is called, each place there has one manager.

use freehold_tests::{BUCKET, StorageKind, World};

use crate::end_to_end::worlds::on_both_clouds::on_both_clouds;

on_both_clouds! {
    an_endpoint_under_an_upper_case_name_is_one_place,
    a_server_of_two_names_has_one_manager_for_each_place,
    an_endpoint_that_could_be_spelled_twice_is_refused,
    an_endpoint_that_names_a_bucket_leads_to_no_second_manager,
}

/// A place under the server's name, which is another endpoint than its address.
fn by_name(world: &World, place: &str, name: &str) -> String {
    format!("{}?endpoint_url={}", world.root(place), world.cloud().endpoint().replace("127.0.0.1", name))
}

fn an_endpoint_under_an_upper_case_name_is_one_place(storage: StorageKind) {
    let world = World::of(storage);
    let lab = world.actor("lab/primary", "lab-data");
    let first = lab.json(&["storage", "add", &by_name(&world, "by-name", "localhost")]);
    let again = lab.json(&["storage", "add", &by_name(&world, "by-name/", "LocalHost")]);
    assert_eq!((&first["access"], &again["created"]), (&"managed".into(), &false.into()));
    assert_eq!((&first["root"], &first["uid"]), (&again["root"], &again["uid"]));
}

/// That two names lead to one server is not known, and need not be: there is one claim.
fn a_server_of_two_names_has_one_manager_for_each_place(storage: StorageKind) {
    let world = World::of(storage);
    let (lab, analysis) = (world.actor("lab/primary", "lab-data"), world.actor("analysis/derived", "other"));
    let before = world.places("lab-data/");
    let added = analysis.json(&["storage", "add", &by_name(&world, "lab-data", "localhost")]);
    let found = (&added["access"], added["instance_uid"].as_str());
    assert_eq!(found, (&"linked".into(), Some(&*lab.uid())));
    for place in ["lab-data/deep", "lab-data/deep/er"] {
        let inside = by_name(&world, place, "localhost");
        analysis.run(&["storage", "add", &inside]).exits(4).says("lies inside").says("lab/primary");
    }
    lab.run(&["storage", "add", &by_name(&world, "lab-data", "localhost")])
        .exits(4)
        .says("copy of the other");
    assert_eq!(lab.json(&["storage", "list"]).as_array().unwrap().len(), 1);
    assert_eq!(world.places("lab-data/"), before);
}

fn an_endpoint_that_could_be_spelled_twice_is_refused(storage: StorageKind) {
    let world = World::of(storage);
    let lab = world.actor("lab/primary", "lab-data");
    let (root, endpoint) = (world.root("new"), world.cloud().endpoint());
    for (endpoint, word) in [
        (endpoint.replace("127.0.0.1:", "localhost.:"), "dot"),
        (endpoint.replace("http://", "http%3A%2F%2F"), "URL"),
        (format!("{endpoint}/a%2Fb"), "encode"),
        (format!("{endpoint}/a//b"), "empty segment"),
        (endpoint.replace("http://", "http://ada:secret@"), "credentials"),
    ] {
        let answer =
            lab.run(&["storage", "add", &format!("{root}?endpoint_url={endpoint}")]).exits(2).says(word);
        assert!(!format!("{}{}", answer.stdout, answer.stderr).contains("secret"), "{answer:#?}");
    }
    assert_eq!(lab.json(&["storage", "list"]).as_array().unwrap().len(), 1);
}

fn an_endpoint_that_names_a_bucket_leads_to_no_second_manager(storage: StorageKind) {
    let world = World::of(storage);
    let lab = world.actor("lab/primary", "");
    let analysis = world.shell("analysis");
    analysis.run(&["init", "--storage", "./analysis-data", "--owner", "analysis", "--name", "derived"]).ok();
    let scheme = world.root("x").split("://").next().unwrap().to_owned();
    let inside = format!("{scheme}://raw?endpoint_url={}/{BUCKET}", world.cloud().endpoint());
    let answer = analysis.run(&["storage", "add", &inside]);
    assert_ne!(answer.status, 0, "{answer:#?}");
    assert_eq!(analysis.json(&["storage", "list"]).as_array().unwrap().len(), 1);
    assert!(!world.places("").iter().any(|place| place.starts_with("raw/")), "{:?}", world.places(""));
    lab.run(&["storage", "check"]).ok();
}
