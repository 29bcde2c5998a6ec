//! What may lie at a place, and what becomes of it.

use std::fs;
use std::future::Future;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use freehold_domain::DatabaseUrl;
use freehold_ports::persistence::{AccessMode, Databases, PersistenceError};
use sea_orm::{ConnectionTrait, Database};

use crate::arrange::{Place, add_user, databases, has_user, now, user};

const MODES: [AccessMode; 2] = [AccessMode::Read, AccessMode::Write];

/// Ends the test unless what lies at the place is refused by every call, and left as it is.
async fn ensure_refused(place: &Place) {
    let before = place.files();
    for mode in MODES {
        let opened = place.open(mode).await;
        assert!(matches!(opened, Err(PersistenceError::NotARegistry { .. })), "{mode:?} {opened:?}");
    }
    let destroyed = databases().destroy(&place.url).await;
    assert!(matches!(destroyed, Err(PersistenceError::NotARegistry { .. })), "{destroyed:?}");
    let created = databases().create(&place.url).await;
    assert!(matches!(created, Err(PersistenceError::NotARegistry { .. })), "{created:?}");
    assert_eq!(place.files(), before);
}

#[tokio::test]
async fn opening_what_is_missing_creates_nothing() {
    let place = Place::new();
    for mode in MODES {
        let opened = place.open(mode).await;
        assert!(matches!(opened, Err(PersistenceError::DatabaseMissing { .. })), "{opened:?}");
    }
    assert_eq!(place.files(), []);
}

#[tokio::test]
async fn a_directory_is_not_a_registry() {
    let place = Place::new();
    fs::create_dir(&place.path).unwrap();
    ensure_refused(&place).await;
}

#[tokio::test]
async fn a_text_is_not_a_registry() {
    let place = Place::new();
    fs::write(&place.path, "Dear diary, this is longer than the header of a database.\n".repeat(20)).unwrap();
    ensure_refused(&place).await;
}

#[tokio::test]
async fn a_short_text_is_not_a_registry() {
    let place = Place::new();
    fs::write(&place.path, "hi").unwrap();
    ensure_refused(&place).await;
}

#[tokio::test]
async fn an_empty_file_is_no_registry_until_one_is_created() {
    let place = Place::new();
    fs::write(&place.path, "").unwrap();
    let before = place.files();
    for mode in MODES {
        let opened = place.open(mode).await;
        assert!(matches!(opened, Err(PersistenceError::DatabaseMissing { .. })), "{mode:?} {opened:?}");
    }
    assert_eq!(place.files(), before);
    let registry = place.create().await;
    add_user(registry.as_ref(), 1).await;
    registry.close().await.unwrap();
}

#[tokio::test]
async fn the_database_of_another_program_is_not_a_registry() {
    for journal in ["DELETE", "WAL"] {
        let place = Place::new();
        make_foreign(&place, journal).await.close().await.unwrap();
        ensure_refused(&place).await;
    }
}

#[tokio::test]
async fn the_database_of_another_program_at_work_is_not_a_registry() {
    let place = Place::new();
    let foreign = make_foreign(&place, "WAL").await;
    for mode in MODES {
        let opened = place.open(mode).await;
        assert!(matches!(opened, Err(PersistenceError::NotARegistry { .. })), "{opened:?}");
    }
    let row = foreign.query_one_raw(select("SELECT content FROM notes")).await.unwrap().unwrap();
    assert_eq!(row.try_get::<String>("", "content").unwrap(), "mine");
    foreign.close().await.unwrap();
}

#[tokio::test]
async fn a_registry_of_a_newer_program_is_refused_by_name() {
    let place = Place::with_registry().await;
    place
        .tamper("PRAGMA user_version = 99; INSERT INTO migrations VALUES ('m0099_from_the_future', 1)")
        .await;
    let before = place.files();
    for mode in MODES {
        match place.open(mode).await {
            Err(PersistenceError::SchemaTooNew { found, supported, .. }) => {
                assert_eq!((found.as_str(), supported.as_str()), ("m0099_from_the_future", "m0001_registry"));
            }
            opened => panic!("{mode:?} {opened:?}"),
        }
    }
    let created = databases().create(&place.url).await;
    assert!(matches!(created, Err(PersistenceError::SchemaTooNew { .. })), "{created:?}");
    assert_eq!(place.files(), before);
}

#[tokio::test]
async fn a_registry_of_an_older_program_is_brought_up_to_date_by_writing_only() {
    let place = Place::with_registry().await;
    place.tamper("PRAGMA user_version = 0").await;
    let opened = place.open(AccessMode::Read).await;
    assert!(matches!(opened, Err(PersistenceError::SchemaOutdated { .. })), "{opened:?}");
    place.open(AccessMode::Write).await.unwrap().close().await.unwrap();
    let reader = place.open(AccessMode::Read).await.unwrap();
    assert!(has_user(reader.as_ref(), 1).await);
    reader.close().await.unwrap();
}

#[tokio::test]
async fn creating_makes_the_folders() {
    let place = Place::new();
    let path = place.folder.path().join("a b/c%d/é?/registry.db");
    let url = DatabaseUrl::sqlite(&path).unwrap();
    databases().create(&url).await.unwrap().close().await.unwrap();
    let reader = databases().open(&url, AccessMode::Read).await.unwrap();
    assert!(!has_user(reader.as_ref(), 1).await);
    reader.close().await.unwrap();
}

