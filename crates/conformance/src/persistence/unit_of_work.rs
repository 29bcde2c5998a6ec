//! Cases: a unit of work is kept wholly or not at all.

use freehold_ports::persistence::{Entity, PageRequest, PersistenceError};

use super::refusals::{aborted, already_exists, not_found};
use super::registry::Registry;
use super::{Fresh, records};
use crate::case::{Outcome, cases, ensure, ensure_equal, ensure_error};

cases! { Fresh, "persistence::unit_of_work":
    what_is_committed_is_seen_by_later_units,
    a_unit_sees_its_own_changes,
    a_rollback_keeps_nothing,
    a_dropped_unit_keeps_nothing,
    a_unit_without_changes_can_be_committed,
    a_reading_unit_can_be_committed,
    an_error_ends_the_unit,
    a_commit_after_an_error_gives_aborted,
    nothing_is_kept_of_a_unit_that_met_an_error,
    a_rollback_after_an_error_succeeds,
    every_kind_of_refusal_ends_the_unit,
    a_refused_batch_leaves_nothing,
    the_registry_goes_on_after_a_failed_unit,
}

async fn what_is_committed_is_seen_by_later_units(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let user = records::user(2);
    let mut unit = registry.write().await?;
    unit.users().insert_many(std::slice::from_ref(&user)).await?;
    unit.commit().await?;
    ensure_known(&registry, 2, true).await
}

async fn a_unit_sees_its_own_changes(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let mut unit = registry.write().await?;
    let mut user = records::user(2);
    unit.users().insert_many(std::slice::from_ref(&user)).await?;
    ensure_equal("what was inserted", &unit.users().find_many(&[user.uid]).await?, &vec![user.clone()])?;
    user.name = Some("Ada".to_owned());
    unit.users().update(&user).await?;
    ensure_equal("what was updated", &unit.users().find_many(&[user.uid]).await?, &vec![user.clone()])?;
    unit.users().delete(&user.uid).await?;
    ensure!(unit.users().find_many(&[user.uid]).await?.is_empty(), "expected what was deleted to be absent");
    unit.rollback().await?;
    Ok(())
}

async fn a_rollback_keeps_nothing(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let mut unit = registry.write().await?;
    unit.users().insert_many(&[records::user(2)]).await?;
    unit.users().update(&renamed(&registry)).await?;
    unit.rollback().await?;
    ensure_known(&registry, 2, false).await?;
    ensure_unchanged(&registry).await
}

async fn a_dropped_unit_keeps_nothing(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let mut unit = registry.write().await?;
    unit.users().insert_many(&[records::user(2)]).await?;
    unit.users().update(&renamed(&registry)).await?;
    drop(unit);
    ensure_known(&registry, 2, false).await?;
    ensure_unchanged(&registry).await?;
    let mut unit = registry.write().await?;
    unit.users().insert_many(&[records::user(3)]).await?;
    unit.commit().await?;
    ensure_known(&registry, 2, false).await
}

async fn a_unit_without_changes_can_be_committed(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    registry.write().await?.commit().await?;
    ensure_unchanged(&registry).await
}

async fn a_reading_unit_can_be_committed(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let mut unit = registry.read().await?;
    unit.instance().find().await?;
    Ok(unit.commit().await?)
}

async fn an_error_ends_the_unit(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let mut unit = registry.write().await?;
    already_exists(
        unit.users().insert_many(std::slice::from_ref(&registry.user)).await,
        Entity::User,
        registry.user.uid.as_str(),
    )?;
    let (page, run) = (PageRequest::first(1), registry.run.uid());
    aborted("instance().find", unit.instance().find().await)?;
    aborted("users().list", unit.users().list(&page).await)?;
    aborted("users().insert_many", unit.users().insert_many(&[records::user(2)]).await)?;
    aborted("storages().list", unit.storages().list(&page).await)?;
    aborted("transforms().list", unit.transforms().list(&page).await)?;
    aborted("runs().find_many", unit.runs().find_many(&[run]).await)?;
    aborted("lineage().inputs", unit.lineage().inputs(&run, &page).await)?;
    aborted("families().find_many", unit.families().find_many(&[records::stem(1)]).await)?;
    aborted("artifacts().usage", unit.artifacts().usage(&[registry.storage.uid()]).await)?;
    aborted("intents().sessions", unit.intents().sessions().await)?;
    unit.rollback().await?;
    Ok(())
}

