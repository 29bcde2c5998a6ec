//! Units of work end as they should, however they are left.

use std::error::Error;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use freehold_ports::persistence::{AccessMode, Persistence, PersistenceError, UnitOfWork};
use sea_orm::ConnectionTrait;
use tokio::runtime::Runtime;

use crate::arrange::{Place, add_user, another_user, has_user};

#[tokio::test]
async fn a_lock_that_another_connection_holds_is_a_conflict_that_keeps_its_cause() {
    let place = Place::with_registry().await;
    let registry = place.open(AccessMode::Write).await.unwrap();
    let raw = place.raw().await;
    raw.execute_unprepared("BEGIN IMMEDIATE").await.unwrap();
    let error = registry.begin(AccessMode::Write).await.unwrap_err();
    assert!(error.is_conflict() && error.is_certainly_rolled_back(), "{error:?}");
    assert!(error.source().unwrap().to_string().contains("database is locked"), "{error:?}");
    assert!(has_user(registry.as_ref(), 1).await, "a reader does not wait for a writer");
    raw.execute_unprepared("ROLLBACK").await.unwrap();
    add_user(registry.as_ref(), 5).await;
    raw.close().await.unwrap();
    registry.close().await.unwrap();
}

#[tokio::test]
async fn a_second_writer_of_one_handle_waits_and_then_is_a_conflict() {
    let place = Place::with_registry().await;
    let registry = place.open(AccessMode::Write).await.unwrap();
    let first = registry.begin(AccessMode::Write).await.unwrap();
    let second = registry.begin(AccessMode::Write).await;
    assert!(matches!(second, Err(PersistenceError::Conflict { .. })), "{second:?}");
    first.rollback().await.unwrap();
    add_user(registry.as_ref(), 5).await;
    registry.close().await.unwrap();
}

#[tokio::test]
async fn a_call_that_is_given_up_ends_the_unit() {
    let place = Place::with_registry().await;
    let registry = place.open(AccessMode::Write).await.unwrap();
    let mut unit = registry.begin(AccessMode::Write).await.unwrap();
    {
        // So many that no first step can be the last.
        let users: Vec<_> = (5..20_000).map(another_user).collect();
        let mut call = pin!(unit.users().insert_many(&users));
        assert!(matches!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Pending));
    }
    assert!(matches!(unit.users().find_many(&[]).await, Err(PersistenceError::Aborted)));
    assert!(matches!(unit.commit().await, Err(PersistenceError::Aborted)));
    assert!(!has_user(registry.as_ref(), 5).await);
    add_user(registry.as_ref(), 5).await;
    registry.close().await.unwrap();
}

#[tokio::test]
async fn a_transaction_that_the_database_ended_by_itself_spoils_no_later_one() {
    let place = Place::with_registry().await;
    place
        .tamper(
            "CREATE TRIGGER refusal BEFORE INSERT ON users WHEN NEW.name = 'poison' \
             BEGIN SELECT RAISE(ROLLBACK, 'all of it'); END",
        )
        .await;
    let registry = place.open(AccessMode::Write).await.unwrap();
    for number in 5..8 {
        let mut unit = registry.begin(AccessMode::Write).await.unwrap();
        unit.users().insert_many(&[another_user(number)]).await.unwrap();
        let mut poison = another_user(number + 100);
        poison.name = Some("poison".to_owned());
        let refused = unit.users().insert_many(&[poison]).await;
        assert!(matches!(refused, Err(PersistenceError::Backend { .. })), "{refused:?}");
        if number % 2 == 0 {
            unit.rollback().await.unwrap();
        } else {
            drop(unit);
        }
        assert!(!has_user(registry.as_ref(), number).await);
        add_user(registry.as_ref(), number).await;
    }
    registry.close().await.unwrap();
}

#[test]
fn a_unit_dropped_outside_of_the_runtime_gives_its_lock_back() {
    let runtime = Runtime::new().unwrap();
    let (_place, registry, unit) = runtime.block_on(begun());
    drop(unit);
    runtime.block_on(async {
        assert!(!has_user(registry.as_ref(), 5).await);
        add_user(registry.as_ref(), 5).await;
        registry.close().await.unwrap();
    });
}

#[test]
fn a_unit_that_outlives_its_runtime_can_be_dropped() {
    let runtime = Runtime::new().unwrap();
    let (place, registry, unit) = runtime.block_on(begun());
    drop(runtime);
    drop(unit);
    drop(registry);
    Runtime::new().unwrap().block_on(async {
        let registry = place.open(AccessMode::Write).await.unwrap();
        assert!(!has_user(registry.as_ref(), 5).await);
        add_user(registry.as_ref(), 5).await;
        registry.close().await.unwrap();
    });
}

/// A unit that has recorded a user and not ended.
async fn begun() -> (Place, Arc<dyn Persistence>, Box<dyn UnitOfWork>) {
    let place = Place::with_registry().await;
    let registry = place.open(AccessMode::Write).await.unwrap();
    let mut unit = registry.begin(AccessMode::Write).await.unwrap();
    unit.users().insert_many(&[another_user(5)]).await.unwrap();
    (place, registry, unit)
}
