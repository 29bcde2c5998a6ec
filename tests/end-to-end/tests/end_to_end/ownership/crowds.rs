//! A place among very many files: all of them are looked through, in little memory.

use std::fs::File;
use std::path::{Path, PathBuf};

use freehold_tests::{Lab, Sandbox};

/// How many files lie around the claim, unless the environment says otherwise.
const FILES: usize = 200_000;
/// How many files lie on an ordinary disk, which takes long to make them.
const FILES_ON_DISK: usize = 10_000;
/// How many files lie in each folder.
const FILES_IN_A_FOLDER: usize = 1_000;
/// A file system in memory, where the machine has one.
const MEMORY: &str = "/dev/shm";

/// A folder for very many files, and how many it is to have.
fn ground() -> (tempfile::TempDir, usize) {
    let ground = |folder: &Path| tempfile::Builder::new().prefix("freehold-crowd").tempdir_in(folder);
    let wanted = std::env::var("FREEHOLD_CROWD_FILES").ok();
    let wanted = wanted.map(|files| files.parse().expect("FREEHOLD_CROWD_FILES is a number"));
    match ground(Path::new(MEMORY)) {
        Ok(folder) => (folder, wanted.unwrap_or(FILES)),
        Err(_) => (ground(&std::env::temp_dir()).expect("a folder"), wanted.unwrap_or(FILES_ON_DISK)),
    }
}

/// Makes empty files, and gives the folder that was made last.
fn crowd(ground: &Path, files: usize) -> PathBuf {
    let folder = |number: usize| ground.join(format!("{:02}", number % 20)).join(format!("{number:04}"));
    for number in 0..files / FILES_IN_A_FOLDER {
        let folder = folder(number);
        std::fs::create_dir_all(&folder).unwrap();
        for file in 0..FILES_IN_A_FOLDER {
            File::create(folder.join(format!("{file:03}"))).unwrap();
        }
    }
    folder(files / FILES_IN_A_FOLDER - 1)
}

/// The folder that a search comes to last: nobody can say which, so that each of several is tried.
fn candidates(last_made: &Path, ground: &Path) -> Vec<PathBuf> {
    let mut listed: Vec<PathBuf> = Vec::new();
    for outer in std::fs::read_dir(ground).unwrap().flatten() {
        let inner: Vec<PathBuf> =
            std::fs::read_dir(outer.path()).unwrap().flatten().map(|entry| entry.path()).collect();
        listed.extend(inner.into_iter().next_back());
    }
    let last_listed = listed.last().cloned();
    [listed.into_iter().next(), last_listed, Some(last_made.to_owned())].into_iter().flatten().collect()
}

#[test]
fn the_only_claim_among_very_many_files_is_found_wherever_it_lies() {
    let (ground, files) = ground();
    let last_made = crowd(ground.path(), files);
    let lab = Lab::new();
    let root = ground.path().to_str().unwrap();
    let claim = other_claim();
    for folder in candidates(&last_made, ground.path()) {
        let reserved = folder.join(".lamindb");
        std::fs::create_dir(&reserved).unwrap();
        std::fs::write(reserved.join("storage_uid.txt"), &claim).unwrap();
        let answer = lab.run(&["storage", "add", root]).exits(4).says("contains").says("other/data");
        answer.says(folder.file_name().unwrap().to_str().unwrap());
        assert!(!ground.path().join(".lamindb").exists(), "the claim is withdrawn without a trace");
        std::fs::remove_dir_all(reserved).unwrap();
    }
    lab.run(&["storage", "add", root]).ok();
    println!("{files} files looked through");
}

/// The claim of some other instance.
fn other_claim() -> Vec<u8> {
    let other = Sandbox::new();
    other.run(&["init", "--storage", "./data", "--owner", "other"]).ok();
    std::fs::read(other.path("data/.lamindb/storage_uid.txt")).unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn looking_through_very_many_files_takes_no_more_memory_than_through_none() {
    /// What may differ from run to run, in KiB.
    const LEEWAY: u64 = 24 * 1024;
    let (ground, files) = ground();
    let lab = Lab::new();
    std::fs::create_dir(lab.path("empty")).unwrap();
    let peak = |root: &str| {
        let mut running = lab.shell("").start(&["storage", "add", root]);
        let mut peak = 0;
        while running.is_running() {
            peak = running.peak_memory().unwrap_or_default().max(peak);
        }
        running.answer().ok();
        peak
    };
    let before = peak("./empty");
    crowd(ground.path(), files);
    let crowded = peak(ground.path().to_str().unwrap());
    assert!(crowded < before + LEEWAY, "{crowded} KiB among {files} files, and {before} KiB among none");
    println!("{crowded} KiB among {files} files, {before} KiB among none");
}
