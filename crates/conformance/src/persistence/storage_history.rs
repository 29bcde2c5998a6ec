//! Cases: the history of a location's ownership.

use freehold_domain::{ClaimEpoch, StorageChange, StorageEvent, StorageUid};
use freehold_ports::persistence::Entity;

use super::refusals::not_found;
use super::registry::Registry;
use super::{Fresh, records};
use crate::case::{Failure, Outcome, cases, ensure_equal};

cases! { Fresh, "persistence::storages":
    a_history_is_given_oldest_first,
    every_change_of_ownership_is_kept_as_it_is,
    histories_of_locations_are_apart,
    a_location_without_events_has_an_empty_history,
    an_event_of_an_absent_location_is_refused,
    an_event_under_an_absent_run_is_refused,
    an_event_by_an_absent_user_is_refused,
    the_history_goes_with_its_location,
}

fn event(registry: &Registry, change: StorageChange, second: u32) -> StorageEvent {
    StorageEvent {
        storage: registry.storage.uid(),
        change,
        epoch: None,
        other: None,
        reason: None,
        at: records::moment(second),
        by: registry.user.uid,
        run: None,
    }
}

async fn record(registry: &Registry, events: &[StorageEvent]) -> Outcome {
    let mut unit = registry.write().await?;
    for event in events {
        unit.storages().record_event(event).await?;
    }
    unit.commit().await?;
    Ok(())
}

async fn history(registry: &Registry, uid: StorageUid) -> Result<Vec<StorageEvent>, Failure> {
    let mut unit = registry.read().await?;
    let history = unit.storages().history(&uid).await?;
    unit.rollback().await?;
    Ok(history)
}

async fn a_history_is_given_oldest_first(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    // The order is that of recording, whatever the clock says.
    let events = [event(&registry, StorageChange::Claimed, 9), event(&registry, StorageChange::Released, 5)];
    record(&registry, &events[..1]).await?;
    record(&registry, &events[1..]).await?;
    ensure_equal("the history", &history(&registry, registry.storage.uid()).await?, &events.to_vec())
}

async fn every_change_of_ownership_is_kept_as_it_is(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let events: Vec<StorageEvent> = StorageChange::ALL
        .into_iter()
        .map(|change| StorageEvent {
            epoch: Some(ClaimEpoch::LAST),
            other: Some(records::instance_uid(2)),
            reason: Some("the disk of \"lab\" died: 100 %".to_owned()),
            run: Some(registry.run.uid()),
            ..event(&registry, change, 3)
        })
        .collect();
    record(&registry, &events).await?;
    ensure_equal("the history", &history(&registry, registry.storage.uid()).await?, &events)
}

async fn histories_of_locations_are_apart(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let other = registry.another_storage(2)?;
    let ours = event(&registry, StorageChange::Claimed, 1);
    let theirs = StorageEvent { storage: other.uid(), ..event(&registry, StorageChange::Linked, 2) };
    let mut unit = registry.write().await?;
    unit.storages().insert(&other).await?;
    unit.commit().await?;
    record(&registry, &[ours.clone(), theirs.clone()]).await?;
    ensure_equal("one history", &history(&registry, registry.storage.uid()).await?, &vec![ours])?;
    ensure_equal("the other history", &history(&registry, other.uid()).await?, &vec![theirs])
}

async fn a_location_without_events_has_an_empty_history(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    ensure_equal("the history", &history(&registry, registry.storage.uid()).await?, &Vec::new())
}

async fn an_event_of_an_absent_location_is_refused(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let absent = registry.another_storage(2)?;
    let event = StorageEvent { storage: absent.uid(), ..event(&registry, StorageChange::Claimed, 1) };
    let mut unit = registry.write().await?;
    not_found(unit.storages().record_event(&event).await, Entity::Storage, absent.uid().as_str())?;
    unit.rollback().await?;
    Ok(())
}

async fn an_event_under_an_absent_run_is_refused(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let event =
        StorageEvent { run: Some(records::run_uid(77)), ..event(&registry, StorageChange::Claimed, 1) };
    let mut unit = registry.write().await?;
    not_found(unit.storages().record_event(&event).await, Entity::Run, "")?;
    unit.rollback().await?;
    Ok(())
}

async fn an_event_by_an_absent_user_is_refused(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let event = StorageEvent { by: records::user_uid(77), ..event(&registry, StorageChange::Claimed, 1) };
    let mut unit = registry.write().await?;
    not_found(unit.storages().record_event(&event).await, Entity::User, "")?;
    unit.rollback().await?;
    Ok(())
}

async fn the_history_goes_with_its_location(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let other = registry.another_storage(2)?;
    let theirs = StorageEvent { storage: other.uid(), ..event(&registry, StorageChange::Linked, 2) };
    let mut unit = registry.write().await?;
    unit.storages().insert(&other).await?;
    unit.storages().record_event(&theirs).await?;
    unit.storages().delete(&other.uid()).await?;
    unit.commit().await?;
    ensure_equal("the history", &history(&registry, other.uid()).await?, &Vec::new())
}
