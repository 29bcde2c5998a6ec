//! The search for claims goes through whatever lies below a root, and does not get lost in it.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use freehold_object_store::ObjectStoreBlobStores;
use freehold_ports::blobs::{BlobError, BlobStores, Sighting};
use futures_util::{StreamExt, TryStreamExt};

use crate::ground::{Ground, key, root_at};

/// Names the root that another process is to search.
const ROOT: &str = "FREEHOLD_TEST_SEARCHED";

/// Who may look into nothing but what is open to everyone.
const NOBODY: u32 = 65_534;

/// What is found below the root, but for what is passed.
async fn found(ground: &Ground) -> Result<Vec<Sighting>, BlobError> {
    let sightings: Vec<Sighting> = ground.store().await.find_claims().await.try_collect().await?;
    Ok(sightings.into_iter().filter(|sighting| !matches!(sighting, Sighting::Passed(_))).collect())
}

fn claim(text: &str) -> Sighting {
    Sighting::Claim(key(text))
}

#[tokio::test]
async fn a_claim_below_a_name_that_is_not_utf8_is_found() {
    let ground = Ground::new();
    let folder = ground.path("").join(OsStr::from_bytes(b"bad\xff")).join("deeper/.lamindb");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("storage_uid.txt"), "text").unwrap();
    ground.write("z/.lamindb/storage_uid.txt", "text");
    let found = found(&ground).await.unwrap();
    assert!(found.contains(&Sighting::ClaimBelowUnusableName("bad\u{fffd}/deeper".to_owned())), "{found:?}");
    assert!(found.contains(&claim("z/.lamindb/storage_uid.txt")), "{found:?}");
}

#[tokio::test]
async fn a_reserved_folder_that_is_a_link_counts_as_a_claim() {
    let ground = Ground::new();
    fs::create_dir_all(ground.path("a")).unwrap();
    symlink("/nowhere", ground.path("a/.lamindb")).unwrap();
    ground.write("b/.lamindb", "a file");
    let mut found = found(&ground).await.unwrap();
    found.sort_by_key(|sighting| format!("{sighting:?}"));
    assert_eq!(found, [claim("a/.lamindb/storage_uid.txt"), claim("b/.lamindb/storage_uid.txt")]);
}

#[tokio::test]
async fn folders_behind_links_are_not_looked_into() {
    let ground = Ground::new();
    let elsewhere = ground.folder().join("elsewhere/.lamindb");
    fs::create_dir_all(&elsewhere).unwrap();
    fs::write(elsewhere.join("storage_uid.txt"), "text").unwrap();
    fs::create_dir_all(ground.path("")).unwrap();
    symlink(ground.folder().join("elsewhere"), ground.path("link")).unwrap();
    symlink(".", ground.path("loop")).unwrap();
    assert_eq!(found(&ground).await.unwrap(), []);
}

#[tokio::test]
async fn whatever_has_the_name_of_a_claim_is_one_and_is_not_opened() {
    let ground = Ground::new();
    for folder in ["pipe", "folder", "link"] {
        fs::create_dir_all(ground.path(&format!("{folder}/.lamindb"))).unwrap();
    }
    let pipe = Command::new("mkfifo").arg(ground.path("pipe/.lamindb/storage_uid.txt")).status().unwrap();
    assert!(pipe.success());
    fs::create_dir(ground.path("folder/.lamindb/storage_uid.txt")).unwrap();
    symlink("/nowhere", ground.path("link/.lamindb/storage_uid.txt")).unwrap();
    let mut found = found(&ground).await.unwrap();
    found.sort_by_key(|sighting| format!("{sighting:?}"));
    assert_eq!(
        found,
        ["folder", "link", "pipe"].map(|name| claim(&format!("{name}/.lamindb/storage_uid.txt")))
    );
}

