//! However a place is spelled, it is one place with one claim. Names that mounts and case give are in a suite of their own, `mounts`.

mod of_a_server;

use freehold_tests::{StorageKind, World};
use serde_json::Value;

use super::on_every_storage::on_every_storage;

on_every_storage! {
    another_instance_cannot_claim_a_place_under_another_name,
    a_place_is_added_once_whatever_it_is_called,
}

/// Other names of the place `lab data`, as one would type them.
fn spellings(world: &World, storage: StorageKind) -> Vec<String> {
    match storage {
        StorageKind::Local => {
            let absolute = world.path("lab data").display().to_string();
            let parent = world.path("");
            let linked = world.path("linked-parent");
            if !linked.exists() {
                std::os::unix::fs::symlink(&parent, &linked).unwrap();
                std::os::unix::fs::symlink(world.path("lab data"), world.path("linked-place")).unwrap();
            }
            let encoded = absolute.replace(' ', "%20").replace("lab", "l%61b");
            [
                "./lab data/",
                "lab data//.//",
                "./lab data/../lab data",
                "lab data/deep/..",
                "linked-parent/lab data",
                "linked-place",
                "linked-parent/linked-parent/linked-place/",
                &format!("{}/linked-parent/lab data", parent.display()),
                &format!("file://{encoded}"),
                &format!("file://localhost{encoded}/"),
                &absolute,
            ]
            .map(str::to_owned)
            .into()
        }
        StorageKind::S3 | StorageKind::Gs => {
            let (root, endpoint) = (world.root("lab data"), world.cloud().endpoint());
            let loud = endpoint.replace("http://", "HTTP://");
            let other_address = endpoint.replace("127.0.0.1", "127.1");
            let encoded = endpoint.replace("127.", "%31%327.");
            let zero = endpoint.replace("127.0.0.1:", "127.0.0.1:0");
            [
                format!("{root}/"),
                format!("{root}?endpoint_url={endpoint}"),
                format!("{root}/?endpoint_url={endpoint}/"),
                format!("{root}?endpoint_url={loud}//"),
                format!("{root}?endpoint_url={other_address}"),
                format!("{root}?endpoint_url={encoded}"),
                format!("{root}?endpoint_url={zero}/"),
            ]
            .into()
        }
    }
}

fn another_instance_cannot_claim_a_place_under_another_name(storage: StorageKind) {
    let world = World::of(storage);
    let (lab, analysis) = (world.actor("lab/primary", "lab data"), world.actor("analysis/derived", "other"));
    let before = world.places("lab data/");
    for spelling in spellings(&world, storage) {
        let added = analysis.json(&["storage", "add", &spelling]);
        assert_eq!(added["access"], "linked", "{spelling}");
        assert_eq!(added["instance_uid"].as_str(), Some(lab.uid().as_str()), "{spelling}");
    }
    assert_eq!(analysis.json(&["storage", "list"]).as_array().unwrap().len(), 2);
    assert_eq!(world.places("lab data/"), before);
}

fn a_place_is_added_once_whatever_it_is_called(storage: StorageKind) {
    let world = World::of(storage);
    let lab = world.actor("lab/primary", "lab data");
    let uid = |location: &Value| location["uid"].as_str().unwrap().to_owned();
    let first = lab.json(&["storage", "add", lab.root()]);
    for spelling in spellings(&world, storage) {
        let added = lab.json(&["storage", "add", &spelling]);
        assert_eq!((&added["access"], &added["created"]), (&"managed".into(), &false.into()), "{spelling}");
        assert_eq!((uid(&added), &added["root"]), (uid(&first), &first["root"]), "{spelling}");
    }
    let claims = world.places("lab data/").into_iter().filter(|place| place.ends_with("storage_uid.txt"));
    assert_eq!(claims.count(), 1);
}

#[test]
fn a_place_inside_another_is_found_out_through_a_link() {
    let world = World::of(StorageKind::Local);
    let (_lab, analysis) = (world.actor("lab/primary", "lab-data"), world.actor("analysis/derived", "other"));
    std::fs::create_dir_all(world.path("lab-data/deep")).unwrap();
    std::os::unix::fs::symlink(world.path("lab-data/deep"), world.path("elsewhere")).unwrap();
    analysis.run(&["storage", "add", "./elsewhere"]).exits(4).says("lies inside").says("lab/primary");
    analysis.run(&["storage", "add", "./elsewhere/new"]).exits(4).says("lies inside").says("lab/primary");
}
