//! Contents of cloud artifacts are kept on this machine, and never believed unchecked.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use freehold_tests::{Actor, StorageKind, World};

use super::on_both_clouds::on_both_clouds;

on_both_clouds! { a_second_get_asks_the_cloud_for_no_bytes }

const CONTENT: &str = "read again and again";

/// A lab with one artifact in the cloud, and the artifact's uid.
fn saved(world: &World) -> (Actor, String) {
    let lab = world.actor("lab/primary", "lab-data");
    world.file("a.txt", CONTENT);
    let uid = lab.json(&["save", "a.txt"])[0]["uid"].as_str().unwrap().to_owned();
    (lab, uid)
}

/// How often the artifact's object was read.
fn readings(world: &World, uid: &str) -> usize {
    let requests = world.cloud().requests().into_iter();
    requests.filter(|request| request.method == "GET" && request.path.contains(uid)).count()
}

/// The files in the cache that hold the content.
fn kept(world: &World) -> Vec<PathBuf> {
    let digest = blake3::hash(CONTENT.as_bytes()).to_hex();
    let files = world.contents(".lab/cache").into_iter().map(|(path, _)| path);
    files.filter(|path| path.is_file() && path.to_str().unwrap().contains(digest.as_str())).collect()
}

fn a_second_get_asks_the_cloud_for_no_bytes(storage: StorageKind) {
    let world = World::of(storage);
    let (lab, uid) = saved(&world);
    assert_eq!(lab.get("a.txt"), CONTENT.as_bytes());
    let once = readings(&world, &uid);
    assert_eq!(kept(&world).len(), 1);
    assert_eq!(lab.get("a.txt"), CONTENT.as_bytes());
    assert_eq!(lab.run(&["get", &uid, "--output", "-"]).ok().stdout, CONTENT);
    assert_eq!(readings(&world, &uid), once);
}

#[test]
fn a_damaged_file_of_the_cache_is_fetched_again() {
    let world = World::of(StorageKind::S3);
    let (lab, uid) = saved(&world);
    lab.get("a.txt");
    let (once, file) = (readings(&world, &uid), kept(&world).remove(0));
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    std::fs::write(&file, "read again and again?").unwrap();
    assert_eq!(lab.get("a.txt"), CONTENT.as_bytes());
    assert_eq!(readings(&world, &uid), once + 1);
    assert_eq!(std::fs::read_to_string(kept(&world).remove(0)).unwrap(), CONTENT);
}

#[test]
fn a_get_without_the_cache_leaves_nothing_there() {
    let world = World::of(StorageKind::S3);
    let (lab, _) = saved(&world);
    assert_eq!(lab.run(&["get", "a.txt", "--no-cache", "--output", "-"]).ok().stdout, CONTENT);
    let off = (*lab).clone().with("FREEHOLD_CACHE_SIZE", "0");
    assert_eq!(off.run(&["get", "a.txt", "--output", "-"]).ok().stdout, CONTENT);
    assert_eq!(kept(&world), Vec::<PathBuf>::new());
}

#[test]
fn a_cached_path_is_a_file_with_the_content() {
    let world = World::of(StorageKind::S3);
    let (lab, _) = saved(&world);
    let path = lab.run(&["path", "a.txt", "--cached"]).ok().line().to_owned();
    assert!(path.starts_with(lab.variable("FREEHOLD_CACHE_DIR")), "{path}");
    assert_eq!(std::fs::read_to_string(path).unwrap(), CONTENT);
}

#[test]
fn the_cache_is_shown_and_cleared() {
    let world = World::of(StorageKind::S3);
    let (lab, uid) = saved(&world);
    lab.get("a.txt");
    let info = lab.json(&["cache", "info"]);
    assert!(info.to_string().contains(&CONTENT.len().to_string()), "{info}");
    assert!(info.to_string().contains(lab.variable("FREEHOLD_CACHE_DIR")), "{info}");
    lab.run(&["cache", "info"]).ok();
    let once = readings(&world, &uid);
    lab.run(&["cache", "clear"]).ok();
    assert_eq!(kept(&world), Vec::<PathBuf>::new());
    assert_eq!(lab.get("a.txt"), CONTENT.as_bytes());
    assert_eq!(readings(&world, &uid), once + 1);
}

#[test]
fn an_unusable_cache_stops_nobody() {
    let world = World::of(StorageKind::S3);
    let (lab, _) = saved(&world);
    let blocked = world.file("a-file", "");
    let shell = (*lab).clone().with("FREEHOLD_CACHE_DIR", blocked.to_str().unwrap());
    assert_eq!(shell.run(&["get", "a.txt", "--output", "-"]).ok().stdout, CONTENT);
}

#[test]
fn eight_processes_that_fetch_one_artifact_at_once_get_it() {
    let world = World::of(StorageKind::S3);
    let (lab, _) = saved(&world);
    let running: Vec<_> = (0..8).map(|_| lab.start(&["get", "a.txt", "--output", "-"])).collect();
    for running in running {
        assert_eq!(running.answer().ok().stdout, CONTENT);
    }
    assert_eq!(kept(&world).len(), 1);
}
