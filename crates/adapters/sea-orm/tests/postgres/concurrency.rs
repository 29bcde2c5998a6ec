//! Many tasks on handles of their own share one database.

use std::sync::Arc;

use freehold_ports::persistence::{AccessMode, Databases, PageRequest, Persistence, PersistenceError};
use tokio::task::JoinSet;

use crate::arrange::{Place, add_user, another_user, databases, has_user, stem};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn handles_that_create_at_once_all_succeed() {
    for _ in 0..3 {
        let place = Arc::new(Place::new());
        let mut creators = JoinSet::new();
        for number in 1..=8 {
            let place = Arc::clone(&place);
            creators.spawn(async move {
                let registry = databases().create(&place.url).await.unwrap();
                add_user(registry.as_ref(), number).await;
                registry
            });
        }
        for registry in creators.join_all().await {
            for number in 1..=8 {
                assert!(has_user(registry.as_ref(), number).await);
            }
            registry.close().await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn units_that_read_and_then_write_neither_fail_nor_lose_an_update() {
    let place = Arc::new(Place::with_registry().await);
    let mut writers = JoinSet::new();
    for _ in 0..8 {
        let place = Arc::clone(&place);
        writers.spawn(async move {
            let registry = databases().open(&place.url, AccessMode::Write).await.unwrap();
            for _ in 0..10 {
                let mut unit = registry.begin(AccessMode::Write).await.unwrap();
                let mut family = unit.families().find_many(&[stem(1)]).await.unwrap().remove(0);
                tokio::task::yield_now().await;
                family.reserve().unwrap();
                unit.families().update_many(&[family]).await.unwrap();
                unit.commit().await.unwrap();
            }
            registry.close().await.unwrap();
        });
    }
    writers.join_all().await;
    let registry = place.open(AccessMode::Read).await.unwrap();
    let mut unit = registry.begin(AccessMode::Read).await.unwrap();
    let family = unit.families().find_many(&[stem(1)]).await.unwrap().remove(0);
    assert_eq!(family.last_reserved().unwrap().number(), 80);
    unit.rollback().await.unwrap();
    registry.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_beside_writers_see_whole_units_only_and_never_fail() {
    let place = Arc::new(Place::with_registry().await);
    let writing = {
        let place = Arc::clone(&place);
        tokio::spawn(async move {
            let registry = place.open(AccessMode::Write).await.unwrap();
            for number in (10..90).step_by(2) {
                let mut unit = registry.begin(AccessMode::Write).await.unwrap();
                unit.users().insert_many(&[another_user(number)]).await.unwrap();
                unit.users().insert_many(&[another_user(number + 1)]).await.unwrap();
                unit.commit().await.unwrap();
            }
            registry.close().await.unwrap();
        })
    };
    let reader = place.open(AccessMode::Read).await.unwrap();
    let mut most = 0;
    loop {
        let is_last = writing.is_finished();
        let users = count_users(reader.as_ref()).await.unwrap();
        assert_eq!(users % 2, 1, "one user at first, and two more with each unit");
        assert!(users >= most, "{users} after {most}");
        most = users;
        if is_last {
            break;
        }
    }
    assert_eq!(most, 81);
    writing.await.unwrap();
    reader.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handle_has_few_sessions_however_many_units_are_under_way() {
    let place = Arc::new(Place::with_registry().await);
    let registry = place.open(AccessMode::Write).await.unwrap();
    let mut units = JoinSet::new();
    for number in 0..40 {
        let registry = Arc::clone(&registry);
        units.spawn(async move {
            if number % 2 == 0 {
                add_user(registry.as_ref(), 100 + number).await;
            } else {
                has_user(registry.as_ref(), 1).await;
            }
        });
    }
    units.join_all().await;
    let sessions = "SELECT count(*) FROM pg_stat_activity \
                    WHERE datname = current_database() AND application_name = 'freehold'";
    let sessions: u32 = place.value(sessions).parse().unwrap();
    assert!((1..=5).contains(&sessions), "{sessions}");
    registry.close().await.unwrap();
}

#[tokio::test]
async fn units_use_the_same_sessions_again_and_again() {
    let place = Place::with_registry().await;
    let registry = place.open(AccessMode::Write).await.unwrap();
    add_user(registry.as_ref(), 5).await;
    assert!(has_user(registry.as_ref(), 5).await);
    let sessions = || {
        place.run(
            "SELECT pid::text FROM pg_stat_activity \
             WHERE datname = current_database() AND application_name = 'freehold' ORDER BY pid",
        )
    };
    let before = sessions();
    assert_eq!(before.len(), 2, "one that writes and one that reads");
    for number in 10..40 {
        add_user(registry.as_ref(), number).await;
        assert!(has_user(registry.as_ref(), number).await);
    }
    let after = sessions();
    assert!(before.iter().all(|session| after.contains(session)), "{before:?} {after:?}");
    registry.close().await.unwrap();
}

/// Counts by pages of three, in one unit.
async fn count_users(registry: &dyn Persistence) -> Result<usize, PersistenceError> {
    let mut unit = registry.begin(AccessMode::Read).await?;
    let mut next = unit.users().list(&PageRequest::first(3)).await?;
    let mut count = next.items.len();
    while next.next.is_some() {
        next = unit.users().list(&PageRequest { after: next.next, limit: 3 }).await?;
        count += next.items.len();
    }
    unit.rollback().await?;
    Ok(count)
}
