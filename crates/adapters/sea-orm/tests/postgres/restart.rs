//! A server that goes away comes back as if nothing had happened, but for what was under way.

use freehold_ports::persistence::{AccessMode, Databases, PersistenceError};
use freehold_test_servers::postgres::{Options, PostgresServer, Stop};

use crate::arrange::{Place, add_user, another_user, has_user, impatient, in_full};

/// A server that does not wait for commits unless it is told to: the registry tells it.
fn server() -> PostgresServer {
    PostgresServer::start(Options::default()).unwrap()
}

#[tokio::test]
async fn units_that_begin_after_a_restart_work_and_find_what_was_committed() {
    let mut server = server();
    let place = Place::with_registry_on(&server).await;
    let registry = place.open(AccessMode::Write).await.unwrap();
    let reader = place.open(AccessMode::Read).await.unwrap();
    for (number, how) in (5..).zip([Stop::Politely, Stop::Immediately, Stop::Kill]) {
        add_user(registry.as_ref(), number).await;
        assert!(has_user(reader.as_ref(), number).await);
        server.restart(how).unwrap();
        assert!(has_user(reader.as_ref(), number).await, "{how:?}");
        add_user(registry.as_ref(), number + 100).await;
        assert!(has_user(registry.as_ref(), number + 100).await, "{how:?}");
    }
    registry.close().await.unwrap();
    reader.close().await.unwrap();
}

#[tokio::test]
async fn a_unit_that_the_server_leaves_fails_and_keeps_nothing() {
    let mut server = server();
    let place = Place::with_registry_on(&server).await;
    let registry = place.open(AccessMode::Write).await.unwrap();
    let mut unit = registry.begin(AccessMode::Write).await.unwrap();
    unit.users().insert_many(&[another_user(5)]).await.unwrap();
    server.restart(Stop::Immediately).unwrap();
    let failed = unit.users().insert_many(&[another_user(6)]).await;
    assert!(matches!(failed, Err(PersistenceError::Unavailable { .. })), "{failed:?}");
    assert!(matches!(unit.commit().await, Err(PersistenceError::Aborted)));
    assert!(!has_user(registry.as_ref(), 5).await);
    registry.close().await.unwrap();
}

#[tokio::test]
async fn a_commit_whose_answer_is_lost_is_of_unknown_outcome() {
    let mut server = server();
    let place = Place::with_registry_on(&server).await;
    let registry = place.open(AccessMode::Write).await.unwrap();
    let mut unit = registry.begin(AccessMode::Write).await.unwrap();
    unit.users().insert_many(&[another_user(5)]).await.unwrap();
    server.restart(Stop::Immediately).unwrap();
    let committed = unit.commit().await;
    assert!(matches!(committed, Err(PersistenceError::OutcomeUnknown { .. })), "{committed:?}");
    assert!(!committed.unwrap_err().is_certainly_rolled_back());
    add_user(registry.as_ref(), 6).await;
    registry.close().await.unwrap();
}

#[tokio::test]
async fn sessions_that_were_ended_are_replaced() {
    let place = Place::with_registry().await;
    let registry = place.open(AccessMode::Write).await.unwrap();
    add_user(registry.as_ref(), 5).await;
    assert!(has_user(registry.as_ref(), 5).await);
    for number in 10..13 {
        place.end_sessions();
        add_user(registry.as_ref(), number).await;
        place.end_sessions();
        assert!(has_user(registry.as_ref(), number).await);
    }
    registry.close().await.unwrap();
}

#[tokio::test]
async fn a_server_that_stays_away_is_unavailable_and_the_error_says_why() {
    let mut server = server();
    let place = Place::with_registry_on(&server).await;
    let registry = impatient().open(&place.url, AccessMode::Write).await.unwrap();
    server.stop(Stop::Politely).unwrap();
    for mode in [AccessMode::Read, AccessMode::Write] {
        let begun = registry.begin(mode).await.unwrap_err();
        assert!(matches!(begun, PersistenceError::Unavailable { .. }), "{begun:?}");
        assert!(in_full(&begun).contains("refused"), "{}", in_full(&begun));
        let opened = place.open(mode).await.unwrap_err();
        assert!(matches!(opened, PersistenceError::Unavailable { .. }), "{opened:?}");
        assert!(in_full(&opened).contains("refused"), "{}", in_full(&opened));
    }
    let destroyed = impatient().destroy(&place.url).await;
    assert!(matches!(destroyed, Err(PersistenceError::Unavailable { .. })), "{destroyed:?}");
    server.start_again().unwrap();
    add_user(registry.as_ref(), 5).await;
    registry.close().await.unwrap();
}
