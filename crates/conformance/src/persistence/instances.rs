//! Cases: the one instance row.

use freehold_domain::Instance;
use freehold_ports::persistence::{AccessMode, Entity};

use super::refusals::{already_exists, not_found};
use super::registry::{Registry, begin, default_at};
use super::{Fresh, records};
use crate::case::{Outcome, cases, ensure_equal};

cases! { Fresh, "persistence::instance":
    an_inserted_instance_is_found,
    a_registry_is_of_one_instance,
    a_registry_takes_no_second_instance,
    an_update_records_the_default_storage,
    an_update_records_that_the_instance_is_closing,
    an_update_changes_neither_slug_nor_time,
    another_instance_is_not_updated,
    an_absent_storage_location_is_no_default,
}

async fn an_inserted_instance_is_found(fresh: &Fresh) -> Outcome {
    let persistence = fresh.databases.create(&fresh.url).await?;
    let instance = records::instance(1)?;
    let mut unit = begin(persistence.as_ref(), AccessMode::Write).await?;
    ensure_equal("the instance before", &unit.instance().find().await?, &None)?;
    unit.instance().insert(&instance).await?;
    unit.commit().await?;
    let mut unit = begin(persistence.as_ref(), AccessMode::Read).await?;
    ensure_equal("the instance", &unit.instance().find().await?, &Some(instance))?;
    unit.rollback().await?;
    Ok(())
}

async fn a_registry_is_of_one_instance(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let mut unit = registry.write().await?;
    already_exists(unit.instance().insert(&registry.instance).await, Entity::Instance, "")?;
    unit.rollback().await?;
    Ok(())
}

async fn a_registry_takes_no_second_instance(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let mut unit = registry.write().await?;
    already_exists(unit.instance().insert(&records::instance(2)?).await, Entity::Instance, "")?;
    unit.rollback().await?;
    ensure_instance(&registry, &registry.instance).await
}

async fn an_update_records_that_the_instance_is_closing(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    for is_closing in [true, false] {
        let mut updated = registry.instance.clone();
        updated.set_closing(is_closing);
        let mut unit = registry.write().await?;
        unit.instance().update(&updated).await?;
        unit.commit().await?;
        ensure_instance(&registry, &updated).await?;
    }
    Ok(())
}

async fn an_update_records_the_default_storage(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let storage = registry.another_storage(2)?;
    let updated = default_at(&registry.instance, &storage);
    let mut unit = registry.write().await?;
    unit.storages().insert(&storage).await?;
    unit.instance().update(&updated).await?;
    unit.commit().await?;
    ensure_instance(&registry, &updated).await
}

async fn an_update_changes_neither_slug_nor_time(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let instance = &registry.instance;
    let default = instance.default_storage();
    let renamed =
        Instance::recorded(instance.id(), "other/name".parse()?, records::moment(99), default, false);
    let mut unit = registry.write().await?;
    unit.instance().update(&renamed).await?;
    unit.commit().await?;
    ensure_instance(&registry, instance).await
}

async fn another_instance_is_not_updated(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let another = default_at(&records::instance(2)?, &registry.storage);
    let mut unit = registry.write().await?;
    not_found(unit.instance().update(&another).await, Entity::Instance, "")?;
    unit.rollback().await?;
    ensure_instance(&registry, &registry.instance).await
}

async fn an_absent_storage_location_is_no_default(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let absent = registry.another_storage(records::ABSENT)?;
    let mut unit = registry.write().await?;
    let updated = unit.instance().update(&default_at(&registry.instance, &absent)).await;
    not_found(updated, Entity::Storage, absent.uid().as_str())?;
    unit.rollback().await?;
    Ok(())
}

async fn ensure_instance(registry: &Registry, expected: &Instance) -> Outcome {
    let mut unit = registry.read().await?;
    let found = unit.instance().find().await?;
    unit.rollback().await?;
    ensure_equal("the instance", &found.as_ref(), &Some(expected))
}
