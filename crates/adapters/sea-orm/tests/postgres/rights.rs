//! Roles do what they may, and are told what they lack.

use std::time::Duration;

use freehold_domain::{DatabaseUrl, SessionUid};
use freehold_ports::persistence::{AccessMode, Databases, PersistenceError};
use freehold_ports::system::{Liveness, LivenessError};
use freehold_sea_orm::PostgresLiveness;
use freehold_test_servers::postgres::{Options, PostgresServer};

use crate::arrange::{Place, add_user, databases, has_user, in_full};

/// The rights of a role that uses a registry and changes no schema.
fn grant_use(place: &Place, role: &str) {
    place.run(&format!(
        "GRANT USAGE ON SCHEMA freehold TO {role}; \
         GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA freehold TO {role}"
    ));
}

/// The rights of a role that reads a registry.
fn grant_reading(place: &Place, role: &str) {
    place.run(&format!(
        "GRANT USAGE ON SCHEMA freehold TO {role}; GRANT SELECT ON ALL TABLES IN SCHEMA freehold TO {role}"
    ));
}

#[tokio::test]
async fn a_role_that_may_not_change_the_schema_uses_a_current_registry() {
    let mut place = Place::with_registry().await;
    let role = place.database.role(None).unwrap();
    grant_use(&place, &role);
    let url = place.url_of(&role);
    for registry in
        [databases().open(&url, AccessMode::Write).await.unwrap(), databases().create(&url).await.unwrap()]
    {
        add_user(registry.as_ref(), 5).await;
        assert!(has_user(registry.as_ref(), 5).await);
        place.run("DELETE FROM freehold.users WHERE uid NOT IN (SELECT uid FROM freehold.users ORDER BY id LIMIT 1)");
        registry.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_role_that_may_not_make_a_schema_is_told_so() {
    let mut place = Place::new();
    let role = place.database.role(None).unwrap();
    let created = databases().create(&place.url_of(&role)).await.unwrap_err();
    assert!(matches!(created, PersistenceError::NotWritable { .. }), "{created:?}");
    let advice = format!("CREATE SCHEMA freehold AUTHORIZATION {role}");
    assert!(created.to_string().contains(&advice), "{created}");
    assert!(place.objects().is_empty());
}

#[tokio::test]
async fn a_role_that_was_given_an_empty_schema_makes_a_registry_in_it() {
    let mut place = Place::new();
    let role = place.database.role(None).unwrap();
    let url = place.url_of(&role);
    place.run(&format!("CREATE SCHEMA freehold; GRANT USAGE ON SCHEMA freehold TO {role}"));
    let created = databases().create(&url).await.unwrap_err();
    assert!(matches!(created, PersistenceError::NotWritable { .. }), "{created:?}");
    assert!(created.to_string().contains("GRANT USAGE, CREATE ON SCHEMA freehold"), "{created}");
    let opened = databases().open(&url, AccessMode::Write).await;
    assert!(matches!(opened, Err(PersistenceError::DatabaseMissing { .. })), "{opened:?}");

    place.run(&format!("GRANT CREATE ON SCHEMA freehold TO {role}"));
    let registry = databases().create(&url).await.unwrap();
    add_user(registry.as_ref(), 5).await;
    registry.close().await.unwrap();
    assert!(databases().destroy(&url).await.unwrap());
    assert_eq!(
        place.value("SELECT count(*) FROM pg_namespace WHERE nspname = 'freehold'"),
        "1",
        "not its own"
    );
}

#[tokio::test]
async fn a_role_that_only_reads_opens_a_registry_for_reading_only() {
    let mut place = Place::with_registry().await;
    let role = place.database.role(None).unwrap();
    grant_reading(&place, &role);
    let url = place.url_of(&role);
    for refused in [databases().open(&url, AccessMode::Write).await, databases().create(&url).await] {
        assert!(matches!(refused, Err(PersistenceError::ReadOnly)), "{refused:?}");
    }
    let registry = databases().open(&url, AccessMode::Read).await.unwrap();
    assert!(has_user(registry.as_ref(), 1).await);
    registry.close().await.unwrap();
    let destroyed = databases().destroy(&url).await;
    assert!(matches!(destroyed, Err(PersistenceError::NotWritable { .. })), "{destroyed:?}");
    let registry = place.open(AccessMode::Read).await.unwrap();
    assert!(has_user(registry.as_ref(), 1).await);
    registry.close().await.unwrap();
}

#[tokio::test]
async fn a_role_whose_transactions_only_read_opens_a_registry_for_reading_only() {
    let mut place = Place::with_registry().await;
    let role = place.database.role(None).unwrap();
    grant_use(&place, &role);
    place.run(&format!("ALTER ROLE {role} SET default_transaction_read_only = on"));
    let url = place.url_of(&role);
    for refused in [
        databases().open(&url, AccessMode::Write).await.map(drop),
        databases().create(&url).await.map(drop),
        databases().destroy(&url).await.map(drop),
    ] {
        assert!(matches!(refused, Err(PersistenceError::ReadOnly)), "{refused:?}");
    }
    let registry = databases().open(&url, AccessMode::Read).await.unwrap();
    assert!(has_user(registry.as_ref(), 1).await);
    registry.close().await.unwrap();
}

#[tokio::test]
async fn a_role_that_may_read_nothing_is_told_what_it_lacks() {
    let mut place = Place::with_registry().await;
    let role = place.database.role(None).unwrap();
    for mode in [AccessMode::Read, AccessMode::Write] {
        let opened = databases().open(&place.url_of(&role), mode).await.unwrap_err();
        assert!(matches!(opened, PersistenceError::Unavailable { .. }), "{opened:?}");
        let advice = format!("GRANT SELECT ON ALL TABLES IN SCHEMA freehold TO {role}");
        assert!(in_full(&opened).contains(&advice), "{}", in_full(&opened));
    }
}

#[tokio::test]
async fn a_right_that_is_taken_away_meanwhile_is_named() {
    let mut place = Place::with_registry().await;
    let role = place.database.role(None).unwrap();
    grant_use(&place, &role);
    let registry = databases().open(&place.url_of(&role), AccessMode::Write).await.unwrap();
    place.run(&format!("REVOKE INSERT ON freehold.users FROM {role}"));
    let mut unit = registry.begin(AccessMode::Write).await.unwrap();
    let refused = unit.users().insert_many(&[crate::arrange::another_user(5)]).await.unwrap_err();
    assert!(refused.is_certainly_rolled_back(), "{refused:?}");
    assert!(in_full(&refused).contains("permission denied for table users"), "{}", in_full(&refused));
    unit.rollback().await.unwrap();
    registry.close().await.unwrap();
}

#[tokio::test]
async fn a_registry_on_a_standby_is_opened_for_reading_only_and_follows() {
    let mut server = PostgresServer::start(Options::default()).unwrap();
    let place = Place::with_registry_on(&server).await;
    let standby = server.standby().unwrap();
    let url: DatabaseUrl = standby.url(place.database.name()).parse().unwrap();
    for refused in [
        databases().open(&url, AccessMode::Write).await.map(drop),
        databases().create(&url).await.map(drop),
        databases().destroy(&url).await.map(drop),
    ] {
        assert!(matches!(refused, Err(PersistenceError::ReadOnly)), "{refused:?}");
    }
    let reader = databases().open(&url, AccessMode::Read).await.unwrap();
    let registry = place.open(AccessMode::Write).await.unwrap();
    add_user(registry.as_ref(), 5).await;
    while !has_user(reader.as_ref(), 5).await {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    registry.close().await.unwrap();
    reader.close().await.unwrap();

    let session = SessionUid::from_entropy(1);
    let asked = PostgresLiveness.is_alive(&url, session).await;
    assert!(matches!(asked, Err(LivenessError::Lock { .. })), "{asked:?}");
    let begun = PostgresLiveness.begin(&url, session).await;
    assert!(matches!(begun, Err(LivenessError::Lock { .. })), "{begun:?}");
}
