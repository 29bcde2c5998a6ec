//! Places on a file system that ignores case.

use freehold_test_servers::mounts::IgnoringCase;
use freehold_tests::{StorageKind, World};

/// Ways to write the place `Lab-Data` in the folder.
fn spellings(ground: &IgnoringCase) -> Vec<String> {
    let folder = ground.folder().display().to_string();
    ["Lab-Data", "lab-data", "LAB-DATA/", "./lAB-dATA"].map(|name| format!("{folder}/{name}")).into()
}

pub(crate) fn a_place_is_added_once_however_it_is_written() {
    let (world, ground) = (World::of(StorageKind::Local), IgnoringCase::mount().unwrap());
    let lab = world.actor("lab/primary", "lab-data");
    std::fs::create_dir(ground.folder().join("Lab-Data")).unwrap();
    let first = lab.json(&["storage", "add", &spellings(&ground)[0]]);
    assert_eq!(first["created"], true);
    for spelling in spellings(&ground) {
        let added = lab.json(&["storage", "add", &spelling]);
        assert_eq!((&added["created"], &added["root"]), (&false.into(), &first["root"]), "{spelling}");
    }
    assert_eq!(lab.json(&["storage", "list"]).as_array().unwrap().len(), 2);
}

pub(crate) fn another_instance_sees_the_claim_however_it_is_written() {
    let (world, ground) = (World::of(StorageKind::Local), IgnoringCase::mount().unwrap());
    let (lab, analysis) = (world.actor("lab/primary", "lab-data"), world.actor("analysis/derived", "other"));
    claim_for_the_lab(&world, &ground);
    for spelling in spellings(&ground) {
        let added = analysis.json(&["storage", "add", &spelling]);
        let found = (&added["access"], added["instance_uid"].as_str());
        assert_eq!(found, (&"linked".into(), Some(&*lab.uid())), "{spelling}");
    }
    assert_eq!(analysis.json(&["storage", "list"]).as_array().unwrap().len(), 2);
}

pub(crate) fn a_place_inside_a_location_of_another_is_found_out_however_it_is_written() {
    let (world, ground) = (World::of(StorageKind::Local), IgnoringCase::mount().unwrap());
    let (_lab, analysis) = (world.actor("lab/primary", "lab-data"), world.actor("analysis/derived", "other"));
    claim_for_the_lab(&world, &ground);
    for spelling in spellings(&ground) {
        let inside = format!("{spelling}/Deep");
        analysis.run(&["storage", "add", &inside]).exits(4).says("lies inside").says("lab/primary");
    }
}

/// Puts the lab's claim into `Lab-Data`, as it is found where the lab manages the place.
fn claim_for_the_lab(world: &World, ground: &IgnoringCase) {
    let reserved = ground.folder().join("Lab-Data/.lamindb");
    std::fs::create_dir_all(&reserved).unwrap();
    let claim = world.content("lab-data/.lamindb/storage_uid.txt").unwrap();
    std::fs::write(reserved.join("storage_uid.txt"), claim).unwrap();
}
