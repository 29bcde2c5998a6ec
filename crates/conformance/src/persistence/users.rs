//! Cases: users.

use freehold_domain::User;
use freehold_ports::persistence::Entity;

use super::refusals::{already_exists, in_use, not_found};
use super::registry::{Registry, save};
use super::{Fresh, records};
use crate::case::{Outcome, cases, ensure_equal};

cases! { Fresh, "persistence::users":
    a_uid_is_recorded_once,
    a_uid_is_recorded_once_within_a_batch,
    handles_are_not_unique,
    found_users_come_in_the_order_asked_for,
    an_update_replaces_handle_and_name,
    an_absent_user_is_not_updated,
    a_delete_says_whether_there_was_a_user,
    a_user_with_records_is_not_deleted,
}

async fn a_uid_is_recorded_once(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let other = User { handle: "other".parse()?, ..registry.user.clone() };
    let mut unit = registry.write().await?;
    already_exists(unit.users().insert_many(&[other]).await, Entity::User, registry.user.uid.as_str())?;
    unit.rollback().await?;
    Ok(())
}

async fn a_uid_is_recorded_once_within_a_batch(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let batch = [records::user(2), records::user(3), records::user(2)];
    let mut unit = registry.write().await?;
    already_exists(unit.users().insert_many(&batch).await, Entity::User, batch[0].uid.as_str())?;
    unit.rollback().await?;
    Ok(())
}

async fn handles_are_not_unique(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let namesake = User { uid: records::user_uid(2), ..registry.user.clone() };
    let mut unit = registry.write().await?;
    unit.users().insert_many(std::slice::from_ref(&namesake)).await?;
    let found = unit.users().find_many(&[namesake.uid, registry.user.uid]).await?;
    unit.rollback().await?;
    ensure_equal("both users", &found, &vec![namesake, registry.user])
}

async fn found_users_come_in_the_order_asked_for(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let users: Vec<_> = [5, 2, 4, 3].map(records::user).to_vec();
    let mut unit = registry.write().await?;
    unit.users().insert_many(&users).await?;
    let absent = records::user_uid(records::ABSENT);
    let asked = [users[2].uid, absent, users[0].uid, users[3].uid, users[0].uid];
    let found = unit.users().find_many(&asked).await?;
    let nothing = unit.users().find_many(&[]).await?;
    unit.rollback().await?;
    let expected = [2, 0, 3, 0].map(|index: usize| users[index].clone()).to_vec();
    ensure_equal("the users, one as often as it was asked for, none for the absent", &found, &expected)?;
    ensure_equal("the users of no uid", &nothing, &Vec::new())
}

async fn an_update_replaces_handle_and_name(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let mut user = registry.user.clone();
    for name in [Some("Ada Lovelace".to_owned()), Some(String::new()), None] {
        user = User { handle: "ada".parse()?, name, ..user };
        let mut unit = registry.write().await?;
        unit.users().update(&user).await?;
        unit.commit().await?;
        let mut unit = registry.read().await?;
        let found = unit.users().find_many(&[user.uid]).await?;
        unit.rollback().await?;
        ensure_equal("the updated user", &found, &vec![user.clone()])?;
    }
    Ok(())
}

async fn an_absent_user_is_not_updated(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let absent = records::user(records::ABSENT);
    let mut unit = registry.write().await?;
    not_found(unit.users().update(&absent).await, Entity::User, absent.uid.as_str())?;
    unit.rollback().await?;
    Ok(())
}

async fn a_delete_says_whether_there_was_a_user(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let user = records::user(2);
    let mut unit = registry.write().await?;
    unit.users().insert_many(std::slice::from_ref(&user)).await?;
    ensure_equal("the first delete", &unit.users().delete(&user.uid).await?, &true)?;
    ensure_equal("the second delete", &unit.users().delete(&user.uid).await?, &false)?;
    unit.commit().await?;
    let mut unit = registry.read().await?;
    let found = unit.users().find_many(&[user.uid, registry.user.uid]).await?;
    unit.rollback().await?;
    ensure_equal("who is left", &found, &vec![registry.user])
}

async fn a_user_with_records_is_not_deleted(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let users = [2, 3, 4, 5].map(records::user);
    let by_kind = [Entity::Storage, Entity::Transform, Entity::Run, Entity::Artifact];
    let mut family = registry.family(5, "a.csv")?;
    let artifact = records::next_version(&mut family, 5, registry.storage.uid(), users[3].uid)?;

    let mut unit = registry.write().await?;
    unit.users().insert_many(&users).await?;
    unit.storages().insert(&records::storage(2, registry.instance.uid(), users[0].uid)?).await?;
    unit.transforms().insert_many(&[records::transform(3, 0, users[1].uid)?]).await?;
    unit.runs().insert_many(&[records::run(4, registry.transform.uid, users[2].uid)]).await?;
    save(unit.as_mut(), &mut [family], &mut [artifact]).await?;
    unit.commit().await?;

    for (user, kind) in users.iter().zip(by_kind) {
        let mut unit = registry.write().await?;
        in_use(unit.users().delete(&user.uid).await, Entity::User, user.uid.as_str(), kind)?;
        unit.rollback().await?;
    }
    let mut unit = registry.write().await?;
    unit.runs().delete(&records::run_uid(4)).await?;
    ensure_equal("deleting a user without records", &unit.users().delete(&users[2].uid).await?, &true)?;
    unit.rollback().await?;
    Ok(())
}
