//! Names that lead nowhere, or to several things.

use freehold_tests::{Lab, Sandbox};

#[test]
fn an_instance_name_with_a_slash_is_refused() {
    let sandbox = Sandbox::new();
    sandbox.run(&["init", "--storage", "./data", "--name", "a/b"]).exits(2).says("'/'");
    assert!(!sandbox.path("data").exists());
}

#[test]
fn a_second_instance_with_the_name_of_a_known_one_is_refused() {
    let lab = Lab::new();
    lab.run(&["init", "--storage", "./other", "--name", "primary", "--owner", "lab"])
        .exits(4)
        .says("lab/primary");
    assert!(!lab.path("other").exists());
}

#[test]
fn init_over_an_existing_instance_with_another_name_is_refused() {
    let lab = Lab::new();
    let before = lab.run(&["info", "--json"]).ok().json();
    lab.run(&["init", "--storage", "./lab-data", "--name", "other", "--owner", "lab"])
        .exits(4)
        .says("lab/primary");
    assert_eq!(lab.run(&["info", "--json"]).ok().json(), before);
}

#[test]
fn init_again_is_success_and_changes_nothing() {
    let lab = Lab::new();
    let before = lab.run(&["info", "--json"]).ok().json();
    lab.run(&["init", "--storage", "./lab-data", "--name", "primary", "--owner", "lab"]).ok();
    assert_eq!(lab.run(&["info", "--json"]).ok().json(), before);
}

#[test]
fn unknown_names_are_not_found() {
    let lab = Lab::new();
    for command in [
        &["show", "nothing.csv"][..],
        &["get", "AAAAAAAAAAAAAAAA0000"],
        &["path", "nothing.csv"],
        &["delete", "nothing.csv"],
        &["restore", "AAAAAAAAAAAAAAAA0000"],
        &["update", "nothing.csv", "--description", "x"],
        &["storage", "show", "AAAAAAAAAAAA"],
        &["run", "show", "AAAAAAAAAAAAAAAA"],
        &["connect", "no/body"],
        &["--instance", "no/body", "info"],
    ] {
        let answer = lab.run(command).exits(3);
        assert!(answer.stderr.starts_with("error: "), "{answer:#?}");
        assert!(answer.stderr.contains("hint: "), "{answer:#?}");
    }
}

#[test]
fn without_an_instance_the_next_step_is_named() {
    Sandbox::new().run(&["info"]).exits(3).says("freehold init");
}

#[test]
fn a_unique_prefix_of_a_storage_uid_is_enough() {
    let lab = Lab::new();
    let uid = lab.run(&["storage", "default", "--json"]).ok().json()["uid"].as_str().unwrap().to_owned();
    let shown = lab.run(&["storage", "show", &uid[..4], "--json"]).ok().json();
    assert_eq!(shown["uid"], uid);
}
