//! Cases: making, opening, closing and destroying databases.

use std::sync::Arc;

use freehold_ports::persistence::{AccessMode, Persistence, PersistenceError};

use super::refusals::read_only;
use super::registry::{Registry, begin};
use super::{Fresh, records};
use crate::case::{Outcome, cases, ensure, ensure_equal, ensure_error, present};
use crate::race::race;

cases! { Fresh, "persistence::databases":
    a_created_registry_is_empty,
    creating_again_keeps_what_is_there,
    processes_that_create_at_once_all_succeed,
    a_missing_database_is_not_opened,
    opening_creates_nothing,
    a_reopened_registry_holds_what_was_committed,
    two_handles_share_one_registry,
    a_registry_opened_for_reading_can_be_read,
    a_registry_opened_for_reading_begins_no_writing_unit,
    a_closed_registry_begins_no_unit,
    closing_twice_is_closing_once,
    destroying_says_whether_there_was_a_database,
    a_destroyed_registry_is_gone,
    a_registry_made_after_destruction_is_empty,
}

/// How many create one database at once, and how often.
const CREATORS: usize = 8;
const CREATION_RACES: usize = 10;

async fn a_created_registry_is_empty(fresh: &Fresh) -> Outcome {
    let persistence = fresh.databases.create(&fresh.url).await?;
    ensure_empty(persistence.as_ref()).await
}

async fn creating_again_keeps_what_is_there(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let again = fresh.databases.create(&fresh.url).await?;
    let mut unit = begin(again.as_ref(), AccessMode::Read).await?;
    ensure_equal("the instance", &unit.instance().find().await?, &Some(registry.instance.clone()))?;
    unit.rollback().await?;
    Ok(())
}

async fn processes_that_create_at_once_all_succeed(fresh: &Fresh) -> Outcome {
    let user = records::user(2);
    for _ in 0..CREATION_RACES {
        let creators = (0..CREATORS).map(|_| {
            let (databases, url) = (Arc::clone(&fresh.databases), fresh.url.clone());
            async move { databases.create(&url).await }
        });
        let created = race(creators).await?.into_iter().collect::<Result<Vec<_>, _>>()?;
        let mut unit = begin(present("a handle", created.first())?.as_ref(), AccessMode::Write).await?;
        unit.users().insert_many(std::slice::from_ref(&user)).await?;
        unit.commit().await?;
        for handle in &created {
            let mut unit = begin(handle.as_ref(), AccessMode::Read).await?;
            let found = unit.users().find_many(&[user.uid]).await?;
            unit.rollback().await?;
            ensure_equal("the user, by each of the handles", &found, &vec![user.clone()])?;
        }
        for handle in created {
            handle.close().await?;
        }
        ensure!(fresh.databases.destroy(&fresh.url).await?, "expected a database to destroy, found none");
    }
    Ok(())
}

async fn a_missing_database_is_not_opened(fresh: &Fresh) -> Outcome {
    for mode in [AccessMode::Read, AccessMode::Write] {
        let opened = fresh.databases.open(&fresh.url, mode).await;
        ensure_error!("opening nothing", opened, PersistenceError::DatabaseMissing { .. });
    }
    Ok(())
}

async fn opening_creates_nothing(fresh: &Fresh) -> Outcome {
    for mode in [AccessMode::Write, AccessMode::Read, AccessMode::Write] {
        let opened = fresh.databases.open(&fresh.url, mode).await;
        ensure!(opened.is_err(), "opening a missing database: expected an error, found success");
    }
    ensure_equal("whether there is a database", &fresh.databases.destroy(&fresh.url).await?, &false)
}

async fn a_reopened_registry_holds_what_was_committed(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let artifact = registry.save(2, "kept.csv").await?;
    registry.persistence.close().await?;
    for mode in [AccessMode::Write, AccessMode::Read] {
        let reopened = fresh.databases.open(&fresh.url, mode).await?;
        let mut unit = begin(reopened.as_ref(), AccessMode::Read).await?;
        ensure_equal("the instance", &unit.instance().find().await?, &Some(registry.instance.clone()))?;
        let found = unit.artifacts().find_many(&[artifact.uid]).await?;
        ensure_equal("the artifact", &found, &vec![artifact.clone()])?;
        unit.rollback().await?;
        reopened.close().await?;
    }
    Ok(())
}

