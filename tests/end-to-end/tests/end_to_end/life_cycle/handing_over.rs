//! A location that goes from one instance to another.

use freehold_tests::Lab;

use super::changes;

fn lab_with_second() -> Lab {
    let lab = Lab::with_analysis();
    lab.run(&["storage", "add", "./second"]).ok();
    lab.file("a.csv", "1");
    lab.run(&["save", "a.csv", "--storage", "./second"]).ok();
    lab
}

fn uid_of(lab: &Lab, slug: &str) -> String {
    lab.run(&["--instance", slug, "info", "--json"]).ok().json()["uid"].as_str().unwrap().to_owned()
}

#[test]
fn the_giver_is_fenced_off_and_the_receiver_manages_what_it_adds() {
    let lab = lab_with_second();
    let receiver = uid_of(&lab, "analysis/derived");
    let handed = lab
        .run(&["storage", "hand-over", "./second", "--to", "analysis/derived", "--yes", "--json"])
        .ok()
        .json();
    assert_eq!((&handed["access"], &handed["instance_uid"]), (&"linked".into(), &receiver.as_str().into()));
    assert_eq!(handed["receiver"], serde_json::json!({"uid": receiver, "slug": "analysis/derived"}));
    let before = lab.contents("second");
    lab.file("b.csv", "2");
    lab.run(&["save", "b.csv", "--storage", "./second"]).exits(4).says("analysis/derived");
    assert_eq!(lab.contents("second"), before);

    assert_eq!(lab.analysis(&["storage", "add", "./second", "--json"]).ok().json()["access"], "managed");
    lab.analysis(&["save", "b.csv", "--storage", "./second"]).ok();
    assert_eq!(lab.run(&["get", "a.csv", "--output", "-"]).ok().stdout, "1");
}

#[test]
fn both_sides_history_tells_of_it() {
    let lab = lab_with_second();
    lab.run(&["storage", "hand-over", "./second", "--to", "analysis/derived", "--yes"]).ok();
    lab.analysis(&["storage", "add", "./second"]).ok();
    let giver = lab.run(&["storage", "show", "./second", "--json"]).ok().json();
    assert_eq!(changes(&giver), ["claimed", "handed_over"]);
    assert_eq!(giver["history"][1]["other"], uid_of(&lab, "analysis/derived").as_str());
    let receiver = lab.analysis(&["storage", "show", "./second", "--json"]).ok().json();
    assert_eq!((changes(&receiver), &receiver["claim"]["epoch"]), (vec!["received"], &2.into()));
    lab.run(&["storage", "show", "./second"]).ok().says("handed over, epoch 2");
}

#[test]
fn a_receiver_is_named_by_slug_uid_or_id() {
    let lab = lab_with_second();
    let info = lab.analysis(&["info", "--json"]).ok().json();
    for name in ["slug", "uid", "id"] {
        let to = info[name].as_str().unwrap();
        let handed =
            lab.run(&["storage", "hand-over", "./second", "--to", to, "--yes", "--json"]).ok().json();
        assert_eq!(handed["receiver"]["uid"], info["uid"], "{to}");
        lab.analysis(&["storage", "add", "./second"]).ok();
        lab.analysis(&["storage", "hand-over", "./second", "--to", "lab/primary", "--yes"]).ok();
        lab.run(&["storage", "add", "./second"]).ok();
    }
}

#[test]
fn a_location_goes_to_nobody_unknown_nor_to_itself_nor_unasked() {
    let lab = lab_with_second();
    let hand = |to: &str| lab.run(&["storage", "hand-over", "./second", "--to", to, "--yes"]);
    hand("nobody/known").exits(3).says("freehold instance list");
    hand("lab/primary").exits(2).says("this very instance");
    lab.run(&["storage", "hand-over", "./second", "--to", "analysis/derived"]).exits(7).says("--yes");
    lab.run(&["storage", "hand-over", "./lab-data", "--to", "analysis/derived", "--yes"])
        .exits(4)
        .says("default");
    lab.analysis(&["storage", "add", "./second"]).ok();
    lab.analysis(&["storage", "hand-over", "./second", "--to", "lab/primary", "--yes"]).exits(4);
    assert_eq!(lab.run(&["storage", "show", "./second", "--json"]).ok().json()["access"], "managed");
}

#[test]
fn a_receiver_that_connects_to_the_root_manages_it() {
    let lab = lab_with_second();
    lab.run(&["connect", "./second"]).ok();
    lab.run(&["storage", "hand-over", "./second", "--to", "analysis/derived", "--yes"]).ok();
    lab.run(&["connect", "./second"]).ok().says("handed over").says("analysis/derived");
    assert_eq!(lab.run(&["info", "--json"]).ok().json()["slug"], "analysis/derived");
    let shown = lab.run(&["storage", "show", "./second", "--json"]).ok().json();
    assert_eq!((&shown["access"], changes(&shown)), (&"managed".into(), vec!["received"]));
    lab.file("b.csv", "2");
    lab.run(&["save", "b.csv", "--storage", "./second"]).ok();
    let again = lab.run(&["connect", "./second"]).ok();
    assert!(!again.stdout.contains("handed over"), "{again:#?}");
}
