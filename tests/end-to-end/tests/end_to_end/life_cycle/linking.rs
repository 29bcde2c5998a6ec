//! Those who link a location, and what is seen of its backend.

use freehold_tests::Lab;
use serde_json::json;

#[test]
fn a_receipt_tells_the_manager_who_links() {
    let lab = Lab::with_analysis();
    let uid = lab.analysis(&["info", "--json"]).ok().json()["uid"].as_str().unwrap().to_owned();
    let added = lab.analysis(&["storage", "add", "./lab-data", "--link", "--announce", "--json"]).ok().json();
    assert_eq!((&added["access"], &added["announced"]), (&"linked".into(), &true.into()));
    assert!(lab.path(&format!("lab-data/.lamindb/links/{uid}")).is_file());
    let linkers = lab.run(&["storage", "show", "./lab-data", "--json"]).ok().json()["linkers"].clone();
    assert_eq!(linkers["instances"], json!([{"uid": uid, "slug": "analysis/derived"}]));
    lab.run(&["storage", "show", "./lab-data"]).ok().says("analysis/derived");
    lab.run(&["storage", "check"]).ok().says("analysis/derived");
}

#[test]
fn a_receipt_is_taken_back_by_who_removes_the_location() {
    let lab = Lab::with_analysis();
    lab.analysis(&["storage", "add", "./lab-data", "--link", "--announce"]).ok().says("receipt");
    lab.analysis(&["storage", "remove", "./lab-data"]).ok();
    let linkers = lab.run(&["storage", "show", "./lab-data", "--json"]).ok().json()["linkers"].clone();
    assert_eq!(linkers["instances"], json!([]));
}

#[test]
fn without_announce_nothing_is_written_where_one_links() {
    let lab = Lab::with_analysis();
    let before = lab.contents("lab-data/.lamindb");
    let before: Vec<_> = before.into_iter().map(|(path, _)| path).collect();
    let added = lab.analysis(&["storage", "add", "./lab-data", "--link", "--json"]).ok().json();
    assert_eq!(added["announced"], false);
    let after: Vec<_> = lab.contents("lab-data/.lamindb").into_iter().map(|(path, _)| path).collect();
    assert_eq!(after, before);
    lab.analysis(&["storage", "add", "./lab-data", "--announce"]).exits(2).says("--link");
}

#[test]
fn a_forged_receipt_changes_nothing_but_is_noted() {
    let lab = Lab::new();
    lab.file("lab-data/.lamindb/links/186kfOVJd0dZ", "garbage");
    let linkers = lab.run(&["storage", "show", "./lab-data", "--json"]).ok().json()["linkers"].clone();
    assert_eq!((&linkers["instances"], &linkers["unreadable"]), (&json!([]), &json!(1)));
    lab.run(&["storage", "check"]).ok().says("receipts");
    lab.save("a.csv", "1");
}

#[test]
fn what_the_backend_can_do_is_tried_out_and_shown() {
    let lab = Lab::new();
    lab.run(&["storage", "add", "./second"]).ok();
    for root in ["./lab-data", "./second"] {
        let shown = lab.run(&["storage", "show", root, "--json"]).ok().json();
        for capability in ["create_if_absent", "compare_and_swap", "list_after_write"] {
            assert_eq!(shown["capabilities"][capability], true, "{shown}");
        }
        assert!(shown["capabilities"]["case_sensitive"].is_boolean());
    }
    lab.file("linked/a.csv", "1");
    lab.run(&["storage", "add", "./linked", "--link"]).ok();
    lab.run(&["storage", "show", "./linked"]).ok().says("not probed");
}
