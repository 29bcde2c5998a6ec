//! Destruction removes a registry that nobody uses, and nothing else.

use std::fs;

use freehold_ports::persistence::{AccessMode, Databases, PersistenceError};

use crate::arrange::{Place, databases, has_user};

#[tokio::test]
async fn destroying_removes_the_registry_and_nothing_beside_it() {
    let place = Place::with_registry().await;
    for beside in ["registry.db-journal", "registry.db.backup", "blob"] {
        fs::write(place.folder.path().join(beside), "").unwrap();
    }
    assert!(databases().destroy(&place.url).await.unwrap());
    assert!(!databases().destroy(&place.url).await.unwrap());
    let left: Vec<_> =
        place.files().into_iter().map(|(path, _)| path.file_name().unwrap().to_owned()).collect();
    assert_eq!(left, ["blob", "registry.db-journal", "registry.db.backup"]);
}

#[tokio::test]
async fn a_registry_that_others_have_open_is_not_destroyed() {
    let place = Place::with_registry().await;
    for mode in [AccessMode::Write, AccessMode::Read] {
        let other = place.open(AccessMode::Write).await.unwrap();
        let unit = other.begin(mode).await.unwrap();
        let destroyed = databases().destroy(&place.url).await;
        assert!(matches!(destroyed, Err(PersistenceError::Conflict { .. })), "{destroyed:?}");
        unit.rollback().await.unwrap();
        let destroyed = databases().destroy(&place.url).await;
        assert!(matches!(destroyed, Err(PersistenceError::Conflict { .. })), "{destroyed:?}");
        assert!(has_user(other.as_ref(), 1).await);
        other.close().await.unwrap();
    }
    assert!(databases().destroy(&place.url).await.unwrap());
}

#[tokio::test]
async fn what_a_crash_left_goes_with_the_registry() {
    let place = Place::with_registry().await;
    let raw = place.raw().await;
    sea_orm::ConnectionTrait::execute_unprepared(&raw, "DELETE FROM intents").await.unwrap();
    for ending in ["-wal", "-shm"] {
        let copy = place.companion(&format!("{ending}.copy"));
        let copied = std::process::Command::new("cp").arg(place.companion(ending)).arg(&copy).status();
        assert!(copied.unwrap().success());
    }
    raw.close().await.unwrap();
    for ending in ["-wal", "-shm"] {
        fs::rename(place.companion(&format!("{ending}.copy")), place.companion(ending)).unwrap();
    }
    assert!(databases().destroy(&place.url).await.unwrap());
    assert_eq!(place.files(), []);
}
