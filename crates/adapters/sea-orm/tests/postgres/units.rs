//! Units of work end as they should, however they are left.

use std::error::Error;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use freehold_ports::persistence::{AccessMode, Databases, Persistence, PersistenceError, UnitOfWork};
use tokio::runtime::Runtime;

use crate::arrange::{Place, add_user, another_user, has_user, impatient};

#[tokio::test]
async fn a_writer_that_another_handle_keeps_waiting_is_a_conflict_that_keeps_its_cause() {
    let place = Place::with_registry().await;
    let holder = place.open(AccessMode::Write).await.unwrap();
    let registry = impatient().open(&place.url, AccessMode::Write).await.unwrap();
    let unit = holder.begin(AccessMode::Write).await.unwrap();
    let error = registry.begin(AccessMode::Write).await.unwrap_err();
    assert!(error.is_conflict() && error.is_certainly_rolled_back(), "{error:?}");
    assert!(error.source().unwrap().to_string().contains("lock timeout"), "{error:?}");
    assert!(has_user(registry.as_ref(), 1).await, "a reader does not wait for a writer");
    unit.rollback().await.unwrap();
    add_user(registry.as_ref(), 5).await;
    registry.close().await.unwrap();
    holder.close().await.unwrap();
}

#[tokio::test]
async fn a_second_writer_of_one_handle_waits_and_then_is_a_conflict() {
    let place = Place::with_registry().await;
    let registry = impatient().open(&place.url, AccessMode::Write).await.unwrap();
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
async fn a_beginning_that_is_given_up_leaves_no_transaction_behind() {
    let place = Place::with_registry().await;
    let registry = place.open(AccessMode::Write).await.unwrap();
    // Given up after one step, after two, and so on: some after the server has begun a transaction.
    for steps in 0..12 {
        for mode in [AccessMode::Read, AccessMode::Write] {
            let mut beginning = pin!(registry.begin(mode));
            for _ in 0..steps {
                if beginning.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready() {
                    break;
                }
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        }
        add_user(registry.as_ref(), 100 + steps).await;
        assert!(has_user(registry.as_ref(), 100 + steps).await, "{steps}");
    }
    registry.close().await.unwrap();
}

#[tokio::test]
async fn an_error_of_the_server_spoils_no_later_unit() {
    let place = Place::with_registry().await;
    place.run(
        "CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN RAISE EXCEPTION 'refused'; END $$;
         CREATE TRIGGER refusal BEFORE INSERT ON freehold.users
         FOR EACH ROW WHEN (NEW.name = 'poison') EXECUTE FUNCTION public.refuse()",
    );
    let registry = place.open(AccessMode::Write).await.unwrap();
    for number in 5..8 {
        let mut unit = registry.begin(AccessMode::Write).await.unwrap();
        unit.users().insert_many(&[another_user(number)]).await.unwrap();
        let mut poison = another_user(number + 100);
        poison.name = Some("poison".to_owned());
        let refused = unit.users().insert_many(&[poison]).await;
        assert!(matches!(refused, Err(PersistenceError::Backend { .. })), "{refused:?}");
        match number % 3 {
            0 => unit.rollback().await.unwrap(),
            1 => drop(unit),
            _ => assert!(matches!(unit.commit().await, Err(PersistenceError::Aborted))),
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
