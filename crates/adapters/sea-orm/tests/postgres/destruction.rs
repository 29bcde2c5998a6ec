//! Destruction removes a registry that nobody uses, and nothing else.

use freehold_ports::persistence::{AccessMode, Databases, PersistenceError};

use crate::arrange::{Place, databases, has_user};

#[tokio::test]
async fn destroying_leaves_the_database_as_it_was_before() {
    let place = Place::new();
    place.run("CREATE TABLE users (name text); CREATE VIEW artifacts AS SELECT * FROM users");
    let before = place.objects();
    let registry = place.create().await;
    registry.close().await.unwrap();
    assert!(place.objects().len() > before.len());
    assert!(databases().destroy(&place.url).await.unwrap());
    assert!(!databases().destroy(&place.url).await.unwrap());
    assert_eq!(place.objects(), before);
    assert_eq!(place.value("SELECT count(*) FROM pg_namespace WHERE nspname = 'freehold'"), "0");
}

#[tokio::test]
async fn what_others_put_into_the_schema_stays_there() {
    let place = Place::with_registry().await;
    place.run("CREATE TABLE freehold.notes AS SELECT 'mine' AS note");
    assert!(databases().destroy(&place.url).await.unwrap());
    assert_eq!(place.objects(), [Some("r freehold.notes".to_owned())]);
    let opened = place.open(AccessMode::Write).await;
    assert!(matches!(opened, Err(PersistenceError::NotARegistry { .. })), "{opened:?}");
}

#[tokio::test]
async fn a_registry_that_objects_of_others_depend_on_is_kept_whole() {
    let place = Place::with_registry().await;
    place.run("CREATE VIEW public.sizes AS SELECT uid, size FROM freehold.artifacts");
    let before = place.objects();
    let destroyed = databases().destroy(&place.url).await;
    assert!(matches!(destroyed, Err(PersistenceError::NotWritable { .. })), "{destroyed:?}");
    assert_eq!(place.objects(), before);
    let registry = place.open(AccessMode::Read).await.unwrap();
    assert!(has_user(registry.as_ref(), 1).await);
    registry.close().await.unwrap();
}

#[tokio::test]
async fn a_registry_that_others_have_open_is_not_destroyed() {
    let place = Place::with_registry().await;
    for mode in [AccessMode::Write, AccessMode::Read] {
        let other = place.open(mode).await.unwrap();
        let destroyed = databases().destroy(&place.url).await;
        assert!(matches!(destroyed, Err(PersistenceError::Conflict { .. })), "{destroyed:?}");
        assert!(has_user(other.as_ref(), 1).await);
        other.close().await.unwrap();
    }
    assert!(databases().destroy(&place.url).await.unwrap());
}

#[tokio::test]
async fn destroying_in_a_database_that_is_not_there_finds_nothing() {
    let place = Place::new();
    let url = format!("{}_absent", place.url.reveal()).parse().unwrap();
    assert!(!databases().destroy(&url).await.unwrap());
}
