//! A database file is told from its copies, however it is used and renamed.

use std::fs;
use std::path::Path;

use freehold_domain::{DatabaseFingerprint, DatabaseUrl};
use freehold_ports::persistence::{AccessMode, Databases, PersistenceError};
use sea_orm::ConnectionTrait;

use crate::arrange::{Place, add_user, databases};

async fn fingerprint_of(file: &Path) -> DatabaseFingerprint {
    let url = DatabaseUrl::sqlite(file).unwrap();
    let registry = databases().open(&url, AccessMode::Read).await.unwrap();
    let fingerprint = registry.fingerprint().await.unwrap();
    registry.close().await.unwrap();
    fingerprint
}

#[tokio::test]
async fn a_copy_has_another_fingerprint() {
    let place = Place::with_registry().await;
    let copy = place.path.with_file_name("copy.db");
    fs::copy(&place.path, &copy).unwrap();
    assert_ne!(fingerprint_of(&copy).await, fingerprint_of(&place.path).await);
}

#[tokio::test]
async fn a_copy_that_takes_the_place_of_a_deleted_file_has_another_fingerprint() {
    let place = Place::with_registry().await;
    let copy = place.path.with_file_name("copy.db");
    let before = fingerprint_of(&place.path).await;
    fs::copy(&place.path, &copy).unwrap();
    fs::remove_file(&place.path).unwrap();
    // The file system may give the number of the deleted file to the new one.
    fs::copy(&copy, &place.path).unwrap();
    assert_ne!(fingerprint_of(&place.path).await, before);
}

#[tokio::test]
async fn a_renamed_file_has_the_same_fingerprint() {
    let place = Place::with_registry().await;
    let before = fingerprint_of(&place.path).await;
    let folder = place.folder.path().join("elsewhere");
    fs::create_dir(&folder).unwrap();
    let renamed = folder.join("books.db");
    fs::rename(&place.path, &renamed).unwrap();
    assert_eq!(fingerprint_of(&renamed).await, before);
}

#[tokio::test]
async fn a_file_has_one_fingerprint_by_every_name() {
    let place = Place::with_registry().await;
    let link = place.path.with_file_name("link.db");
    std::os::unix::fs::symlink(&place.path, &link).unwrap();
    assert_eq!(fingerprint_of(&link).await, fingerprint_of(&place.path).await);
}

#[tokio::test]
async fn writing_and_vacuuming_do_not_change_the_fingerprint() {
    let place = Place::with_registry().await;
    let before = fingerprint_of(&place.path).await;
    let registry = place.open(AccessMode::Write).await.unwrap();
    add_user(registry.as_ref(), 5).await;
    assert_eq!(registry.fingerprint().await.unwrap(), before);
    registry.close().await.unwrap();
    let raw = place.raw().await;
    raw.execute_unprepared("VACUUM").await.unwrap();
    raw.close().await.unwrap();
    assert_eq!(fingerprint_of(&place.path).await, before);
}

#[tokio::test]
async fn a_file_that_is_replaced_while_it_is_open_shows() {
    let place = Place::with_registry().await;
    let copy = place.path.with_file_name("copy.db");
    fs::copy(&place.path, &copy).unwrap();
    let registry = place.open(AccessMode::Read).await.unwrap();
    let before = registry.fingerprint().await.unwrap();
    fs::rename(&copy, &place.path).unwrap();
    assert_ne!(registry.fingerprint().await.unwrap(), before);
    fs::remove_file(&place.path).unwrap();
    let gone = registry.fingerprint().await;
    assert!(matches!(gone, Err(PersistenceError::DatabaseMissing { .. })), "{gone:?}");
    registry.close().await.unwrap();
}

#[tokio::test]
async fn asking_for_the_fingerprint_lets_go_of_no_lock() {
    let place = Place::with_registry().await;
    let registry = place.open(AccessMode::Write).await.unwrap();
    let unit = registry.begin(AccessMode::Write).await.unwrap();
    registry.fingerprint().await.unwrap();
    let other = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "fingerprints::writing_elsewhere", "--ignored", "--nocapture"])
        .env("FREEHOLD_TEST_DATABASE", &place.path)
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&other.stdout).contains("found it locked"), "{other:?}");
    unit.rollback().await.unwrap();
    registry.close().await.unwrap();
}

/// Tries to write to a registry that another process has locked.
#[tokio::test]
#[ignore = "it is run by another test"]
async fn writing_elsewhere() {
    let path = std::env::var_os("FREEHOLD_TEST_DATABASE").unwrap();
    let url = DatabaseUrl::sqlite(Path::new(&path)).unwrap();
    let registry = databases().open(&url, AccessMode::Write).await.unwrap();
    let begun = registry.begin(AccessMode::Write).await;
    assert!(matches!(begun, Err(PersistenceError::Conflict { .. })), "{begun:?}");
    println!("found it locked");
}
