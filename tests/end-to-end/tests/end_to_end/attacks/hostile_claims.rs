//! What lies where a claim should be is never read without bound, never waited for and never overwritten.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use freehold_tests::{Answer, Lab};

const CLAIM: &str = ".lamindb/storage_uid.txt";

const GIBIBYTE: u64 = 1 << 30;

/// More address space than a command needs that reads no claim whole, in KiB.
const ENOUGH: u64 = 900 * 1024;

fn huge(claim: &Path) {
    fs::File::create(claim).unwrap().set_len(GIBIBYTE).unwrap();
}

fn pipe(claim: &Path) {
    assert!(Command::new("mkfifo").arg(claim).status().unwrap().success());
}

fn invalid_utf8(claim: &Path) {
    fs::write(claim, b"nUYsCWitlepu\ninstance_id=\xff\xfe").unwrap();
}

fn link_to_nothing(claim: &Path) {
    symlink("/nowhere/at/all", claim).unwrap();
}

fn folder(claim: &Path) {
    fs::create_dir(claim).unwrap();
}

type Hostile = fn(&Path);

const HOSTILE: [(&str, Hostile); 5] =
    [("huge", huge), ("pipe", pipe), ("text", invalid_utf8), ("link", link_to_nothing), ("folder", folder)];

/// Runs the command with bounded memory; whoever waits for a pipe never comes back from it, and fails the test by its time limit.
fn bounded(lab: &Lab, arguments: &[&str]) -> Answer {
    let command = lab.command(arguments);
    let mut limited = Command::new("sh");
    limited.args(["-c", &format!("ulimit -v {ENOUGH}; exec \"$0\" \"$@\"")]).arg(command.get_program());
    limited.args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => limited.env(name, value),
            None => limited.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        limited.current_dir(folder);
    }
    lab.run_command(&mut limited)
}

/// A folder with such a claim, and what the claim is like.
fn place(lab: &Lab, name: &str, put: Hostile) -> fs::Metadata {
    let claim = lab.path(name).join(CLAIM);
    fs::create_dir_all(claim.parent().unwrap()).unwrap();
    put(&claim);
    fs::symlink_metadata(claim).unwrap()
}

fn is_untouched(lab: &Lab, name: &str, before: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    let after = fs::symlink_metadata(lab.path(name).join(CLAIM)).unwrap();
    (after.ino(), after.len(), after.ctime_nsec()) == (before.ino(), before.len(), before.ctime_nsec())
}

#[test]
fn a_place_with_a_hostile_claim_is_not_managed_and_its_claim_is_left_alone() {
    let lab = Lab::new();
    for (name, put) in HOSTILE {
        let before = place(&lab, name, put);
        bounded(&lab, &["storage", "add", name]).exits(4).says(name);
        assert!(is_untouched(&lab, name, &before), "{name}");
    }
}

#[test]
fn nothing_is_managed_inside_a_place_with_a_hostile_claim() {
    let lab = Lab::new();
    for (name, put) in HOSTILE {
        let before = place(&lab, name, put);
        let inner = format!("{name}/inner");
        fs::create_dir(lab.path(&inner)).unwrap();
        bounded(&lab, &["storage", "add", &inner]).exits(4).says(name);
        assert!(!lab.path(&inner).join(CLAIM).exists(), "{name}");
        assert!(is_untouched(&lab, name, &before), "{name}");
    }
}

#[test]
fn nothing_is_managed_around_a_place_with_a_hostile_claim() {
    let lab = Lab::new();
    for (name, put) in HOSTILE {
        let outer = format!("around-{name}");
        let inner = format!("{outer}/{name}");
        let before = place(&lab, &inner, put);
        bounded(&lab, &["storage", "add", &outer]).exits(4).says(name);
        assert!(!lab.path(&outer).join(CLAIM).exists(), "{name}");
        assert!(is_untouched(&lab, &inner, &before), "{name}");
    }
}
