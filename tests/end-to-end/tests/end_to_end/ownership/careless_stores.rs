//! A store that ignores the conditions of writes cannot tell one of two claimants that it came too late: nobody manages a place there.

use freehold_tests::{Cloud, StorageKind, World};

use crate::end_to_end::worlds::on_both_clouds::on_both_clouds;

on_both_clouds! {
    nobody_manages_a_place_on_a_careless_store_however_many_ask,
    a_claim_on_a_careless_store_is_honoured_and_not_adopted,
}

fn world(storage: StorageKind) -> World {
    World::with_cloud(Cloud::careless(storage))
}

fn nobody_manages_a_place_on_a_careless_store_however_many_ask(storage: StorageKind) {
    let world = world(storage);
    let shells: Vec<_> = (0..4)
        .map(|number| {
            let shell = world.visitor(&format!("racer-{number}"));
            shell.run(&["init", "--storage", &format!("./racer-{number}"), "--owner", "racers"]).ok();
            shell
        })
        .collect();
    let root = world.root("place");
    let running: Vec<_> =
        shells.iter().map(|shell| shell.start(&["storage", "add", &root, "--json"])).collect();
    for running in running {
        let added = running.answer().ok().json();
        assert_eq!(added["access"], "linked", "{added}");
        assert!(added["lack"].as_str().is_some_and(|lack| lack.contains("If-None-Match")), "{added}");
    }
    assert_eq!(world.places(""), Vec::<String>::new(), "no claim, and nothing left of trying");
}

fn a_claim_on_a_careless_store_is_honoured_and_not_adopted(storage: StorageKind) {
    let careful = World::of(storage);
    let former = careful.actor("former/manager", "place");
    let claim = careful.content("place/.lamindb/storage_uid.txt").unwrap();
    let world = world(storage);
    let shell = world.visitor("lab");
    shell.run(&["init", "--storage", "./lab-data", "--owner", "lab"]).ok();
    world.put("place/.lamindb/storage_uid.txt", &claim);
    let root = world.root("place");
    let added = shell.json(&["storage", "add", &root]);
    assert_eq!(
        (&added["access"], added["instance_uid"].as_str()),
        (&"linked".into(), Some(former.uid().as_str()))
    );
    let adopt = ["storage", "adopt", &root, "--reason", "gone", "--expect-manager", &former.uid()];
    shell.run(&adopt).exits(4).says("If-");
    assert_eq!(world.content("place/.lamindb/storage_uid.txt"), Some(claim));
    assert_eq!(world.places("place/"), ["place/.lamindb/storage_uid.txt"]);
}
