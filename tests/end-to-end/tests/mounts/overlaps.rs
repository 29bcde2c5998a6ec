//! Places inside one another, where only mounts say so.

use freehold_test_servers::mounts::BindMount;
use freehold_tests::{Actor, StorageKind, World};

/// The lab, which manages `lab-data`, and the analysis, which manages `other`; `elsewhere` shows `lab-data/deep`.
fn world_with_mount() -> (World, Actor, Actor) {
    let world = World::of(StorageKind::Local);
    let (lab, analysis) = (world.actor("lab/primary", "lab-data"), world.actor("analysis/derived", "other"));
    std::fs::create_dir_all(world.path("lab-data/deep")).unwrap();
    (world, lab, analysis)
}

fn elsewhere(world: &World) -> BindMount {
    BindMount::new(&world.path("lab-data/deep"), &world.path("elsewhere"))
}

pub(crate) fn a_place_inside_a_location_of_another_is_found_out() {
    let (world, _lab, analysis) = world_with_mount();
    let _mount = elsewhere(&world);
    for place in ["./elsewhere", "./elsewhere/new", "./elsewhere/new/er"] {
        analysis.run(&["storage", "add", place]).exits(4).says("lies inside").says("lab/primary");
    }
    assert_eq!(analysis.json(&["storage", "add", "./elsewhere", "--link"])["access"], "linked");
    assert_eq!(world.places("lab-data/deep/"), Vec::<String>::new());
}

pub(crate) fn an_instance_is_not_made_inside_a_location_of_another() {
    let (world, _lab, _analysis) = world_with_mount();
    let _mount = elsewhere(&world);
    let init = ["init", "--storage", "./elsewhere/new", "--owner", "third", "--name", "third"];
    world.shell("third").run(&init).exits(4).says("lies inside").says("lab/primary");
    assert_eq!(world.places("lab-data/deep/"), Vec::<String>::new());
}

pub(crate) fn a_place_around_a_location_of_another_is_found_out() {
    let (world, _lab, analysis) = world_with_mount();
    std::fs::create_dir_all(world.path("shared/deep")).unwrap();
    let _mount = BindMount::new(&world.path("shared/deep"), &world.path("elsewhere"));
    assert_eq!(analysis.json(&["storage", "add", "./elsewhere/inner"])["access"], "managed");
    let third = world.actor("third/third", "third-data");
    third.run(&["storage", "add", "./shared"]).exits(4).says("contains").says("analysis/derived");
}

pub(crate) fn a_location_around_the_mount_itself_is_found_out() {
    let (world, lab, analysis) = world_with_mount();
    std::fs::create_dir_all(world.path("unclaimed/inner")).unwrap();
    let _mount = BindMount::new(&world.path("unclaimed"), &world.path("lab-data/mounted"));
    for place in ["./unclaimed", "./unclaimed/inner"] {
        analysis.run(&["storage", "add", place]).exits(4).says("lies inside").says("lab/primary");
    }
    lab.run(&["storage", "check"]).ok();
}

pub(crate) fn the_locations_of_one_instance_may_lie_in_one_another() {
    let (world, lab, _analysis) = world_with_mount();
    let _mount = elsewhere(&world);
    assert_eq!(lab.json(&["storage", "add", "./elsewhere"])["access"], "managed");
    lab.run(&["storage", "check"]).ok();
}
