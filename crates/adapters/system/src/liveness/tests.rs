//! Sessions that end well, that are killed, and that race with those who clean up.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};

use super::*;

fn database_in(folder: &Path) -> DatabaseUrl {
    DatabaseUrl::sqlite(&folder.join("books.db")).unwrap()
}

fn session(number: u128) -> SessionUid {
    SessionUid::from_entropy(number)
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
}

#[tokio::test]
async fn a_session_lives_until_it_is_dropped_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let database = database_in(folder.path());
    let begun = FileLiveness.begin(&database, session(1)).await.unwrap();
    assert!(FileLiveness.is_alive(&database, session(1)).await.unwrap());
    assert!(!FileLiveness.is_alive(&database, session(2)).await.unwrap());
    drop(begun);
    assert!(!FileLiveness.is_alive(&database, session(1)).await.unwrap());
    assert_eq!(names_in(folder.path()), [""; 0]);
}

#[tokio::test]
async fn a_session_that_is_alive_cannot_begin_again() {
    let folder = tempfile::tempdir().unwrap();
    let database = database_in(folder.path());
    let _begun = FileLiveness.begin(&database, session(1)).await.unwrap();
    let again = FileLiveness.begin(&database, session(1)).await;
    assert!(matches!(again, Err(LivenessError::Taken { .. })), "{again:?}");
}

#[tokio::test]
async fn asking_makes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    assert!(!FileLiveness.is_alive(&database_in(folder.path()), session(1)).await.unwrap());
    assert!(!FileLiveness.is_alive(&database_in(&folder.path().join("absent")), session(1)).await.unwrap());
    assert_eq!(names_in(folder.path()), [""; 0]);
}

#[tokio::test]
async fn the_file_of_a_dead_session_is_removed_by_who_asks() {
    let folder = tempfile::tempdir().unwrap();
    let database = database_in(folder.path());
    let sessions_folder = folder.path().join("freehold-sessions");
    fs::create_dir(&sessions_folder).unwrap();
    let file = sessions_folder.join(format!("books.db.{}.lock", session(1)));
    fs::write(&file, "").unwrap();
    assert!(!FileLiveness.is_alive(&database, session(1)).await.unwrap());
    assert!(!file.exists());
}

#[tokio::test]
async fn the_next_session_removes_what_dead_ones_left() {
    let folder = tempfile::tempdir().unwrap();
    let database = database_in(folder.path());
    let sessions_folder = folder.path().join("freehold-sessions");
    fs::create_dir(&sessions_folder).unwrap();
    for name in ["books.db.dead.lock", ".half-made.new"] {
        fs::write(sessions_folder.join(name), "").unwrap();
    }
    let _alive = FileLiveness.begin(&database, session(1)).await.unwrap();
    let _other = FileLiveness.begin(&database, session(2)).await.unwrap();
    let mut names = names_in(&sessions_folder);
    names.sort();
    let mut expected = [1, 2].map(|number| format!("books.db.{}.lock", session(number)));
    expected.sort();
    assert_eq!(names, expected);
}

#[tokio::test]
async fn every_spelling_of_the_database_finds_the_session() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("real")).unwrap();
    fs::write(folder.path().join("real/books.db"), "").unwrap();
    symlink("real", folder.path().join("folder_link")).unwrap();
    symlink("real/books.db", folder.path().join("file_link.db")).unwrap();
    let _begun = FileLiveness.begin(&database_in(&folder.path().join("real")), session(1)).await.unwrap();
    for spelling in ["folder_link/books.db", "file_link.db", "real/../real/books.db"] {
        let database = DatabaseUrl::sqlite(&folder.path().join(spelling)).unwrap();
        assert!(FileLiveness.is_alive(&database, session(1)).await.unwrap(), "{spelling}");
    }
}

#[tokio::test]
async fn registries_in_one_folder_have_sessions_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let other = DatabaseUrl::sqlite(&folder.path().join("other.db")).unwrap();
    let _begun = FileLiveness.begin(&database_in(folder.path()), session(1)).await.unwrap();
    assert!(!FileLiveness.is_alive(&other, session(1)).await.unwrap());
    let _begun_there = FileLiveness.begin(&other, session(1)).await.unwrap();
}

#[tokio::test]
async fn a_database_without_a_folder_has_no_session() {
    let folder = tempfile::tempdir().unwrap();
    let database = database_in(&folder.path().join("absent"));
    let begun = FileLiveness.begin(&database, session(1)).await;
    assert!(matches!(begun, Err(LivenessError::Lock { .. })), "{begun:?}");
    assert_eq!(names_in(folder.path()), [""; 0]);
}

#[tokio::test]
async fn a_database_server_says_that_it_is_not_supported() {
    let database = "postgres://host/books".parse().unwrap();
    let begun = FileLiveness.begin(&database, session(1)).await;
    let Err(LivenessError::Lock { source, .. }) = begun else { return assert!(begun.is_err()) };
    assert!(source.to_string().contains("server"), "{source}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_session_is_never_called_dead_however_many_ask_and_clean() {
    let folder = tempfile::tempdir().unwrap();
    let database = database_in(folder.path());
    let askers = (0..4).map(|asker| {
        let database = database.clone();
        tokio::spawn(async move {
            for round in 0..100_u128 {
                let own = session(1_000 * (asker + 1) + round);
                let begun = FileLiveness.begin(&database, own).await.unwrap();
                assert!(FileLiveness.is_alive(&database, own).await.unwrap());
                drop(begun);
                assert!(!FileLiveness.is_alive(&database, own).await.unwrap());
            }
        })
    });
    for asker in askers.collect::<Vec<_>>() {
        asker.await.unwrap();
    }
    assert_eq!(names_in(folder.path()), [""; 0]);
}

/// The other process of the test below: it begins a session, says so and waits to be killed.
#[tokio::test]
#[ignore = "it is the other process of a_session_dies_with_its_process"]
async fn other_process() {
    let folder = std::env::var_os("FREEHOLD_TEST_SESSION_FOLDER").unwrap();
    let _begun = FileLiveness.begin(&database_in(Path::new(&folder)), session(7)).await.unwrap();
    fs::write(Path::new(&folder).join("begun"), "").unwrap();
    std::thread::park();
}

#[tokio::test]
async fn a_session_dies_with_its_process() {
    let folder = tempfile::tempdir().unwrap();
    let database = database_in(folder.path());
    let mut process = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--ignored", "liveness::tests::other_process"])
        .env("FREEHOLD_TEST_SESSION_FOLDER", folder.path())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    while !folder.path().join("begun").exists() {
        assert!(process.try_wait().unwrap().is_none(), "the process ended early");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert!(FileLiveness.is_alive(&database, session(7)).await.unwrap());
    process.kill().unwrap();
    process.wait().unwrap();
    assert!(!FileLiveness.is_alive(&database, session(7)).await.unwrap());
}