#[tokio::test]
async fn claims_are_found_below_hundreds_of_folders() {
    let ground = Ground::new();
    let deep = "d/".repeat(600);
    ground.write(&format!("{deep}.lamindb/storage_uid.txt"), "text");
    ground.write(&format!("{}e/.lamindb/_is_initialized", "d/".repeat(300)), "text");
    let mut found = found(&ground).await.unwrap();
    found.sort_by_key(|sighting| format!("{sighting:?}").len());
    let expected = [
        format!("{}e/.lamindb/_is_initialized", "d/".repeat(300)),
        format!("{deep}.lamindb/storage_uid.txt"),
    ];
    assert_eq!(found, expected.map(|key| claim(&key)));
}

#[tokio::test]
async fn a_folder_with_many_entries_is_read_in_pieces() {
    let ground = Ground::new();
    fs::create_dir_all(ground.path("many")).unwrap();
    for number in 0..100_000 {
        fs::File::create(ground.path("many").join(number.to_string())).unwrap();
    }
    ground.write("many/in/.lamindb/storage_uid.txt", "text");
    let sightings: Vec<Sighting> = ground.store().await.find_claims().await.try_collect().await.unwrap();
    let passed = sightings.iter().filter_map(|sighting| match sighting {
        Sighting::Passed(entries) => Some(*entries),
        Sighting::Claim(_) | Sighting::ClaimBelowUnusableName(_) => None,
    });
    let passed: Vec<u64> = passed.collect();
    assert!(passed.iter().sum::<u64>() >= 100_000, "{passed:?}");
    assert!(passed.iter().all(|entries| *entries <= 10_000), "{passed:?}");
    assert!(sightings.contains(&claim("many/in/.lamindb/storage_uid.txt")));
}

#[tokio::test]
async fn a_search_that_is_given_up_lets_go_of_every_folder() {
    let ground = Ground::new();
    fs::create_dir_all(ground.path("a/b/c")).unwrap();
    for number in 0..12_000 {
        fs::File::create(ground.path("a/b/c").join(number.to_string())).unwrap();
    }
    let root = ground.folder().join("root");
    let is_open = || {
        let descriptors = fs::read_dir("/proc/self/fd").unwrap();
        descriptors
            .filter_map(|entry| fs::read_link(entry.ok()?.path()).ok())
            .filter(|target| target.starts_with(&root))
            .count()
    };
    let mut search = ground.store().await.find_claims().await;
    assert!(matches!(search.next().await, Some(Ok(Sighting::Passed(_)))));
    assert!((1..100).contains(&is_open()), "{}", is_open());
    drop(search);
    assert_eq!(is_open(), 0);
}

#[tokio::test]
async fn a_folder_that_is_closed_to_us_ends_the_search_and_is_named() {
    let ground = Ground::new();
    fs::create_dir_all(ground.path("a/closed")).unwrap();
    for folder in [ground.folder(), ground.path(""), ground.path("a")] {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
    }
    fs::set_permissions(ground.path("a/closed"), fs::Permissions::from_mode(0o000)).unwrap();
    let is_administrator = fs::read_dir(ground.path("a/closed")).is_ok();
    let answer = if is_administrator { as_nobody(&ground.path("")) } else { search(&ground.path("")).await };
    assert!(answer.contains("PermissionDenied") && answer.contains("a/closed"), "{answer}");
    fs::set_permissions(ground.path("a/closed"), fs::Permissions::from_mode(0o755)).unwrap();
}

/// What a process without rights gets from its search below `root`.
fn as_nobody(root: &Path) -> String {
    use std::os::unix::process::CommandExt;
    // The test program may lie where only the administrator looks.
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let program = folder.path().join("search");
    fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    let output = Command::new(program)
        .args(["--exact", "claim_searches::searching_as_another", "--ignored", "--nocapture"])
        .env(ROOT, root)
        .current_dir("/")
        .uid(NOBODY)
        .gid(NOBODY)
        .output()
        .unwrap();
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

async fn search(root: &Path) -> String {
    let root = root_at(Path::new(root.to_str().unwrap().trim_end_matches('/')));
    let store = ObjectStoreBlobStores::new().open(&root).await.unwrap();
    format!("{:?}", store.find_claims().await.try_collect::<Vec<Sighting>>().await)
}

#[tokio::test]
#[ignore = "it is run by another test"]
async fn searching_as_another() {
    let root = std::env::var(ROOT).unwrap();
    println!("{}", search(Path::new(&root)).await);
}
