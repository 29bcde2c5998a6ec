//! Cases: units of work of several tasks do not mix.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use freehold_domain::{ArtifactStem, ArtifactUid, User, Version};
use freehold_ports::persistence::{
    AccessMode, Entity, PageRequest, Persistence, PersistenceError, UnitOfWork,
};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};

use super::registry::{Registry, begin};
use super::{Fresh, records};
use crate::case::{Failure, Outcome, cases, ensure, ensure_equal, present};
use crate::race::race;

cases! { Fresh, "persistence::isolation":
    nothing_is_seen_before_commit,
    a_reading_unit_sees_one_state,
    writers_lose_no_update,
    writers_on_handles_of_their_own_lose_no_update,
    no_change_comes_between_the_reads_and_writes_of_a_unit,
    of_writers_that_insert_the_same_record_one_succeeds,
    readers_do_not_disturb_one_another,
    a_unit_moves_between_tasks,
}

/// How often each of two writers counts.
const ROUNDS: usize = 25;

/// How long a case waits for another task that a backend may hold up until the unit of the case itself has ended.
const GRACE: Duration = Duration::from_secs(2);

async fn nothing_is_seen_before_commit(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let mut unit = registry.write().await?;
    unit.users().insert_many(&[records::user(2)]).await?;
    let mut reader = spawn_reader(&registry, 2);
    // A backend may let readers wait for the writer: then the reader has nothing to say before the commit.
    if let Ok(read) = tokio::time::timeout(GRACE, &mut reader).await {
        ensure!(!read??, "expected an uncommitted record to be invisible, found it");
        unit.commit().await?;
    } else {
        unit.commit().await?;
        reader.await??;
    }
    ensure!(spawn_reader(&registry, 2).await??, "expected a committed record to be visible, found none");
    Ok(())
}

async fn a_reading_unit_sees_one_state(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let mut unit = registry.read().await?;
    ensure_equal("users before", &count_users(unit.as_mut()).await?, &1)?;
    let (committed, news) = oneshot::channel();
    let persistence = Arc::clone(&registry.persistence);
    let writer: JoinHandle<Outcome> = tokio::spawn(async move {
        let mut unit = begin(persistence.as_ref(), AccessMode::Write).await?;
        unit.users().insert_many(&[records::user(2)]).await?;
        unit.commit().await?;
        // When the reader has waited in vain and gone on, nobody is there to be told.
        committed.send(()).ok();
        Ok(())
    });
    // A backend may let writers wait for readers: then there is nothing to see yet.
    drop(tokio::time::timeout(GRACE, news).await);
    ensure_equal("users while others write", &count_users(unit.as_mut()).await?, &1)?;
    unit.rollback().await?;
    writer.await??;
    let mut unit = registry.read().await?;
    ensure_equal("users in a unit that began later", &count_users(unit.as_mut()).await?, &2)?;
    unit.rollback().await?;
    Ok(())
}

async fn writers_lose_no_update(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let handles = [Arc::clone(&registry.persistence), Arc::clone(&registry.persistence)];
    count_up(&registry, handles).await
}

async fn writers_on_handles_of_their_own_lose_no_update(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let other = fresh.databases.open(&fresh.url, AccessMode::Write).await?;
    count_up(&registry, [Arc::clone(&registry.persistence), other]).await
}

async fn no_change_comes_between_the_reads_and_writes_of_a_unit(fresh: &Fresh) -> Outcome {
    let (registry, writers) = (Registry::create(fresh).await?, 8);
    let mut counters = JoinSet::new();
    for number in 0..writers {
        let persistence = fresh.databases.open(&fresh.url, AccessMode::Write).await?;
        counters.spawn(async move {
            loop {
                match insert_counted(persistence.as_ref(), 10 + number).await {
                    Err(error) if error.is_conflict() => tokio::task::yield_now().await,
                    outcome => return outcome,
                }
            }
        });
    }
    while let Some(counter) = counters.join_next().await {
        counter??;
    }
    let uids: Vec<_> = (10..10 + writers).map(records::user_uid).collect();
    let mut unit = registry.read().await?;
    let found = unit.users().find_many(&uids).await?;
    unit.rollback().await?;
    let mut counted: Vec<_> = found.into_iter().filter_map(|user| user.name).collect();
    counted.sort();
    let expected: Vec<_> = (1..=writers).map(|count| count.to_string()).collect();
    ensure_equal("how many users each writer found, in order", &counted, &expected)
}

/// Inserts a user whose name says how many there were before, in a unit of its own.
async fn insert_counted(persistence: &dyn Persistence, number: u32) -> Result<(), PersistenceError> {
    let mut unit = persistence.begin(AccessMode::Write).await?;
    let page = PageRequest::first(100);
    let inserted = match unit.users().list(&page).await {
        Ok(users) => {
            // Between the read and the write there is room for somebody else, if the backend leaves any.
            tokio::task::yield_now().await;
            let name = Some(users.items.len().to_string());
            unit.users().insert_many(&[User { name, ..records::user(number) }]).await
        }
        Err(error) => Err(error),
    };
    match inserted {
        Ok(()) => unit.commit().await,
        Err(error) => {
            unit.rollback().await?;
            Err(error)
        }
    }
}