#[tokio::test]
async fn a_registry_behind_a_symbolic_link_is_one_registry() {
    let place = Place::with_registry().await;
    let link = place.folder.path().join("link.db");
    symlink(&place.path, &link).unwrap();
    let linked = databases().open(&DatabaseUrl::sqlite(&link).unwrap(), AccessMode::Write).await.unwrap();
    add_user(linked.as_ref(), 5).await;
    let direct = place.open(AccessMode::Read).await.unwrap();
    assert!(has_user(direct.as_ref(), 5).await);
    direct.close().await.unwrap();
    linked.close().await.unwrap();
    let names: Vec<_> = place.files().into_iter().map(|(path, _)| path).collect();
    assert_eq!(names, [link, place.path.clone()]);
}

#[tokio::test]
async fn the_journal_of_a_copy_becomes_a_log_again() {
    let place = Place::with_registry().await;
    place.tamper("PRAGMA journal_mode = DELETE").await;
    let reader = place.open(AccessMode::Read).await.unwrap();
    assert!(has_user(reader.as_ref(), 1).await);
    reader.close().await.unwrap();
    place.open(AccessMode::Write).await.unwrap().close().await.unwrap();
    let raw = place.raw().await;
    let mode = raw.query_one_raw(select("PRAGMA journal_mode")).await.unwrap().unwrap();
    assert_eq!(mode.try_get::<String>("", "journal_mode").unwrap(), "wal");
    raw.close().await.unwrap();
}

#[cfg(not(feature = "postgres"))]
#[tokio::test]
async fn other_kinds_of_database_are_not_supported() {
    let url = "postgres://lab:secret@db.example/books".parse().unwrap();
    let created = databases().create(&url).await;
    let message = created.as_ref().unwrap_err().to_string();
    assert!(matches!(created, Err(PersistenceError::UnsupportedDatabase { .. })), "{created:?}");
    assert!(!message.contains("secret"), "{message}");
}

#[tokio::test]
async fn a_place_that_cannot_be_written_is_read_only() {
    let place = Place::with_registry().await;
    fs::set_permissions(&place.path, fs::Permissions::from_mode(0o444)).unwrap();
    fs::set_permissions(place.folder.path(), fs::Permissions::from_mode(0o555)).unwrap();
    if fs::write(place.folder.path().join("probe"), "").is_ok() {
        // Whoever may do everything cannot be refused.
        return;
    }
    let opened = place.open(AccessMode::Write).await;
    assert!(matches!(opened, Err(PersistenceError::ReadOnly)), "{opened:?}");
    let created = databases().create(&place.url).await;
    assert!(matches!(created, Err(PersistenceError::ReadOnly)), "{created:?}");
    for beside in ["beside.db", "inside/folder/beside.db"] {
        let url = DatabaseUrl::sqlite(&place.folder.path().join(beside)).unwrap();
        let created = databases().create(&url).await;
        assert!(matches!(created, Err(PersistenceError::ReadOnly)), "{beside} {created:?}");
    }
    let reader = place.open(AccessMode::Read).await.unwrap();
    assert!(has_user(reader.as_ref(), 1).await);
    reader.close().await.unwrap();
    fs::set_permissions(place.folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
}

#[tokio::test]
async fn a_file_that_cannot_be_written_is_read_only_also_in_a_writable_folder() {
    let place = Place::with_registry().await;
    fs::set_permissions(&place.path, fs::Permissions::from_mode(0o444)).unwrap();
    if fs::OpenOptions::new().append(true).open(&place.path).is_ok() {
        return;
    }
    let opened = place.open(AccessMode::Write).await;
    assert!(matches!(opened, Err(PersistenceError::ReadOnly)), "{opened:?}");
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_unavailable() {
    let place = Place::with_registry().await;
    fs::set_permissions(&place.path, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(&place.path).is_ok() {
        return;
    }
    for mode in MODES {
        let opened = place.open(mode).await;
        assert!(matches!(opened, Err(PersistenceError::Unavailable { .. })), "{mode:?} {opened:?}");
    }
}

#[test]
fn without_a_runtime_there_is_an_error_and_no_panic() {
    let place = Place::new();
    let created = databases();
    let created = pin!(created.create(&place.url));
    match created.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Err(PersistenceError::Unavailable { .. })) => {}
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn times_between_microseconds_are_cut() {
    let place = Place::with_registry().await;
    let registry = place.open(AccessMode::Write).await.unwrap();
    let mut unit = registry.begin(AccessMode::Write).await.unwrap();
    let transform = freehold_domain::Transform {
        created_at: now() + std::time::Duration::from_nanos(999),
        uid: "zzzzzzzzzzzz0000".parse().unwrap(),
        created_by: user().uid,
        ..crate::arrange::transform()
    };
    unit.transforms().insert_many(std::slice::from_ref(&transform)).await.unwrap();
    let found = unit.transforms().find_many(&[transform.uid]).await.unwrap();
    assert_eq!(found[0].created_at, now());
    unit.rollback().await.unwrap();
    registry.close().await.unwrap();
}

async fn make_foreign(place: &Place, journal: &str) -> sea_orm::DatabaseConnection {
    let url = format!("sqlite://{}?mode=rwc", place.path.display());
    let foreign = Database::connect(url).await.unwrap();
    let content = "CREATE TABLE notes (content TEXT); INSERT INTO notes VALUES ('mine')";
    foreign.execute_unprepared(&format!("PRAGMA journal_mode = {journal}; {content}")).await.unwrap();
    foreign
}

fn select(sql: &str) -> sea_orm::Statement {
    sea_orm::Statement::from_string(sea_orm::DbBackend::Sqlite, sql)
}
