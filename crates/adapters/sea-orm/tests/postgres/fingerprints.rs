//! A database is told from every other, and is the same for everybody.

use freehold_domain::{DatabaseFingerprint, DatabaseUrl};
use freehold_ports::persistence::{AccessMode, Databases, PersistenceError};
use freehold_test_servers::postgres::{Options, PostgresServer, Stop};

use crate::arrange::{Place, databases, in_full};

async fn asked(url: &DatabaseUrl) -> Result<DatabaseFingerprint, PersistenceError> {
    let registry = databases().open(url, AccessMode::Read).await.unwrap();
    let fingerprint = registry.fingerprint().await;
    registry.close().await.unwrap();
    fingerprint
}

async fn fingerprint_of(url: &DatabaseUrl) -> DatabaseFingerprint {
    asked(url).await.unwrap()
}

#[tokio::test]
async fn a_database_made_as_a_copy_has_another_fingerprint() {
    let server = PostgresServer::start(Options::default()).unwrap();
    let place = Place::with_registry_on(&server).await;
    server.run(&format!("CREATE DATABASE copied TEMPLATE {}", place.database.name())).unwrap();
    let copy = server.url("copied").parse().unwrap();
    assert_ne!(fingerprint_of(&copy).await, fingerprint_of(&place.url).await);
}

#[tokio::test]
async fn databases_of_two_servers_have_two_fingerprints() {
    let servers = [(); 2].map(|()| PostgresServer::start(Options::default()).unwrap());
    let (one, other) =
        (Place::with_registry_on(&servers[0]).await, Place::with_registry_on(&servers[1]).await);
    let number =
        |place: &Place| place.value("SELECT oid FROM pg_database WHERE datname = current_database()");
    assert_eq!(number(&one), number(&other), "they differ in their servers only");
    assert_ne!(fingerprint_of(&one.url).await, fingerprint_of(&other.url).await);
}

#[tokio::test]
async fn a_restart_does_not_change_the_fingerprint() {
    let mut server = PostgresServer::start(Options::default()).unwrap();
    let place = Place::with_registry_on(&server).await;
    let before = fingerprint_of(&place.url).await;
    for how in [Stop::Politely, Stop::Kill] {
        server.restart(how).unwrap();
        assert_eq!(fingerprint_of(&place.url).await, before, "{how:?}");
    }
}

#[tokio::test]
async fn a_renamed_database_has_the_same_fingerprint() {
    let server = PostgresServer::start(Options::default()).unwrap();
    let place = Place::with_registry_on(&server).await;
    let before = fingerprint_of(&place.url).await;
    server.run(&format!("ALTER DATABASE {} RENAME TO renamed", place.database.name())).unwrap();
    assert_eq!(fingerprint_of(&server.url("renamed").parse().unwrap()).await, before);
}

#[tokio::test]
async fn every_role_sees_the_same_fingerprint() {
    let mut place = Place::with_registry().await;
    let role = place.database.role(None).unwrap();
    place.run(&format!(
        "GRANT USAGE ON SCHEMA freehold TO {role}; GRANT SELECT ON ALL TABLES IN SCHEMA freehold TO {role}"
    ));
    assert_eq!(fingerprint_of(&place.url_of(&role)).await, fingerprint_of(&place.url).await);
}

#[tokio::test]
async fn a_standby_has_the_fingerprint_of_its_server() {
    let mut server = PostgresServer::start(Options::default()).unwrap();
    let place = Place::with_registry_on(&server).await;
    let standby = server.standby().unwrap();
    let url = standby.url(place.database.name()).parse().unwrap();
    assert_eq!(fingerprint_of(&url).await, fingerprint_of(&place.url).await);
}

#[tokio::test]
async fn a_role_that_may_not_ask_is_told_what_it_lacks() {
    let server = PostgresServer::start(Options::default()).unwrap();
    let mut place = Place::with_registry_on(&server).await;
    let role = place.database.role(None).unwrap();
    place.run(&format!(
        "GRANT USAGE ON SCHEMA freehold TO {role}; GRANT SELECT ON ALL TABLES IN SCHEMA freehold TO {role}; \
         REVOKE EXECUTE ON FUNCTION pg_catalog.pg_control_system() FROM PUBLIC"
    ));
    let refused = asked(&place.url_of(&role)).await.unwrap_err();
    assert!(matches!(refused, PersistenceError::Unavailable { .. }), "{refused:?}");
    assert!(
        in_full(&refused).contains("GRANT EXECUTE ON FUNCTION pg_catalog.pg_control_system()"),
        "{}",
        in_full(&refused)
    );
}
