//! Cases: a unit of work that reads refuses every call that would change something.

use super::refusals::read_only;
use super::registry::Registry;
use super::{Fresh, records};
use crate::case::{Outcome, cases, ensure_equal};

cases! { Fresh, "persistence::read_only":
    a_reading_unit_refuses_changes_of_the_instance,
    a_reading_unit_refuses_changes_of_users,
    a_reading_unit_refuses_changes_of_storage_locations,
    a_reading_unit_refuses_changes_of_transforms,
    a_reading_unit_refuses_changes_of_runs,
    a_reading_unit_refuses_changes_of_lineage,
    a_reading_unit_refuses_changes_of_families,
    a_reading_unit_refuses_changes_of_artifacts,
    a_reading_unit_refuses_changes_of_intents,
}

/// Calls in a unit of its own, as the refusal ends the unit, and ends the case unless it is refused.
macro_rules! ensure_refused {
    ($registry:ident, $($repository:ident().$method:ident($($argument:expr),*)),+ $(,)?) => {$({
        let mut unit = $registry.read().await?;
        let result = unit.$repository().$method($($argument),*).await;
        read_only(concat!(stringify!($repository), "().", stringify!($method)), result)?;
        unit.rollback().await?;
    })+};
}

async fn a_reading_unit_refuses_changes_of_the_instance(fresh: &Fresh) -> Outcome {
    let persistence = fresh.databases.create(&fresh.url).await?;
    let instance = records::instance(1)?;
    let mut unit = persistence.begin(freehold_ports::persistence::AccessMode::Read).await?;
    read_only("instance().insert", unit.instance().insert(&instance).await)?;
    unit.rollback().await?;
    let registry = Registry::create(fresh).await?;
    ensure_refused!(registry, instance().update(&registry.instance));
    Ok(())
}

async fn a_reading_unit_refuses_changes_of_users(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    ensure_refused!(
        registry,
        users().insert_many(&[records::user(2)]),
        users().update(&registry.user),
        users().delete(&records::user_uid(records::ABSENT)),
    );
    let mut unit = registry.read().await?;
    ensure_equal("the refused user", &unit.users().find_many(&[records::user_uid(2)]).await?, &Vec::new())?;
    unit.rollback().await?;
    Ok(())
}

async fn a_reading_unit_refuses_changes_of_storage_locations(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    ensure_refused!(
        registry,
        storages().insert(&registry.another_storage(2)?),
        storages().update(&registry.storage),
        storages().delete(&records::storage_uid(records::ABSENT)),
    );
    Ok(())
}

async fn a_reading_unit_refuses_changes_of_transforms(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let transform = records::transform(2, 0, registry.user.uid)?;
    ensure_refused!(registry, transforms().insert_many(std::slice::from_ref(&transform)));
    Ok(())
}

async fn a_reading_unit_refuses_changes_of_runs(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    ensure_refused!(
        registry,
        runs().insert_many(&[registry.another_run(2)]),
        runs().update(&registry.run),
        runs().delete(&registry.run.uid()),
    );
    Ok(())
}

async fn a_reading_unit_refuses_changes_of_lineage(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let artifact = registry.save(2, "a.csv").await?;
    let run = registry.run.uid();
    ensure_refused!(
        registry,
        lineage().add_inputs(&run, &[artifact.uid]),
        lineage().add_outputs(&run, &[artifact.uid]),
    );
    Ok(())
}

async fn a_reading_unit_refuses_changes_of_families(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let family = registry.family(2, "a.csv")?;
    let mut unit = registry.write().await?;
    unit.families().insert_many(std::slice::from_ref(&family)).await?;
    unit.commit().await?;
    ensure_refused!(
        registry,
        families().insert_many(&[registry.family(3, "b.csv")?]),
        families().update_many(std::slice::from_ref(&family)),
        families().delete_unused(&[family.stem()]),
    );
    Ok(())
}

async fn a_reading_unit_refuses_changes_of_artifacts(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let artifact = registry.save(2, "a.csv").await?;
    let (_, another) = registry.artifact(3, "b.csv")?;
    ensure_refused!(
        registry,
        artifacts().insert_many(std::slice::from_ref(&another)),
        artifacts().update_many(std::slice::from_ref(&artifact)),
    );
    Ok(())
}

async fn a_reading_unit_refuses_changes_of_intents(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let intent = records::intent(2, 1, registry.storage.uid());
    let mut unit = registry.write().await?;
    unit.intents().insert_many(std::slice::from_ref(&intent)).await?;
    unit.commit().await?;
    ensure_refused!(
        registry,
        intents().insert_many(&[records::intent(3, 1, registry.storage.uid())]),
        intents().delete_many(&[intent.uid]),
    );
    Ok(())
}
