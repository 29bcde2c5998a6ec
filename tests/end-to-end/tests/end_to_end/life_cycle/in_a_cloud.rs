//! The life of a location in a cloud.

use freehold_tests::{Actor, StorageKind, World};

use crate::end_to_end::worlds::on_both_clouds::on_both_clouds;

on_both_clouds! {
    a_released_location_is_anybodys,
    a_location_that_was_handed_over_is_the_receivers,
    a_location_that_was_taken_over_fences_its_former_manager_off,
    a_claim_that_is_gone_is_found,
}

/// A world with two instances, the first of which manages `shared`.
fn two_instances(storage: StorageKind) -> (World, Actor, Actor) {
    let world = World::of(storage);
    let (lab, analysis) =
        (world.actor("lab/primary", "lab-data"), world.actor("analysis/derived", "derived"));
    lab.run(&["storage", "add", &world.root("shared")]).ok();
    world.file("a.txt", "1");
    world.file("b.txt", "2");
    lab.run(&["save", "a.txt", "--storage", &world.root("shared")]).ok();
    (world, lab, analysis)
}

/// Saving there is refused, and changes nothing.
#[track_caller]
fn is_fenced_off(world: &World, actor: &Actor, words: &str) {
    let before = world.places("shared/");
    actor.run(&["save", "b.txt", "--storage", &world.root("shared")]).exits(4).says(words);
    assert_eq!(world.places("shared/"), before);
}

fn a_released_location_is_anybodys(storage: StorageKind) {
    let (world, lab, analysis) = two_instances(storage);
    let root = world.root("shared");
    assert_eq!(lab.json(&["storage", "release", &root, "--yes"])["access"], "linked");
    assert_eq!(world.content("shared/.lamindb/storage_uid.txt"), None);
    assert_eq!(lab.get("a.txt"), b"1");
    is_fenced_off(&world, &lab, "linked");
    let added = analysis.json(&["storage", "add", &root]);
    assert_eq!(added["access"], "managed");
    let shown = analysis.json(&["storage", "show", &root]);
    assert_eq!(
        (&shown["capabilities"]["compare_and_swap"], &shown["claim"]["slug"]),
        (&true.into(), &"analysis/derived".into())
    );
}

fn a_location_that_was_handed_over_is_the_receivers(storage: StorageKind) {
    let (world, lab, analysis) = two_instances(storage);
    let root = world.root("shared");
    let id = analysis.json(&["info"])["id"].as_str().unwrap().to_owned();
    let handed = lab.json(&["storage", "hand-over", &root, "--to", &id, "--yes"]);
    assert_eq!(handed["receiver"]["uid"], analysis.uid().as_str());
    is_fenced_off(&world, &lab, &analysis.uid());
    assert_eq!(analysis.json(&["storage", "add", &root])["access"], "managed");
    analysis.run(&["save", "b.txt", "--storage", &root]).ok();
    lab.run(&["storage", "check"]).ok();
    analysis.run(&["storage", "check"]).ok();
}

fn a_location_that_was_taken_over_fences_its_former_manager_off(storage: StorageKind) {
    let (world, lab, analysis) = two_instances(storage);
    let root = world.root("shared");
    let claim = world.content("shared/.lamindb/storage_uid.txt").unwrap();
    let adopt = ["storage", "adopt", &root, "--reason", "gone", "--expect-manager", &lab.uid()];
    let adopted = analysis.json(&adopt);
    let kept = format!("shared/{}", adopted["former_claim"].as_str().unwrap());
    assert_eq!((&adopted["access"], world.content(&kept)), (&"managed".into(), Some(claim)));
    is_fenced_off(&world, &lab, "analysis/derived");
    lab.run(&["storage", "check"]).exits(6).says("analysis/derived");
    lab.run(&["storage", "check"]).ok();
}

fn a_claim_that_is_gone_is_found(storage: StorageKind) {
    let (world, lab, _) = two_instances(storage);
    lab.run(&["storage", "check"]).ok().says("agrees");
    world.cloud().delete(freehold_tests::BUCKET, "shared/.lamindb/storage_uid.txt");
    lab.run(&["storage", "check"]).exits(6).says("freehold storage add");
    is_fenced_off(&world, &lab, "claim");
}
