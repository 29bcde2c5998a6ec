//! A location that is given up.

use freehold_tests::Lab;

use super::changes;

/// A lab with a second location, at which an artifact is recorded.
fn lab_with_second() -> Lab {
    let lab = Lab::with_analysis();
    lab.run(&["storage", "add", "./second"]).ok();
    lab.file("a.csv", "1");
    lab.run(&["save", "a.csv", "--storage", "./second"]).ok();
    lab
}

#[test]
fn what_lies_in_a_released_location_stays_and_is_read() {
    let lab = lab_with_second();
    let released = lab.run(&["storage", "release", "./second", "--yes", "--json"]).ok().json();
    assert_eq!((&released["access"], &released["instance_uid"]), (&"linked".into(), &().into()));
    assert!(!lab.path("second/.lamindb/storage_uid.txt").exists());
    assert_eq!(lab.run(&["get", "a.csv", "--output", "-"]).ok().stdout, "1");
    let shown = lab.run(&["storage", "show", "./second", "--json"]).ok().json();
    assert_eq!(
        (changes(&shown), &shown["claim"]["state"]),
        (vec!["claimed", "released"], &"unclaimed".into())
    );
}

#[test]
fn a_released_location_is_not_written_to_and_can_be_anybodys() {
    let lab = lab_with_second();
    lab.run(&["storage", "release", "./second", "--yes"]).ok().says("freehold storage add");
    let before = lab.contents("second");
    lab.file("b.csv", "2");
    lab.run(&["save", "b.csv", "--storage", "./second"]).exits(4);
    assert_eq!(lab.contents("second"), before);
    assert_eq!(lab.analysis(&["storage", "add", "./second", "--json"]).ok().json()["access"], "managed");
    lab.run(&["storage", "release", "./second", "--yes"]).ok();
    assert_eq!(lab.analysis(&["storage", "show", "./second", "--json"]).ok().json()["access"], "managed");
}

#[test]
fn a_released_location_is_taken_back_in_a_later_epoch() {
    let lab = lab_with_second();
    lab.run(&["storage", "release", "./second", "--yes"]).ok();
    assert_eq!(lab.run(&["storage", "add", "./second", "--json"]).ok().json()["access"], "managed");
    let shown = lab.run(&["storage", "show", "./second", "--json"]).ok().json();
    assert_eq!(shown["claim"]["epoch"], 2);
    lab.file("b.csv", "2");
    lab.run(&["save", "b.csv", "--storage", "./second"]).ok();
}

#[test]
fn releasing_has_to_be_confirmed() {
    let lab = lab_with_second();
    lab.run(&["storage", "release", "./second"]).exits(7).says("--yes");
    assert_eq!(lab.run(&["storage", "show", "./second", "--json"]).ok().json()["access"], "managed");
}

#[test]
fn the_default_storage_and_what_is_not_ours_are_not_released() {
    let lab = lab_with_second();
    lab.run(&["storage", "release", "./lab-data", "--yes"]).exits(4).says("freehold storage default");
    lab.analysis(&["storage", "add", "./lab-data"]).ok();
    lab.analysis(&["storage", "release", "./lab-data", "--yes"]).exits(4).says("lab/primary");
    lab.run(&["storage", "release", "./nowhere", "--yes"]).exits(3);
}

#[test]
fn removing_a_managed_location_says_that_the_claim_is_given_up() {
    let lab = Lab::with_analysis();
    lab.run(&["storage", "add", "./second"]).ok();
    lab.run(&["storage", "remove", "./second"]).ok().says("claim is given up");
    lab.analysis(&["storage", "add", "./lab-data"]).ok();
    let answer = lab.analysis(&["storage", "remove", "./lab-data"]).ok();
    assert!(!answer.stdout.contains("given up"), "{answer:#?}");
}
