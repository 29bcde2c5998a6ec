//! No location of one instance contains, or lies inside, a location of another.

use freehold_tests::{Actor, Answer, StorageKind, World};
use serde_json::json;

use super::on_every_storage::on_every_storage;

on_every_storage! {
    a_place_inside_or_around_a_location_of_another_is_refused,
    an_instance_is_not_made_inside_or_around_a_location_of_another,
    an_unreadable_claim_around_a_place_belongs_to_nobody_we_know,
    an_overlapping_place_can_be_linked,
    the_locations_of_one_instance_may_lie_in_one_another,
    neighbours_with_a_common_beginning_do_not_overlap,
}

/// The lab, which manages `shared/data`, and the analysis, which would like to.
fn actors(world: &World) -> (Actor, Actor) {
    let lab = world.actor("lab/primary", "lab-data");
    lab.run(&["storage", "add", &world.root("shared/data")]).ok();
    (lab, world.actor("analysis/derived", "analysis-data"))
}

/// Asks for a place that is refused, and nothing may change.
#[track_caller]
fn refused(world: &World, ask: impl FnOnce() -> Answer) -> Answer {
    let before = world.places("shared/");
    let answer = ask().exits(4);
    assert_eq!(world.places("shared/"), before, "{answer:#?}");
    answer
}

fn a_place_inside_or_around_a_location_of_another_is_refused(storage: StorageKind) {
    let world = World::of(storage);
    let (_lab, analysis) = actors(&world);
    for (place, relation) in [("shared", "contains"), ("shared/data/deep/er", "lies inside")] {
        let answer = refused(&world, || analysis.run(&["storage", "add", &world.root(place)]));
        answer.says(relation).says("lab/primary").says("--link");
    }
    assert_eq!(analysis.json(&["storage", "list"]).as_array().unwrap().len(), 1);
}

fn an_instance_is_not_made_inside_or_around_a_location_of_another(storage: StorageKind) {
    let world = World::of(storage);
    let (_lab, analysis) = actors(&world);
    for place in ["shared", "shared/data/deep"] {
        let init = ["init", "--storage", &world.root(place), "--owner", "third", "--name", "third"];
        refused(&world, || analysis.run(&init)).says("lab/primary");
    }
    assert_eq!(analysis.json(&["info"])["slug"], "analysis/derived");
}

fn an_unreadable_claim_around_a_place_belongs_to_nobody_we_know(storage: StorageKind) {
    let world = World::of(storage);
    let lab = world.actor("lab/primary", "lab-data");
    for (number, damage) in
        [b"".as_slice(), b"garbage", b"\xff\xfe\0", &b"x".repeat(100_000)].into_iter().enumerate()
    {
        let middle = format!("shared/{number}/data");
        world.put(&format!("{middle}/.lamindb/storage_uid.txt"), damage);
        for place in [format!("shared/{number}"), format!("{middle}/deep")] {
            refused(&world, || lab.run(&["storage", "add", &world.root(&place)])).says("cannot be read");
        }
    }
}

fn an_overlapping_place_can_be_linked(storage: StorageKind) {
    let world = World::of(storage);
    let (_lab, analysis) = actors(&world);
    world.put("shared/data/deep/a.csv", b"1");
    let before = world.places("shared/");
    for place in ["shared", "shared/data/deep"] {
        let linked = analysis.json(&["storage", "add", &world.root(place), "--link"]);
        assert_eq!(linked["access"], "linked", "{place}");
    }
    assert_eq!(world.places("shared/"), before);
}

fn the_locations_of_one_instance_may_lie_in_one_another(storage: StorageKind) {
    let world = World::of(storage);
    let (lab, analysis) = actors(&world);
    for place in ["shared/data/deep", "shared"] {
        assert_eq!(lab.json(&["storage", "add", &world.root(place)])["access"], "managed", "{place}");
    }
    let answer = refused(&world, || analysis.run(&["storage", "add", &world.root("shared/data/other")]));
    answer.says("lies inside").says("lab/primary");
}

fn neighbours_with_a_common_beginning_do_not_overlap(storage: StorageKind) {
    let world = World::of(storage);
    let (_lab, analysis) = actors(&world);
    for place in ["shared/data2", "shared/dat", "shared/data-old"] {
        assert_eq!(
            analysis.json(&["storage", "add", &world.root(place)])["access"],
            json!("managed"),
            "{place}"
        );
    }
}