async fn of_writers_that_insert_the_same_record_one_succeeds(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let writers = (0..8).map(|number| {
        let persistence = Arc::clone(&registry.persistence);
        let user = User { name: Some(format!("writer {number}")), ..records::user(2) };
        async move {
            let mut unit = begin(persistence.as_ref(), AccessMode::Write).await?;
            match unit.users().insert_many(std::slice::from_ref(&user)).await {
                Ok(()) => {
                    unit.commit().await?;
                    Ok(Some(user))
                }
                Err(PersistenceError::AlreadyExists { .. }) => {
                    unit.rollback().await?;
                    Ok(None)
                }
                Err(error) => Err(Failure::from(error)),
            }
        }
    });
    let mut winners = Vec::new();
    for writer in race(writers).await? {
        winners.extend(writer?);
    }
    let mut unit = registry.read().await?;
    let found = unit.users().find_many(&[records::user_uid(2)]).await?;
    unit.rollback().await?;
    ensure_equal("the one record, and the one writer that succeeded", &found, &winners)?;
    ensure_equal("how many writers succeeded", &winners.len(), &1)
}

async fn readers_do_not_disturb_one_another(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let mut readers = JoinSet::new();
    for _ in 0..16 {
        let (persistence, expected) = (Arc::clone(&registry.persistence), registry.instance.clone());
        readers.spawn(async move {
            for _ in 0..10 {
                let mut unit = begin(persistence.as_ref(), AccessMode::Read).await?;
                let found = unit.instance().find().await?;
                unit.rollback().await?;
                ensure_equal("the instance", &found, &Some(expected.clone()))?;
            }
            Ok::<_, Failure>(())
        });
    }
    while let Some(reader) = readers.join_next().await {
        reader??;
    }
    Ok(())
}

async fn a_unit_moves_between_tasks(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let mut unit = registry.write().await?;
    unit.users().insert_many(&[records::user(2)]).await?;
    let inserter: JoinHandle<Result<Box<dyn UnitOfWork>, Failure>> = tokio::spawn(async move {
        unit.users().insert_many(&[records::user(3)]).await?;
        Ok(unit)
    });
    inserter.await??.commit().await?;
    for number in [2, 3] {
        ensure!(spawn_reader(&registry, number).await??, "expected user {number} to be recorded, found none");
    }
    Ok(())
}

/// Asks in a task of its own whether a user is recorded.
fn spawn_reader(registry: &Registry, number: u32) -> JoinHandle<Result<bool, Failure>> {
    let persistence = Arc::clone(&registry.persistence);
    tokio::spawn(async move {
        let mut unit = begin(persistence.as_ref(), AccessMode::Read).await?;
        let found = unit.users().find_many(&[records::user_uid(number)]).await?;
        unit.rollback().await?;
        Ok(!found.is_empty())
    })
}

async fn count_users(unit: &mut dyn UnitOfWork) -> Result<usize, Failure> {
    let page = PageRequest::first(10);
    Ok(unit.users().list(&page).await?.items.len())
}

/// Lets two tasks take versions of one family, and ends the case unless all were given out once.
async fn count_up(registry: &Registry, handles: [Arc<dyn Persistence>; 2]) -> Outcome {
    let family = registry.family(2, "counted.csv")?;
    let stem = family.stem();
    let mut unit = registry.write().await?;
    unit.families().insert_many(std::slice::from_ref(&family)).await?;
    unit.commit().await?;

    let mut counters = JoinSet::new();
    for persistence in handles {
        counters.spawn(async move {
            let mut taken = Vec::new();
            while taken.len() < ROUNDS {
                match take_version(persistence.as_ref(), stem).await {
                    Ok(uid) => taken.push(uid),
                    Err(error) if error.is_conflict() => tokio::task::yield_now().await,
                    Err(error) => return Err(Failure::from(error)),
                }
            }
            Ok(taken)
        });
    }
    let mut taken = Vec::new();
    while let Some(counter) = counters.join_next().await {
        taken.extend(counter??);
    }
    let distinct: BTreeSet<_> = taken.iter().collect();
    ensure_equal("how many different versions were given out", &distinct.len(), &(2 * ROUNDS))?;

    let mut unit = registry.read().await?;
    let found = unit.families().find_many(&[stem]).await?;
    unit.rollback().await?;
    let last = present("the family", found.first())?.last_reserved().map(Version::number);
    ensure_equal("the last version given out", &last, &Some(u32::try_from(2 * ROUNDS)? - 1))
}

async fn take_version(
    persistence: &dyn Persistence,
    stem: ArtifactStem,
) -> Result<ArtifactUid, PersistenceError> {
    let mut unit = persistence.begin(AccessMode::Write).await?;
    match reserve(unit.as_mut(), stem).await {
        Ok(uid) => {
            unit.commit().await?;
            Ok(uid)
        }
        Err(error) => {
            unit.rollback().await?;
            Err(error)
        }
    }
}

async fn reserve(unit: &mut dyn UnitOfWork, stem: ArtifactStem) -> Result<ArtifactUid, PersistenceError> {
    let absent = || PersistenceError::NotFound { entity: Entity::Family, id: stem.to_string() };
    let mut families = unit.families().find_many(&[stem]).await?;
    // Between the read and the write there is room for somebody else, if the backend leaves any.
    tokio::task::yield_now().await;
    let family = families.first_mut().ok_or_else(absent)?;
    let uid = family.reserve().map_err(|error| PersistenceError::Backend { source: Box::new(error) })?;
    unit.families().update_many(&families).await?;
    Ok(uid)
}
