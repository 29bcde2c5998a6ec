//! Cases: intents.

use std::collections::BTreeSet;

use freehold_domain::{Intent, IntentKind};
use freehold_ports::persistence::{Entity, PageRequest};

use super::listing::Listing;
use super::refusals::{already_exists, not_found};
use super::registry::Registry;
use super::{Fresh, records};
use crate::case::{Failure, Outcome, cases, ensure, ensure_equal};

cases! { Fresh, "persistence::intents":
    an_intent_comes_back_as_it_was_announced,
    a_uid_is_recorded_once,
    a_uid_is_recorded_once_within_a_batch,
    the_location_must_be_recorded,
    the_artifact_need_not_be_recorded,
    a_delete_says_how_many_there_were,
    intents_are_listed_by_session,
    each_session_is_given_once,
}

async fn an_intent_comes_back_as_it_was_announced(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let intents = [
        records::intent(2, 1, registry.storage.uid()),
        Intent {
            kind: IntentKind::Delete,
            blob_key: "deep/\u{e9} b%2F?.csv".parse()?,
            ..records::intent(3, 1, registry.storage.uid())
        },
    ];
    insert(&registry, &intents).await?;
    let mut expected = intents.to_vec();
    expected.sort_by_key(|intent| intent.uid);
    let mut unit = registry.read().await?;
    let found = unit.intents().list(None, &PageRequest::first(10)).await?.items;
    unit.rollback().await?;
    ensure_equal("the intents", &found, &expected)
}

async fn a_uid_is_recorded_once(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let intent = records::intent(2, 1, registry.storage.uid());
    insert(&registry, std::slice::from_ref(&intent)).await?;
    let again = Intent { session: records::session_uid(2), ..intent.clone() };
    let mut unit = registry.write().await?;
    already_exists(unit.intents().insert_many(&[again]).await, Entity::Intent, intent.uid.as_str())?;
    unit.rollback().await?;
    Ok(())
}

async fn a_uid_is_recorded_once_within_a_batch(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let batch = [2, 3, 2].map(|number| records::intent(number, 1, registry.storage.uid()));
    let mut unit = registry.write().await?;
    already_exists(unit.intents().insert_many(&batch).await, Entity::Intent, batch[0].uid.as_str())?;
    unit.rollback().await?;
    Ok(())
}

async fn the_location_must_be_recorded(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let absent = records::storage_uid(records::ABSENT);
    let batch = [records::intent(2, 1, registry.storage.uid()), records::intent(3, 1, absent)];
    let mut unit = registry.write().await?;
    not_found(unit.intents().insert_many(&batch).await, Entity::Storage, absent.as_str())?;
    unit.rollback().await?;
    Ok(())
}

async fn the_artifact_need_not_be_recorded(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    insert(&registry, &[records::intent(records::ABSENT, 1, registry.storage.uid())]).await
}

async fn a_delete_says_how_many_there_were(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    insert(&registry, &[2, 3, 4].map(|number| records::intent(number, 1, registry.storage.uid()))).await?;
    let asked = [2, records::ABSENT, 4].map(records::intent_uid);
    let mut unit = registry.write().await?;
    ensure_equal("the first delete", &unit.intents().delete_many(&asked).await?, &2)?;
    ensure_equal("the second delete", &unit.intents().delete_many(&asked).await?, &0)?;
    ensure_equal("a delete of nothing", &unit.intents().delete_many(&[]).await?, &0)?;
    unit.commit().await?;
    let mut unit = registry.read().await?;
    let left = [records::intent_uid(3).to_string()];
    Listing::Intents(None).ensure_gives(unit.as_mut(), &left).await?;
    unit.rollback().await?;
    Ok(())
}

async fn intents_are_listed_by_session(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let sessions = [(2, 1), (3, 2), (4, 1), (5, 1), (6, 2)];
    insert(
        &registry,
        &sessions.map(|(number, session)| records::intent(number, session, registry.storage.uid())),
    )
    .await?;
    let of = |wanted: Option<u32>| {
        let wanted = |session| wanted.is_none_or(|wanted| wanted == session);
        let numbers = sessions.iter().filter(|(_, session)| wanted(*session));
        let mut uids: Vec<_> = numbers.map(|(number, _)| records::intent_uid(*number).to_string()).collect();
        uids.sort();
        uids
    };
    let mut unit = registry.read().await?;
    for session in [Some(1), Some(2), Some(3), None] {
        let listing = Listing::Intents(session.map(records::session_uid));
        listing.ensure_gives(unit.as_mut(), &of(session)).await?;
    }
    unit.rollback().await?;
    Ok(())
}

async fn each_session_is_given_once(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let mut unit = registry.read().await?;
    ensure_equal("the sessions of no intents", &unit.intents().sessions().await?, &Vec::new())?;
    unit.rollback().await?;
    let sessions = [(2, 1), (3, 2), (4, 1), (5, 3), (6, 2)];
    insert(
        &registry,
        &sessions.map(|(number, session)| records::intent(number, session, registry.storage.uid())),
    )
    .await?;
    let mut unit = registry.read().await?;
    let found = unit.intents().sessions().await?;
    unit.rollback().await?;
    ensure!(found.len() == 3, "expected three sessions, each once, found {found:?}");
    let expected = BTreeSet::from([1, 2, 3].map(records::session_uid));
    ensure_equal("the sessions", &found.into_iter().collect::<BTreeSet<_>>(), &expected)
}

async fn insert(registry: &Registry, intents: &[Intent]) -> Result<(), Failure> {
    let mut unit = registry.write().await?;
    unit.intents().insert_many(intents).await?;
    Ok(unit.commit().await?)
}
