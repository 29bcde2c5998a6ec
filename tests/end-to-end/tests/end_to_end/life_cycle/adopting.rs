//! A location whose manager is gone.

#[cfg(target_os = "linux")]
use std::io::Write;
#[cfg(target_os = "linux")]
use std::process::{Command, Stdio};

use freehold_tests::Lab;
use serde_json::json;

use super::changes;

/// A lab with a location at `old`, and the uid of the lab.
fn lab_with_old() -> (Lab, String) {
    let lab = Lab::with_analysis();
    lab.run(&["storage", "add", "./old"]).ok();
    let uid = lab.run(&["info", "--json"]).ok().json()["uid"].as_str().unwrap().to_owned();
    (lab, uid)
}

#[test]
fn the_former_claim_is_kept_and_both_histories_tell_the_reason() {
    let (lab, uid) = lab_with_old();
    let claim = std::fs::read(lab.path("old/.lamindb/storage_uid.txt")).unwrap();
    let adopt = ["storage", "adopt", "./old", "--reason", "Group closed", "--expect-manager", &uid, "--json"];
    let adopted = lab.analysis(&adopt).ok().json();
    assert_eq!((&adopted["access"], &adopted["former_manager"]), (&"managed".into(), &uid.as_str().into()));
    let kept = lab.path("old").join(adopted["former_claim"].as_str().unwrap());
    assert_eq!(std::fs::read(kept).unwrap(), claim);
    let shown = lab.analysis(&["storage", "show", "./old", "--json"]).ok().json();
    assert_eq!((changes(&shown), &shown["history"][0]["reason"]), (vec!["adopted"], &"Group closed".into()));
    assert_eq!((&shown["claim"]["epoch"], &shown["claim"]["reason"]), (&2.into(), &"Group closed".into()));
}

#[test]
fn the_former_manager_is_fenced_off_before_a_byte_moves() {
    let (lab, uid) = lab_with_old();
    lab.analysis(&["storage", "adopt", "./old", "--reason", "Group closed", "--expect-manager", &uid]).ok();
    let before = lab.contents("old");
    lab.file("a.csv", "1");
    lab.run(&["save", "a.csv", "--storage", "./old"])
        .exits(4)
        .says("analysis/derived")
        .says("freehold storage add");
    assert_eq!(lab.contents("old"), before);
    let checked = lab.run(&["storage", "check", "./old", "--json"]).exits(6).json();
    assert_eq!(checked["locations"][0]["findings"][0]["kind"], "claim_disagrees");
    let shown = lab.run(&["storage", "show", "./old", "--json"]).ok().json();
    assert_eq!((&shown["access"], changes(&shown)), (&"linked".into(), vec!["claimed", "lost"]));
}

#[test]
fn without_the_managers_uid_it_is_named_and_nothing_is_changed() {
    let (lab, uid) = lab_with_old();
    let before = lab.contents("old");
    let adopt =
        |more: &[&str]| lab.analysis(&[&["storage", "adopt", "./old", "--reason", "closed"], more].concat());
    adopt(&[]).exits(7).says(&uid).says("--expect-manager");
    adopt(&["--expect-manager", "186kfOVJd0dZ"]).exits(4).says(&uid);
    adopt(&["--expect-manager", "unknown"]).exits(4).says(&uid);
    adopt(&["--expect-manager", "lab/primary"]).exits(2);
    assert_eq!(lab.contents("old"), before);
}

#[test]
fn only_what_somebody_else_manages_is_taken_over_and_for_a_reason() {
    let (lab, uid) = lab_with_old();
    let adopt = |root: &str, reason: &str| {
        lab.run(&["storage", "adopt", root, "--reason", reason, "--expect-manager", &uid])
    };
    adopt("./old", "why not").exits(4).says("already");
    adopt("./nowhere", "why not").exits(4).says("freehold storage add");
    adopt("./old", " ").exits(2).says("--reason");
    lab.run(&["storage", "adopt", "./old"]).exits(2);
    lab.run(&["storage", "adopt", "./old", "--reason", "x"]).exits(4).says("already");
    lab.file("broken/.lamindb/storage_uid.txt", "garbage");
    adopt("./broken", "why not").exits(4).says("never taken over");
    assert!(!lab.path("nowhere").exists());
}

#[test]
fn a_claim_of_lamindb_is_taken_over_and_kept() {
    let lab = Lab::new();
    let content = "nUYsCWitlepu\ncreation info:\ninstance_slug=anonymous/mydata\ninstance_id=3fae3ac9c7685a6396f2d619d4a5b2bf\ninstance_uid=186kfOVJd0dZ";
    lab.file("other/.lamindb/storage_uid.txt", content);
    let adopt = [
        "storage",
        "adopt",
        "./other",
        "--reason",
        "moved over",
        "--expect-manager",
        "186kfOVJd0dZ",
        "--json",
    ];
    let adopted = lab.run(&adopt).ok().json();
    assert_eq!((&adopted["uid"], &adopted["access"]), (&json!("nUYsCWitlepu"), &json!("managed")));
    let kept = lab.path("other").join(adopted["former_claim"].as_str().unwrap());
    assert_eq!(std::fs::read_to_string(kept).unwrap(), content);
}

/// Adopts on a terminal, where somebody types `words`. Gives whether that succeeded, and what stood on the terminal.
#[cfg(target_os = "linux")]
fn adopt_on_a_terminal(lab: &Lab, words: &str) -> (bool, String) {
    let adopt = lab.command(&[]);
    let line = format!("{} storage adopt ./old --reason closed", adopt.get_program().display());
    let mut terminal = Command::new("script");
    terminal.args(["--quiet", "--return", "--command", &line, "/dev/null"]).current_dir(lab.path(""));
    for (name, value) in adopt.get_envs() {
        match value {
            Some(value) => terminal.env(name, value),
            None => terminal.env_remove(name),
        };
    }
    terminal.env("FREEHOLD_INSTANCE", "analysis/derived").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut running = terminal.spawn().expect("script, of util-linux, makes a terminal");
    writeln!(running.stdin.take().unwrap(), "{words}").unwrap();
    let output = running.wait_with_output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(target_os = "linux")]
#[test]
fn on_a_terminal_the_managers_uid_has_to_be_typed() {
    let (lab, uid) = lab_with_old();
    let before = lab.contents("old");
    let (is_done, terminal) = adopt_on_a_terminal(&lab, "yes");
    assert!(!is_done && terminal.contains("nothing was changed") && terminal.contains(&uid), "{terminal}");
    assert_eq!(lab.contents("old"), before);
    let (is_done, terminal) = adopt_on_a_terminal(&lab, &uid);
    assert!(is_done && terminal.contains("manages it now"), "{terminal}");
    let shown = lab.analysis(&["storage", "show", "./old", "--json"]).ok().json();
    assert_eq!((&shown["access"], changes(&shown)), (&json!("managed"), vec!["adopted"]));
}
