//! Cases: transforms.

use freehold_domain::{Transform, TransformUid};
use freehold_ports::persistence::Entity;

use super::refusals::{already_exists, not_found};
use super::registry::Registry;
use super::{Fresh, records};
use crate::case::{Failure, Outcome, cases, ensure_equal};

cases! { Fresh, "persistence::transforms":
    a_uid_is_recorded_once,
    a_uid_is_recorded_once_within_a_batch,
    who_made_a_transform_must_be_recorded,
    found_transforms_come_in_the_order_asked_for,
    the_latest_of_a_key_is_its_greatest_version,
    the_latest_of_a_key_is_of_the_transform_that_was_recorded_last,
    an_older_version_that_comes_later_is_not_the_latest,
    a_key_that_no_transform_has_gives_none,
}

async fn a_uid_is_recorded_once(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let uid = registry.transform.uid;
    let again = Transform { key: "other.py".parse()?, ..registry.transform.clone() };
    let mut unit = registry.write().await?;
    already_exists(unit.transforms().insert_many(&[again]).await, Entity::Transform, uid.as_str())?;
    unit.rollback().await?;
    Ok(())
}

async fn a_uid_is_recorded_once_within_a_batch(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let transform = records::transform(2, 0, registry.user.uid)?;
    let batch = [transform.clone(), records::transform(3, 0, registry.user.uid)?, transform.clone()];
    let mut unit = registry.write().await?;
    already_exists(unit.transforms().insert_many(&batch).await, Entity::Transform, transform.uid.as_str())?;
    unit.rollback().await?;
    Ok(())
}

async fn who_made_a_transform_must_be_recorded(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let nobody = records::user_uid(records::ABSENT);
    let batch = [records::transform(2, 0, registry.user.uid)?, records::transform(3, 0, nobody)?];
    let mut unit = registry.write().await?;
    not_found(unit.transforms().insert_many(&batch).await, Entity::User, nobody.as_str())?;
    unit.rollback().await?;
    Ok(())
}

async fn found_transforms_come_in_the_order_asked_for(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    insert(&registry, &[(5, 0), (2, 0), (2, 1), (3, 0)]).await?;
    let asked = [(2, 1), (records::ABSENT, 0), (3, 0), (2, 0), (2, 7), (3, 0)];
    let asked = asked.map(|(number, version)| records::transform_uid(number, version));
    let mut unit = registry.read().await?;
    let found = unit.transforms().find_many(&asked).await?;
    let nothing = unit.transforms().find_many(&[]).await?;
    unit.rollback().await?;
    let found: Vec<_> = found.iter().map(|transform| transform.uid).collect();
    let expected = vec![asked[0], asked[2], asked[3], asked[5]];
    ensure_equal("transforms, one as often as it was asked for", &found, &expected)?;
    ensure_equal("the transforms of no uid", &nothing, &Vec::new())
}

async fn the_latest_of_a_key_is_its_greatest_version(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    insert(&registry, &[(2, 0), (2, 1), (2, 2), (3, 9)]).await?;
    ensure_latest(&registry, 2, Some(records::transform_uid(2, 2))).await
}

async fn the_latest_of_a_key_is_of_the_transform_that_was_recorded_last(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    insert(&registry, &[(2, 0), (2, 1)]).await?;
    let mut namesake = records::transform(4, 0, registry.user.uid)?;
    namesake.key = records::transform(2, 0, registry.user.uid)?.key;
    let mut unit = registry.write().await?;
    unit.transforms().insert_many(std::slice::from_ref(&namesake)).await?;
    unit.commit().await?;
    ensure_latest(&registry, 2, Some(namesake.uid)).await?;
    insert(&registry, &[(2, 2)]).await?;
    ensure_latest(&registry, 2, Some(records::transform_uid(2, 2))).await
}

async fn an_older_version_that_comes_later_is_not_the_latest(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    insert(&registry, &[(2, 5)]).await?;
    insert(&registry, &[(2, 3)]).await?;
    ensure_latest(&registry, 2, Some(records::transform_uid(2, 5))).await
}

async fn a_key_that_no_transform_has_gives_none(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    ensure_latest(&registry, records::ABSENT, None).await
}

/// Records versions of transforms, one after the other.
async fn insert(registry: &Registry, numbers: &[(u32, u32)]) -> Result<(), Failure> {
    let mut unit = registry.write().await?;
    for (number, version) in numbers {
        let transform = records::transform(*number, *version, registry.user.uid)?;
        unit.transforms().insert_many(&[transform]).await?;
    }
    Ok(unit.commit().await?)
}

/// Ends the case unless this is the latest transform under the key of the transform `number`.
async fn ensure_latest(registry: &Registry, number: u32, expected: Option<TransformUid>) -> Outcome {
    let key = records::transform(number, 0, registry.user.uid)?.key;
    let mut unit = registry.read().await?;
    let found = unit.transforms().find_latest_by_key(&key).await?;
    unit.rollback().await?;
    ensure_equal(&format!("the latest {key}"), &found.map(|transform| transform.uid), &expected)
}