async fn a_commit_after_an_error_gives_aborted(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let mut unit = registry.write().await?;
    unit.users().insert_many(&[records::user(2)]).await?;
    not_found(
        unit.users().update(&records::user(records::ABSENT)).await,
        Entity::User,
        records::user_uid(records::ABSENT).as_str(),
    )?;
    let committed = unit.commit().await;
    ensure_error!("committing after an error", committed, PersistenceError::Aborted);
    Ok(())
}

async fn nothing_is_kept_of_a_unit_that_met_an_error(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let mut unit = registry.write().await?;
    unit.users().insert_many(&[records::user(2)]).await?;
    unit.users().update(&renamed(&registry)).await?;
    let refused = unit.users().insert_many(&[records::user(2)]).await;
    ensure!(refused.is_err(), "inserting a user again: expected an error, found success");
    let committed = unit.commit().await;
    ensure!(committed.is_err(), "committing after an error: expected an error, found success");
    ensure_known(&registry, 2, false).await?;
    ensure_unchanged(&registry).await
}

async fn a_rollback_after_an_error_succeeds(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let mut unit = registry.write().await?;
    let refused = unit.users().insert_many(std::slice::from_ref(&registry.user)).await;
    ensure!(refused.is_err(), "inserting a user again: expected an error, found success");
    Ok(unit.rollback().await?)
}

async fn every_kind_of_refusal_ends_the_unit(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let artifact = registry.save(2, "a.csv").await?;
    let run = registry.run.uid();

    let mut unit = registry.write().await?;
    let inserted = unit.instance().insert(&registry.instance).await;
    ensure_error!("a second instance", inserted, PersistenceError::AlreadyExists { .. });
    aborted("commit after AlreadyExists", unit.commit().await)?;

    let mut unit = registry.write().await?;
    let absent = records::run_uid(records::ABSENT);
    not_found(unit.lineage().add_inputs(&absent, &[artifact.uid]).await, Entity::Run, absent.as_str())?;
    aborted("commit after NotFound", unit.commit().await)?;

    let mut unit = registry.write().await?;
    let uid = registry.storage.uid();
    let deleted = unit.storages().delete(&uid).await;
    ensure_error!("deleting the default location", deleted, PersistenceError::InUse { .. });
    aborted("commit after InUse", unit.commit().await)?;

    let mut unit = registry.write().await?;
    unit.lineage().add_inputs(&run, &[artifact.uid]).await?;
    let cycle = unit.lineage().add_outputs(&run, &[artifact.uid]).await;
    ensure_error!("closing a cycle", cycle, PersistenceError::LineageCycle { .. });
    aborted("commit after LineageCycle", unit.commit().await)?;

    let mut unit = registry.read().await?;
    let written = unit.users().insert_many(&[records::user(2)]).await;
    ensure_error!("writing in a unit that reads", written, PersistenceError::ReadOnly);
    aborted("a call after ReadOnly", unit.instance().find().await)?;
    aborted("commit after ReadOnly", unit.commit().await)
}

async fn a_refused_batch_leaves_nothing(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let mut unit = registry.write().await?;
    let batch = [records::user(2), registry.user.clone(), records::user(3)];
    already_exists(unit.users().insert_many(&batch).await, Entity::User, registry.user.uid.as_str())?;
    unit.rollback().await?;
    ensure_known(&registry, 2, false).await?;
    ensure_known(&registry, 3, false).await
}

async fn the_registry_goes_on_after_a_failed_unit(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    for _ in 0..20 {
        let mut unit = registry.write().await?;
        let refused = unit.users().insert_many(std::slice::from_ref(&registry.user)).await;
        ensure!(refused.is_err(), "inserting a user again: expected an error, found success");
        aborted("commit", unit.commit().await)?;
    }
    let mut unit = registry.write().await?;
    unit.users().insert_many(&[records::user(2)]).await?;
    unit.commit().await?;
    ensure_known(&registry, 2, true).await
}

fn renamed(registry: &Registry) -> freehold_domain::User {
    freehold_domain::User { name: Some("renamed".to_owned()), ..registry.user.clone() }
}

async fn ensure_known(registry: &Registry, number: u32, expected: bool) -> Outcome {
    let mut unit = registry.read().await?;
    let found = unit.users().find_many(&[records::user_uid(number)]).await?;
    unit.rollback().await?;
    ensure_equal(&format!("whether user {number} is recorded"), &!found.is_empty(), &expected)
}

async fn ensure_unchanged(registry: &Registry) -> Outcome {
    let mut unit = registry.read().await?;
    let found = unit.users().find_many(&[registry.user.uid]).await?;
    unit.rollback().await?;
    ensure_equal("the user as it was before", &found, &vec![registry.user.clone()])
}
