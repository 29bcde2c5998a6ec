//! A registry that was opened for reading leaves no trace, whatever others do meanwhile.

use std::fs;
use std::path::Path;
use std::process::Command;

use freehold_domain::DatabaseUrl;
use freehold_ports::persistence::{AccessMode, Databases, PageRequest, PersistenceError};

use crate::arrange::{Place, add_user, databases, files, has_user};

#[tokio::test]
async fn reading_writes_nothing_at_the_place() {
    let place = Place::with_registry().await;
    let before = place.files();
    let reader = place.open(AccessMode::Read).await.unwrap();
    let mut unit = reader.begin(AccessMode::Read).await.unwrap();
    assert_eq!(unit.users().list(&PageRequest::first(10)).await.unwrap().items.len(), 1);
    assert_eq!(place.files(), before);
    unit.commit().await.unwrap();
    reader.close().await.unwrap();
    assert_eq!(place.files(), before);
}

#[tokio::test]
async fn a_reader_sees_what_a_writer_beside_it_commits() {
    let place = Place::with_registry().await;
    let writer = place.open(AccessMode::Write).await.unwrap();
    add_user(writer.as_ref(), 5).await;
    let reader = place.open(AccessMode::Read).await.unwrap();
    assert!(has_user(reader.as_ref(), 5).await);
    add_user(writer.as_ref(), 6).await;
    assert!(has_user(reader.as_ref(), 6).await);
    reader.close().await.unwrap();
    writer.close().await.unwrap();
}

#[tokio::test]
async fn a_unit_that_a_writer_disturbs_is_a_conflict_and_the_next_one_sees_the_change() {
    let place = Place::with_registry().await;
    let reader = place.open(AccessMode::Read).await.unwrap();
    let mut unit = reader.begin(AccessMode::Read).await.unwrap();
    assert!(unit.instance().find().await.unwrap().is_some());
    let writer = place.open(AccessMode::Write).await.unwrap();
    add_user(writer.as_ref(), 5).await;
    let disturbed = unit.instance().find().await;
    assert!(matches!(disturbed, Err(PersistenceError::Conflict { .. })), "{disturbed:?}");
    let after = unit.instance().find().await;
    assert!(matches!(after, Err(PersistenceError::Aborted)), "{after:?}");
    unit.rollback().await.unwrap();
    assert!(has_user(reader.as_ref(), 5).await);
    reader.close().await.unwrap();
    writer.close().await.unwrap();
}

#[tokio::test]
async fn a_reader_sees_what_a_writer_left_that_came_and_went() {
    let place = Place::with_registry().await;
    let reader = place.open(AccessMode::Read).await.unwrap();
    for number in 5..9 {
        assert!(!has_user(reader.as_ref(), number).await);
        let writer = place.open(AccessMode::Write).await.unwrap();
        add_user(writer.as_ref(), number).await;
        if number % 2 == 0 {
            assert!(has_user(reader.as_ref(), number).await);
        }
        writer.close().await.unwrap();
        assert!(has_user(reader.as_ref(), number).await);
    }
    reader.close().await.unwrap();
    // A log that stayed because a reader was still attached goes with the next writer that is alone.
    place.open(AccessMode::Write).await.unwrap().close().await.unwrap();
    assert_eq!(place.files().len(), 1);
}

#[tokio::test]
async fn a_unit_that_a_writer_disturbed_while_it_came_and_went_is_a_conflict() {
    let place = Place::with_registry().await;
    let reader = place.open(AccessMode::Read).await.unwrap();
    let mut unit = reader.begin(AccessMode::Read).await.unwrap();
    let writer = place.open(AccessMode::Write).await.unwrap();
    add_user(writer.as_ref(), 5).await;
    writer.close().await.unwrap();
    let disturbed = unit.instance().find().await;
    assert!(matches!(disturbed, Err(PersistenceError::Conflict { .. })), "{disturbed:?}");
    drop(unit);
    reader.close().await.unwrap();
}

#[tokio::test]
async fn what_a_crash_left_in_the_log_is_read_and_left_there() {
    let place = Place::with_registry().await;
    let copy = crashed_copy(&place, &["", "-wal", "-shm"]).await;
    let before = files(copy.path());
    assert_eq!(before.len(), 3);
    let url = DatabaseUrl::sqlite(&copy.path().join("registry.db")).unwrap();
    let reader = databases().open(&url, AccessMode::Read).await.unwrap();
    assert!(has_user(reader.as_ref(), 5).await);
    reader.close().await.unwrap();
    assert_eq!(files(copy.path()), before);
}

#[tokio::test]
async fn a_log_that_cannot_be_read_without_writing_is_not_overlooked() {
    let place = Place::with_registry().await;
    let copy = crashed_copy(&place, &["", "-wal"]).await;
    let before = files(copy.path());
    let url = DatabaseUrl::sqlite(&copy.path().join("registry.db")).unwrap();
    let opened = databases().open(&url, AccessMode::Read).await;
    assert!(matches!(opened, Err(PersistenceError::NeedsRecovery { .. })), "{opened:?}");
    assert_eq!(files(copy.path()), before);
    let writer = databases().open(&url, AccessMode::Write).await.unwrap();
    assert!(has_user(writer.as_ref(), 5).await);
    writer.close().await.unwrap();
    let reader = databases().open(&url, AccessMode::Read).await.unwrap();
    assert!(has_user(reader.as_ref(), 5).await);
    reader.close().await.unwrap();
}

#[tokio::test]
async fn companions_that_belong_to_nobody_are_left_alone() {
    for ending in ["-shm", "-wal", "-journal"] {
        let place = Place::with_registry().await;
        fs::write(place.companion(ending), "").unwrap();
        let before = place.files();
        let reader = place.open(AccessMode::Read).await.unwrap();
        assert!(has_user(reader.as_ref(), 1).await);
        reader.close().await.unwrap();
        assert_eq!(place.files(), before, "{ending}");
        let writer = place.open(AccessMode::Write).await.unwrap();
        add_user(writer.as_ref(), 5).await;
        writer.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_closed_reader_begins_no_unit() {
    let place = Place::with_registry().await;
    let reader = place.open(AccessMode::Read).await.unwrap();
    reader.close().await.unwrap();
    reader.close().await.unwrap();
    let begun = reader.begin(AccessMode::Read).await;
    assert!(matches!(begun, Err(PersistenceError::Unavailable { .. })), "{begun:?}");
}

/// The files of a registry as they are after a commit that is still in the log, in another folder.
async fn crashed_copy(place: &Place, endings: &[&str]) -> tempfile::TempDir {
    let writer = place.open(AccessMode::Write).await.unwrap();
    add_user(writer.as_ref(), 5).await;
    let copy = tempfile::tempdir().unwrap();
    for ending in endings {
        copy_elsewhere(&place.companion(ending), copy.path());
    }
    writer.close().await.unwrap();
    assert!(fs::metadata(copy.path().join("registry.db-wal")).unwrap().len() > 0);
    copy
}

/// Copies by another process: one that closes a file of its own would lose the locks of its connections.
fn copy_elsewhere(file: &Path, folder: &Path) {
    assert!(Command::new("cp").arg(file).arg(folder).status().unwrap().success());
}
