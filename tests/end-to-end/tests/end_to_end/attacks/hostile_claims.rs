//! What lies where a claim should be is never read without bound, never waited for and never overwritten.

use std::fs;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;

use freehold_tests::Lab;

use super::bounded::bounded;

const CLAIM: &str = ".lamindb/storage_uid.txt";

const GIBIBYTE: u64 = 1 << 30;

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

fn link_without_end(claim: &Path) {
    symlink("/dev/zero", claim).unwrap();
}

fn link_to_itself(claim: &Path) {
    symlink("storage_uid.txt", claim).unwrap();
}

/// A link to a claim in order that lies elsewhere.
fn link_to_a_claim(claim: &Path) {
    let elsewhere = claim.parent().unwrap().parent().unwrap().with_extension("elsewhere");
    fs::write(&elsewhere, "nUYsCWitlepu\ninstance_id=3fae3ac9c7685a6396f2d619d4a5b2bf").unwrap();
    symlink(elsewhere, claim).unwrap();
}

fn folder(claim: &Path) {
    fs::create_dir(claim).unwrap();
}

fn socket(claim: &Path) {
    // The path of a socket has a short limit of its own.
    let made = tempfile::tempdir_in(claim.parent().unwrap().parent().unwrap().parent().unwrap()).unwrap();
    drop(UnixListener::bind(made.path().join("s")).unwrap());
    fs::rename(made.path().join("s"), claim).unwrap();
}

type Hostile = fn(&Path);

const HOSTILE: [(&str, Hostile); 9] = [
    ("huge", huge),
    ("pipe", pipe),
    ("text", invalid_utf8),
    ("link", link_to_nothing),
    ("endless", link_without_end),
    ("itself", link_to_itself),
    ("elsewhere", link_to_a_claim),
    ("folder", folder),
    ("socket", socket),
];

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
        bounded(&lab.command(&["storage", "add", name])).exits(4).says(name);
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
        bounded(&lab.command(&["storage", "add", &inner])).exits(4).says(name);
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
        bounded(&lab.command(&["storage", "add", &outer])).exits(4).says(name);
        assert!(!lab.path(&outer).join(CLAIM).exists(), "{name}");
        assert!(is_untouched(&lab, &inner, &before), "{name}");
    }
}

#[test]
fn a_gibibyte_that_is_really_there_is_not_read() {
    let lab = Lab::new();
    let claim = lab.file("real/.lamindb/storage_uid.txt", "");
    let mut file = fs::File::create(&claim).unwrap();
    let piece = vec![b'x'; 1 << 23];
    for _ in 0..GIBIBYTE / piece.len() as u64 {
        file.write_all(&piece).unwrap();
    }
    let adopt = ["storage", "adopt", "real", "--reason", "why not", "--expect-manager", "unknown"];
    for arguments in [&["storage", "add", "real"][..], &adopt] {
        bounded(&lab.command(arguments)).exits(4).says("1073741824 bytes");
    }
    assert_eq!(fs::metadata(claim).unwrap().len(), GIBIBYTE);
}

#[test]
fn a_hostile_claim_is_never_taken_over_and_can_be_linked() {
    let lab = Lab::new();
    for (name, put) in HOSTILE {
        let before = place(&lab, name, put);
        let adopt = ["storage", "adopt", name, "--reason", "why not", "--expect-manager", "unknown"];
        bounded(&lab.command(&adopt)).exits(4).says("never taken over").says(name);
        let linked = bounded(&lab.command(&["storage", "add", name, "--link", "--json"])).ok().json();
        assert_eq!(linked["access"], "linked", "{linked}");
        bounded(&lab.command(&["storage", "show", name])).ok().says("cannot be read");
        assert!(is_untouched(&lab, name, &before), "{name}");
    }
}

#[test]
fn a_managed_location_whose_claim_becomes_hostile_is_not_written() {
    for (name, put) in HOSTILE {
        let lab = Lab::new();
        lab.file("a.csv", "1");
        let claim = lab.path("lab-data").join(CLAIM);
        fs::remove_file(&claim).unwrap();
        put(&claim);
        let before = fs::symlink_metadata(&claim).unwrap();
        bounded(&lab.command(&["save", "a.csv"])).exits(4).says("cannot be read").says("nothing was written");
        bounded(&lab.command(&["storage", "check", "lab-data"])).exits(6).says("cannot be read");
        assert!(is_untouched(&lab, "lab-data", &before), "{name}");
        assert_eq!(ingested(&lab), 0, "{name}");
    }
}

/// How many blobs were ingested.
fn ingested(lab: &Lab) -> usize {
    let entries = fs::read_dir(lab.path("lab-data/.lamindb")).unwrap();
    entries.filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().ends_with(".csv")).count()
}

#[test]
fn a_reserved_folder_that_is_a_file_a_pipe_or_a_link_is_left_as_it_is() {
    let lab = Lab::new();
    let elsewhere = lab.file("elsewhere/storage_uid.txt", "text");
    lab.file("file/.lamindb", "not a folder");
    fs::create_dir_all(lab.path("pipe")).unwrap();
    pipe(&lab.path("pipe/.lamindb"));
    for (name, target) in [("link", elsewhere.parent().unwrap()), ("nothing", Path::new("/nowhere/at/all"))] {
        fs::create_dir_all(lab.path(name)).unwrap();
        symlink(target, lab.path(name).join(".lamindb")).unwrap();
    }
    for name in ["file", "pipe", "link", "nothing"] {
        let reserved = lab.path(name).join(".lamindb");
        let before = fs::symlink_metadata(&reserved).unwrap();
        let answer = bounded(&lab.command(&["storage", "add", name])).says(name);
        assert!(matches!(answer.status, 1 | 4), "{answer:#?}");
        let after = fs::symlink_metadata(&reserved).unwrap();
        assert_eq!((after.file_type(), after.len()), (before.file_type(), before.len()), "{name}");
        assert_eq!(fs::read_dir(lab.path(name)).unwrap().count(), 1, "{name}");
    }
    assert_eq!(fs::read_to_string(elsewhere).unwrap(), "text");
    assert_eq!(lab.run(&["storage", "list", "--json"]).ok().json().as_array().unwrap().len(), 1);
}
