//! What the registry believes, against what the storage says.

use freehold_tests::Lab;

#[test]
fn where_both_agree_the_status_is_0_and_nothing_is_left_behind() {
    let lab = Lab::with_analysis();
    lab.run(&["storage", "add", "./second"]).ok();
    lab.run(&["storage", "add", "./analysis-data"]).ok();
    let before = (lab.contents("second"), lab.contents("analysis-data"));
    let checked = lab.run(&["storage", "check", "--json"]).ok().json();
    assert_eq!(
        (&checked["has_problems"], checked["locations"].as_array().unwrap().len()),
        (&false.into(), 3)
    );
    for location in checked["locations"].as_array().unwrap() {
        assert_eq!(location["findings"], serde_json::json!([]), "{location}");
        let managed = location["access"] == "managed";
        assert_eq!(location["probed"]["create_if_absent"].as_bool(), managed.then_some(true), "{location}");
    }
    assert_eq!((lab.contents("second"), lab.contents("analysis-data")), before);
    lab.run(&["storage", "check"]).ok().says("agrees");
}

#[test]
fn a_claim_that_is_gone_is_a_problem_with_the_command_that_helps() {
    let lab = Lab::new();
    std::fs::remove_file(lab.path("lab-data/.lamindb/storage_uid.txt")).unwrap();
    lab.run(&["storage", "check"]).exits(6).says("problem").says("freehold storage add");
    let checked = lab.run(&["storage", "check", "./lab-data", "--json"]).exits(6).json();
    let finding = &checked["locations"][0]["findings"][0];
    assert_eq!((&finding["severity"], &finding["kind"]), (&"problem".into(), &"claim_missing".into()));
    let remedy: Vec<&str> = finding["remedy"].as_str().unwrap().split(' ').skip(1).collect();
    lab.run(&remedy).ok();
    lab.run(&["storage", "check"]).ok();
    lab.save("a.csv", "1");
}

#[test]
fn a_claim_that_cannot_be_read_is_a_problem_and_stays() {
    let lab = Lab::new();
    let claim = lab.file("lab-data/.lamindb/storage_uid.txt", "garbage");
    let checked = lab.run(&["storage", "check", "--json"]).exits(6).json();
    assert_eq!(checked["locations"][0]["findings"][0]["kind"], "claim_unreadable");
    assert_eq!(std::fs::read_to_string(claim).unwrap(), "garbage");
}

#[test]
fn only_the_location_that_is_named_is_checked() {
    let lab = Lab::new();
    lab.run(&["storage", "add", "./second"]).ok();
    std::fs::remove_file(lab.path("second/.lamindb/storage_uid.txt")).unwrap();
    lab.run(&["storage", "check", "./lab-data"]).ok();
    lab.run(&["storage", "check", "./second"]).exits(6);
    lab.run(&["storage", "check", "./nowhere"]).exits(3);
}
