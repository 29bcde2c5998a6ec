//! Many tasks on handles of their own share one file.

use std::sync::Arc;
use std::time::Duration;

use freehold_ports::persistence::{AccessMode, Databases};
use freehold_sea_orm::SeaOrmDatabases;
use tokio::task::JoinSet;

use crate::arrange::{Place, add_user, another_user, has_user, stem};

/// Databases whose users wait as long as they must.
fn patient() -> SeaOrmDatabases {
    SeaOrmDatabases::new().with_patience(Duration::from_mins(2))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn handles_that_create_at_once_all_succeed() {
    for _ in 0..5 {
        let place = Arc::new(Place::new());
        let mut creators = JoinSet::new();
        for number in 1..=8 {
            let place = Arc::clone(&place);
            creators.spawn(async move {
                let registry = patient().create(&place.url).await.unwrap();
                add_user(registry.as_ref(), number).await;
                registry
            });
        }
        let registries = creators.join_all().await;
        for registry in registries {
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
    for _ in 0..4 {
        let place = Arc::clone(&place);
        writers.spawn(async move {
            let registry = patient().open(&place.url, AccessMode::Write).await.unwrap();
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
    let registry = patient().open(&place.url, AccessMode::Read).await.unwrap();
    let mut unit = registry.begin(AccessMode::Read).await.unwrap();
    let family = unit.families().find_many(&[stem(1)]).await.unwrap().remove(0);
    assert_eq!(family.last_reserved().unwrap().number(), 40);
    unit.rollback().await.unwrap();
    registry.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_beside_coming_and_going_writers_see_whole_units_only() {
    let place = Arc::new(Place::with_registry().await);
    let writing = {
        let place = Arc::clone(&place);
        tokio::spawn(async move {
            for number in (10..50).step_by(2) {
                let registry = patient().open(&place.url, AccessMode::Write).await.unwrap();
                let mut unit = registry.begin(AccessMode::Write).await.unwrap();
                unit.users().insert_many(&[another_user(number)]).await.unwrap();
                unit.users().insert_many(&[another_user(number + 1)]).await.unwrap();
                unit.commit().await.unwrap();
                registry.close().await.unwrap();
            }
        })
    };
    let reader = patient().open(&place.url, AccessMode::Read).await.unwrap();
    let mut most = 0;
    loop {
        let is_last = writing.is_finished();
        match count_users(reader.as_ref()).await {
            Ok(users) => {
                assert_eq!(users % 2, 1, "one user at first, and two more with each unit");
                assert!(users >= most, "{users} after {most}");
                most = users;
                if is_last {
                    break;
                }
            }
            Err(error) => assert!(error.is_conflict(), "{error:?}"),
        }
    }
    assert_eq!(most, 41);
    writing.await.unwrap();
    reader.close().await.unwrap();
}

async fn count_users(
    registry: &dyn freehold_ports::persistence::Persistence,
) -> Result<usize, freehold_ports::persistence::PersistenceError> {
    let page = freehold_ports::persistence::PageRequest::first(3);
    let mut unit = registry.begin(AccessMode::Read).await?;
    let mut next = unit.users().list(&page).await?;
    let mut count = next.items.len();
    while next.next.is_some() {
        next = unit
            .users()
            .list(&freehold_ports::persistence::PageRequest { after: next.next, limit: 3 })
            .await?;
        count += next.items.len();
    }
    unit.rollback().await?;
    Ok(count)
}
