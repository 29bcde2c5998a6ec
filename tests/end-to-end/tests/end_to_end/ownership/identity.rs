//! An instance is who it is by its random id, whatever it is called.

use freehold_tests::{Actor, StorageKind, World};

use super::on_every_storage::on_every_storage;

on_every_storage! {
    two_instances_with_the_same_name_are_two,
}

fn two_instances_with_the_same_name_are_two(storage: StorageKind) {
    let world = World::of(storage);
    let actor = |name: &str| Actor::init(world.visitor(name), "lab/primary", world.root(name), None);
    let (first, second) = (actor("first"), actor("second"));
    assert_ne!(first.uid(), second.uid());
    let added = second.json(&["storage", "add", first.root()]);
    assert_eq!(
        (&added["access"], added["instance_uid"].as_str()),
        (&"linked".into(), Some(first.uid().as_str()))
    );
    world.file("a.csv", "1");
    second.run(&["save", "a.csv", "--storage", first.root()]).exits(4).says(&first.uid());
    let inner = world.root("first/inner");
    second.run(&["storage", "add", &inner]).exits(4).says("lies inside");
    first.run(&["save", "a.csv"]).ok();
}
