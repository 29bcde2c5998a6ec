//! A folder that is mounted in a second place.

use freehold_test_servers::mounts::BindMount;
use freehold_tests::{Actor, StorageKind, World};

/// The lab, and the place `second` that shows its data.
fn lab_with_second_name(world: &World) -> (Actor, BindMount) {
    let lab = world.actor("lab/primary", "lab-data");
    let second = BindMount::new(&world.path("lab-data"), &world.path("second"));
    (lab, second)
}

fn number_of_locations(actor: &Actor) -> usize {
    actor.json(&["storage", "list"]).as_array().unwrap().len()
}

pub(crate) fn a_copy_of_a_location_is_not_the_location() {
    let world = World::of(StorageKind::Local);
    let lab = world.actor("lab/primary", "lab-data");
    let claim = world.content("lab-data/.lamindb/storage_uid.txt").unwrap();
    world.put("copy/.lamindb/storage_uid.txt", &claim);
    lab.run(&["storage", "add", "./copy"]).exits(4).says("copy");
    assert_eq!(number_of_locations(&lab), 1);
}

pub(crate) fn an_instance_answers_with_the_location_that_it_has() {
    let world = World::of(StorageKind::Local);
    let (lab, _second) = lab_with_second_name(&world);
    let first = lab.json(&["storage", "add", "./lab-data"]);
    for arguments in [&["storage", "add", "./second"][..], &["storage", "add", "second/", "--link"]] {
        let added = lab.json(arguments);
        assert_eq!((&added["created"], &added["access"]), (&false.into(), &"managed".into()));
        assert_eq!((&added["uid"], &added["root"]), (&first["uid"], &first["root"]));
    }
    assert_eq!(number_of_locations(&lab), 1);
    lab.run(&["save", &world.file("a.csv", "1").display().to_string()]).ok();
}

pub(crate) fn another_instance_sees_the_claim_under_either_name() {
    let world = World::of(StorageKind::Local);
    let (lab, _second) = lab_with_second_name(&world);
    let analysis = world.actor("analysis/derived", "other");
    let before = world.places("lab-data/");
    let added = analysis.json(&["storage", "add", "./second"]);
    assert_eq!((&added["access"], added["instance_uid"].as_str()), (&"linked".into(), Some(&*lab.uid())));
    let init = ["init", "--storage", "./second", "--owner", "third", "--name", "third"];
    world.shell("third").run(&init).exits(4).says("lab/primary");
    assert_eq!(world.places("lab-data/"), before);
}

pub(crate) fn a_linked_place_is_linked_once() {
    let world = World::of(StorageKind::Local);
    let (_lab, _second) = lab_with_second_name(&world);
    world.file("unclaimed/a.csv", "1");
    let _other = BindMount::new(&world.path("unclaimed"), &world.path("unclaimed-too"));
    let analysis = world.actor("analysis/derived", "other");
    for (first, second) in [("./second", "./lab-data"), ("./unclaimed", "./unclaimed-too")] {
        let linked = analysis.json(&["storage", "add", first, "--link"]);
        let again = analysis.json(&["storage", "add", second, "--link"]);
        assert_eq!((&linked["created"], &again["created"]), (&true.into(), &false.into()), "{second}");
        assert_eq!((&linked["uid"], &linked["root"]), (&again["uid"], &again["root"]), "{second}");
    }
    assert_eq!(number_of_locations(&analysis), 3);
}

pub(crate) fn processes_that_race_under_both_names_record_one_location() {
    let world = World::of(StorageKind::Local);
    let lab = world.actor("lab/primary", "lab-data");
    for round in 0..4 {
        let (name, other) = (format!("place{round}"), format!("other{round}"));
        std::fs::create_dir(world.path(&name)).unwrap();
        let _mount = BindMount::new(&world.path(&name), &world.path(&other));
        let before = number_of_locations(&lab);
        let roots = [&name, &other, &name, &other].map(|name| format!("./{name}"));
        let running = roots.each_ref().map(|root| lab.start(&["storage", "add", root, "--json"]));
        let added = running.map(|running| running.answer().ok().json());
        for one in &added {
            assert_eq!((&one["uid"], &one["access"]), (&added[0]["uid"], &"managed".into()), "{added:?}");
            assert_eq!(one["root"], added[0]["root"], "{added:?}");
        }
        assert_eq!(number_of_locations(&lab), before + 1);
    }
}

pub(crate) fn a_location_is_meant_by_either_name() {
    let world = World::of(StorageKind::Local);
    let (lab, _second) = lab_with_second_name(&world);
    let (shown, again) =
        (lab.json(&["storage", "show", "./lab-data"]), lab.json(&["storage", "show", "./second"]));
    assert_eq!((&shown["uid"], &shown["root"]), (&again["uid"], &again["root"]));
    lab.run(&["storage", "check", "./second"]).ok();
}

pub(crate) fn a_location_is_adopted_under_either_name() {
    let world = World::of(StorageKind::Local);
    let (lab, _second) = lab_with_second_name(&world);
    let analysis = world.actor("analysis/derived", "other");
    let linked = analysis.json(&["storage", "add", "./lab-data"]);
    let adopt = ["storage", "adopt", "./second", "--reason", "gone", "--expect-manager", &lab.uid()];
    let adopted = analysis.json(&adopt);
    assert_eq!((&adopted["uid"], &adopted["root"]), (&linked["uid"], &linked["root"]));
    assert_eq!(analysis.json(&["storage", "show", "./lab-data"])["access"], "managed");
    assert_eq!(number_of_locations(&analysis), 2);
}

pub(crate) fn an_instance_that_is_moved_to_another_name_of_its_place_is_no_copy() {
    let world = World::of(StorageKind::Local);
    let (lab, second) = lab_with_second_name(&world);
    lab.run(&["save", &world.file("a.csv", "1").display().to_string()]).ok();
    lab.run(&["connect", "./second", "--moved"]).ok();
    lab.run(&["save", &world.file("b.csv", "2").display().to_string()]).ok();
    assert_eq!(number_of_locations(&lab), 1);
    lab.run(&["storage", "check"]).ok();
    lab.run(&["connect", "./lab-data", "--moved"]).ok();
    drop(second);
    assert_eq!((lab.get("a.csv"), lab.get("b.csv")), (b"1".to_vec(), b"2".to_vec()));
}