async fn two_handles_share_one_registry(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let other = fresh.databases.open(&fresh.url, AccessMode::Write).await?;
    let user = records::user(2);
    let mut unit = begin(other.as_ref(), AccessMode::Write).await?;
    unit.users().insert_many(std::slice::from_ref(&user)).await?;
    unit.commit().await?;
    let mut unit = registry.read().await?;
    ensure_equal("the user", &unit.users().find_many(&[user.uid]).await?, &vec![user])?;
    unit.rollback().await?;
    Ok(())
}

async fn a_registry_opened_for_reading_can_be_read(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let reader = fresh.databases.open(&fresh.url, AccessMode::Read).await?;
    let user = records::user(2);
    let mut unit = registry.write().await?;
    unit.users().insert_many(std::slice::from_ref(&user)).await?;
    unit.commit().await?;
    let mut unit = begin(reader.as_ref(), AccessMode::Read).await?;
    let found = unit.users().find_many(&[registry.user.uid, user.uid]).await?;
    unit.rollback().await?;
    ensure_equal("the users, also those of a later commit", &found, &vec![registry.user, user])
}

async fn a_registry_opened_for_reading_begins_no_writing_unit(fresh: &Fresh) -> Outcome {
    Registry::create(fresh).await?.persistence.close().await?;
    let reader = fresh.databases.open(&fresh.url, AccessMode::Read).await?;
    read_only("beginning a unit that writes", reader.begin(AccessMode::Write).await)
}

async fn a_closed_registry_begins_no_unit(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    registry.persistence.close().await?;
    for mode in [AccessMode::Read, AccessMode::Write] {
        let begun = registry.persistence.begin(mode).await;
        ensure!(begun.is_err(), "beginning a unit after close: expected an error, found success");
    }
    Ok(())
}

async fn closing_twice_is_closing_once(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    registry.persistence.close().await?;
    Ok(registry.persistence.close().await?)
}

async fn destroying_says_whether_there_was_a_database(fresh: &Fresh) -> Outcome {
    ensure_equal("destroying nothing", &fresh.databases.destroy(&fresh.url).await?, &false)?;
    Registry::create(fresh).await?.persistence.close().await?;
    ensure_equal("destroying a registry", &fresh.databases.destroy(&fresh.url).await?, &true)?;
    ensure_equal("destroying it again", &fresh.databases.destroy(&fresh.url).await?, &false)
}

async fn a_destroyed_registry_is_gone(fresh: &Fresh) -> Outcome {
    Registry::create(fresh).await?.persistence.close().await?;
    fresh.databases.destroy(&fresh.url).await?;
    let opened = fresh.databases.open(&fresh.url, AccessMode::Read).await;
    ensure_error!("opening what was destroyed", opened, PersistenceError::DatabaseMissing { .. });
    Ok(())
}

async fn a_registry_made_after_destruction_is_empty(fresh: &Fresh) -> Outcome {
    Registry::create(fresh).await?.persistence.close().await?;
    fresh.databases.destroy(&fresh.url).await?;
    let persistence = fresh.databases.create(&fresh.url).await?;
    ensure_empty(persistence.as_ref()).await
}

async fn ensure_empty(persistence: &dyn Persistence) -> Outcome {
    let mut unit = begin(persistence, AccessMode::Read).await?;
    ensure_equal("the instance of an empty registry", &unit.instance().find().await?, &None)?;
    for listing in super::listing::Listing::whole_registry() {
        let page = listing.page(unit.as_mut(), None, 10).await?;
        ensure!(
            page.items.is_empty(),
            "{listing:?}: expected no record in an empty registry, found {page:?}"
        );
        ensure_equal(&format!("what follows {listing:?} of an empty registry"), &page.next, &None)?;
    }
    unit.rollback().await?;
    Ok(())
}
