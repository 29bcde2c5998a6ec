//! Kills, and instances that are deleted or made while others are at work.

use std::process::Stdio;
use std::time::Duration;

use freehold_tests::{Lab, Sandbox};

const INIT: [&str; 7] = ["init", "--storage", "data", "--name", "lab", "--owner", "o"];

#[test]
fn an_init_killed_at_any_time_is_finished_by_the_same_init() {
    for delay in (0..120).step_by(6) {
        let sandbox = Sandbox::new();
        let mut command = sandbox.command(&INIT);
        let mut killed = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(delay));
        killed.kill().unwrap();
        killed.wait().unwrap();
        sandbox.run(&INIT).ok();
        sandbox.file("a.txt", "content");
        sandbox.run(&["save", "a.txt"]).ok();
    }
}

#[test]
fn an_empty_database_with_a_journal_is_what_a_killed_init_leaves_and_is_begun_again() {
    let sandbox = Sandbox::new();
    sandbox.file("data/.lamindb/freehold.db", "");
    sandbox.file("data/.lamindb/freehold.db-journal", [0; 512]);
    sandbox.run(&INIT).ok();
}

#[test]
fn inits_at_once_of_one_instance_succeed_or_may_be_repeated() {
    for _ in 0..5 {
        let sandbox = Sandbox::new();
        let spawn = |_| sandbox.command(&INIT).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let racing: Vec<_> = (0..6).map(spawn).collect();
        let statuses: Vec<_> =
            racing.into_iter().map(|mut child| child.wait().unwrap().code().unwrap()).collect();
        assert!(statuses.iter().all(|status| [0, 5].contains(status)), "{statuses:?}");
        assert!(statuses.contains(&0), "{statuses:?}");
        sandbox.run(&INIT).ok();
        assert_eq!(sandbox.run(&["storage", "list", "--json"]).ok().json().as_array().unwrap().len(), 1);
    }
}

fn lab_with_a_save_under_way() -> (Lab, std::process::Child) {
    let lab = Lab::new();
    std::fs::File::create(lab.path("large.bin")).unwrap().set_len(768 * 1024 * 1024).unwrap();
    let mut command = lab.command(&["save", "large.bin"]);
    let mut save = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while !lab.path("lab-data/.lamindb/freehold-sessions").exists() && save.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(2));
    }
    // The session begins just before the copy is announced.
    std::thread::sleep(Duration::from_millis(100));
    (lab, save)
}

#[test]
fn an_instance_that_cannot_be_deleted_now_keeps_its_claims() {
    let (lab, mut save) = lab_with_a_save_under_way();
    let deleted = lab.run(&["instance", "delete", "lab/primary", "--release", "--yes"]);
    let is_claimed = lab.path("lab-data/.lamindb/storage_uid.txt").exists();
    save.wait().unwrap();
    assert!(deleted.status == 0 || is_claimed, "{deleted:#?}");
}

#[test]
fn a_purge_of_an_instance_leaves_no_bytes_of_a_save_under_way() {
    let (lab, mut save) = lab_with_a_save_under_way();
    let purge = || lab.run(&["instance", "delete", "lab/primary", "--purge", "--yes"]);
    let first = purge();
    save.wait().unwrap();
    if first.status != 0 {
        purge().ok();
    }
    let left = lab.contents("lab-data");
    assert!(left.is_empty(), "{:?}", left.iter().map(|(path, _)| path).collect::<Vec<_>>());
}
