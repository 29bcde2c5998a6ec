//! Cases: families of artifact versions.

use std::collections::BTreeSet;

use freehold_domain::{ArtifactState, Family, Version};
use freehold_ports::persistence::Entity;

use super::refusals::{already_exists, not_found};
use super::registry::{Registry, save};
use super::{Fresh, records};
use crate::case::{Failure, Outcome, cases, ensure, ensure_equal};

cases! { Fresh, "persistence::families":
    a_stem_is_recorded_once,
    a_stem_is_recorded_once_within_a_batch,
    an_own_key_is_recorded_once,
    an_own_key_is_recorded_once_within_a_batch,
    a_transferred_family_may_share_a_key,
    keys_differ_by_case,
    found_families_come_in_the_order_asked_for,
    a_key_finds_every_family_that_has_it,
    an_update_replaces_key_head_and_counter,
    an_update_of_the_key_frees_the_former_one,
    an_update_to_an_own_key_that_is_taken_is_refused,
    an_absent_family_is_not_updated,
    a_head_must_be_recorded,
    every_version_comes_with_its_state,
    an_unused_family_is_deleted,
    a_family_with_an_artifact_is_not_deleted,
    a_family_with_a_tombstone_is_not_deleted,
    a_family_with_an_intent_is_not_deleted,
}

async fn a_stem_is_recorded_once(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    insert(&registry, &[registry.family(2, "a.csv")?]).await?;
    let again = registry.family(2, "b.csv")?;
    let mut unit = registry.write().await?;
    let inserted = unit.families().insert_many(std::slice::from_ref(&again)).await;
    already_exists(inserted, Entity::Family, again.stem().as_str())?;
    unit.rollback().await?;
    Ok(())
}

async fn a_stem_is_recorded_once_within_a_batch(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let batch = [registry.family(2, "a.csv")?, registry.family(3, "b.csv")?, registry.family(2, "c.csv")?];
    let mut unit = registry.write().await?;
    already_exists(unit.families().insert_many(&batch).await, Entity::Family, batch[0].stem().as_str())?;
    unit.rollback().await?;
    Ok(())
}

async fn an_own_key_is_recorded_once(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    insert(&registry, &[registry.family(2, "a.csv")?]).await?;
    let mut unit = registry.write().await?;
    let inserted = unit.families().insert_many(&[registry.family(3, "a.csv")?]).await;
    already_exists(inserted, Entity::Family, "a.csv")?;
    unit.rollback().await?;
    Ok(())
}

async fn an_own_key_is_recorded_once_within_a_batch(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let batch = [registry.family(2, "a.csv")?, registry.family(3, "b.csv")?, registry.family(4, "a.csv")?];
    let mut unit = registry.write().await?;
    already_exists(unit.families().insert_many(&batch).await, Entity::Family, "a.csv")?;
    unit.rollback().await?;
    Ok(())
}

async fn a_transferred_family_may_share_a_key(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let families = [
        records::family(2, "a.csv", records::instance_uid(7))?,
        registry.family(3, "a.csv")?,
        records::family(4, "a.csv", records::instance_uid(7))?,
        records::family(5, "a.csv", records::instance_uid(8))?,
    ];
    insert(&registry, &families).await?;
    let stems: Vec<_> = families.iter().map(Family::stem).collect();
    let mut unit = registry.read().await?;
    let found = unit.families().find_many(&stems).await?;
    unit.rollback().await?;
    ensure_equal("the families of one key", found.as_slice(), families.as_slice())
}

async fn keys_differ_by_case(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    insert(&registry, &[registry.family(2, "a.csv")?, registry.family(3, "A.csv")?]).await?;
    let mut unit = registry.read().await?;
    let found = unit.families().find_by_keys(&[records::key("A.csv")?]).await?;
    unit.rollback().await?;
    let found: Vec<_> = found.iter().map(Family::stem).collect();
    ensure_equal("the families of A.csv", &found, &vec![records::stem(3)])
}

async fn found_families_come_in_the_order_asked_for(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let mut families = Vec::new();
    for number in [5, 2, 4, 3] {
        families.push(registry.family(number, &format!("{number}.csv"))?);
    }
    insert(&registry, &families).await?;
    let asked = [4, records::ABSENT, 5, 3, 5].map(records::stem);
    let mut unit = registry.read().await?;
    let found = unit.families().find_many(&asked).await?;
    let nothing = unit.families().find_many(&[]).await?;
    unit.rollback().await?;
    let found: Vec<_> = found.iter().map(Family::stem).collect();
    let expected = [4, 5, 3, 5].map(records::stem).to_vec();
    ensure_equal("families, one as often as it was asked for", &found, &expected)?;
    ensure_equal("the families of no stem", &nothing, &Vec::new())
}

async fn a_key_finds_every_family_that_has_it(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let families = [
        registry.family(2, "a.csv")?,
        records::family(3, "a.csv", records::instance_uid(7))?,
        registry.family(4, "b.csv")?,
        registry.family(5, "a.csv.gz")?,
        registry.family(6, "x/a.csv")?,
    ];
    insert(&registry, &families).await?;
    let keys = [records::key("a.csv")?, records::key("absent.csv")?, records::key("b.csv")?];
    let mut unit = registry.read().await?;
    let found = unit.families().find_by_keys(&keys).await?;
    unit.rollback().await?;
    ensure!(found.len() == 3, "expected three families, each once, found {found:?}");
    let found: BTreeSet<_> = found.iter().map(Family::stem).collect();
    ensure_equal("the families of both keys", &found, &BTreeSet::from([2, 3, 4].map(records::stem)))
}

async fn an_update_replaces_key_head_and_counter(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let (family, artifact) = registry.artifact(2, "a.csv")?;
    let mut unit = registry.write().await?;
    unit.families().insert_many(std::slice::from_ref(&family)).await?;
    unit.artifacts().insert_many(std::slice::from_ref(&artifact)).await?;
    let reserved = Version::from_number(61);
    let head = Some(artifact.version());
    let updated = Family::recorded(family.stem(), records::key("b/c.csv")?, family.origin(), reserved, head);
    unit.families().update_many(std::slice::from_ref(&updated)).await?;
    unit.commit().await?;
    ensure_recorded(&registry, &updated).await?;
    let bare = Family::recorded(family.stem(), records::key("b/c.csv")?, family.origin(), reserved, None);
    let mut unit = registry.write().await?;
    unit.families().update_many(std::slice::from_ref(&bare)).await?;
    unit.commit().await?;
    ensure_recorded(&registry, &bare).await
}

async fn an_update_of_the_key_frees_the_former_one(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let mut family = registry.family(2, "a.csv")?;
    insert(&registry, std::slice::from_ref(&family)).await?;
    family.key = records::key("b.csv")?;
    let successor = registry.family(3, "a.csv")?;
    let mut unit = registry.write().await?;
    unit.families().update_many(std::slice::from_ref(&family)).await?;
    unit.families().insert_many(std::slice::from_ref(&successor)).await?;
    unit.commit().await?;
    ensure_recorded(&registry, &successor).await?;
    ensure_recorded(&registry, &family).await
}

async fn an_update_to_an_own_key_that_is_taken_is_refused(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let mut own = registry.family(2, "a.csv")?;
    let mut foreign = records::family(3, "b.csv", records::instance_uid(7))?;
    insert(&registry, &[own.clone(), foreign.clone(), registry.family(4, "taken.csv")?]).await?;
    foreign.key = records::key("taken.csv")?;
    let mut unit = registry.write().await?;
    unit.families().update_many(std::slice::from_ref(&foreign)).await?;
    unit.commit().await?;
    own.key = records::key("taken.csv")?;
    let mut unit = registry.write().await?;
    already_exists(unit.families().update_many(&[own]).await, Entity::Family, "taken.csv")?;
    unit.rollback().await?;
    Ok(())
}

async fn an_absent_family_is_not_updated(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let absent = registry.family(records::ABSENT, "a.csv")?;
    let mut unit = registry.write().await?;
    let updated = unit.families().update_many(std::slice::from_ref(&absent)).await;
    not_found(updated, Entity::Family, absent.stem().as_str())?;
    unit.rollback().await?;
    Ok(())
}

async fn a_head_must_be_recorded(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let artifact = registry.save(2, "a.csv").await?;
    let reserved = Version::from_number(5);
    let stem = artifact.uid.stem();
    let headless =
        Family::recorded(stem, artifact.key, registry.instance.uid(), reserved, Version::from_number(1));
    let mut unit = registry.write().await?;
    let updated = unit.families().update_many(&[headless]).await;
    not_found(updated, Entity::Artifact, records::artifact_uid(2, 1).as_str())?;
    unit.rollback().await?;
    Ok(())
}

async fn every_version_comes_with_its_state(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let mut family = registry.family(2, "a.csv")?;
    let mut artifacts = Vec::new();
    for (number, state) in (20..).zip(ArtifactState::ALL) {
        let mut artifact = registry.next_version(&mut family, number)?;
        artifact.state = state;
        artifacts.push(artifact);
    }
    let (other, mut other_artifact) = registry.artifact(3, "b.csv")?;
    other_artifact.state = ArtifactState::Trashed;
    artifacts.push(other_artifact);
    let mut unit = registry.write().await?;
    save(unit.as_mut(), &mut [family, other], &mut artifacts).await?;
    unit.commit().await?;
    registry.save(4, "c.csv").await?;

    let mut unit = registry.read().await?;
    let asked = [records::stem(3), records::stem(records::ABSENT), records::stem(2)];
    let mut found = unit.families().versions(&asked).await?;
    let nothing = unit.families().versions(&[]).await?;
    unit.rollback().await?;
    found.sort_by_key(|(uid, _)| *uid);
    let mut expected: Vec<_> = artifacts.iter().map(|artifact| (artifact.uid, artifact.state)).collect();
    expected.sort_by_key(|(uid, _)| *uid);
    ensure_equal("the versions of both families", &found, &expected)?;
    ensure_equal("the versions of no family", &nothing, &Vec::new())
}

async fn an_unused_family_is_deleted(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let families = [registry.family(2, "a.csv")?, registry.family(3, "b.csv")?, registry.family(4, "c.csv")?];
    insert(&registry, &families).await?;
    let asked = [records::stem(2), records::stem(records::ABSENT), records::stem(3)];
    let mut unit = registry.write().await?;
    ensure_equal("how many are deleted", &unit.families().delete_unused(&asked).await?, &2)?;
    ensure_equal("how many are deleted again", &unit.families().delete_unused(&asked).await?, &0)?;
    unit.commit().await?;
    let mut unit = registry.read().await?;
    let found = unit.families().find_many(&[2, 3, 4].map(records::stem)).await?;
    unit.rollback().await?;
    ensure_equal("what is left", found.as_slice(), &families[2..])
}

async fn a_family_with_an_artifact_is_not_deleted(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    registry.save(2, "a.csv").await?;
    insert(&registry, &[registry.family(3, "b.csv")?]).await?;
    ensure_deletes_only_the_third(&registry).await
}

async fn a_family_with_a_tombstone_is_not_deleted(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let (family, mut artifact) = registry.artifact(2, "a.csv")?;
    artifact.state = ArtifactState::Purged;
    let mut unit = registry.write().await?;
    save(unit.as_mut(), &mut [family], &mut [artifact]).await?;
    unit.commit().await?;
    insert(&registry, &[registry.family(3, "b.csv")?]).await?;
    ensure_deletes_only_the_third(&registry).await
}

async fn a_family_with_an_intent_is_not_deleted(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    insert(&registry, &[registry.family(2, "a.csv")?, registry.family(3, "b.csv")?]).await?;
    let mut unit = registry.write().await?;
    unit.intents().insert_many(&[records::intent(2, 1, registry.storage.uid())]).await?;
    unit.commit().await?;
    ensure_deletes_only_the_third(&registry).await
}

async fn ensure_deletes_only_the_third(registry: &Registry) -> Outcome {
    let asked = [2, 3].map(records::stem);
    let mut unit = registry.write().await?;
    ensure_equal("how many are deleted", &unit.families().delete_unused(&asked).await?, &1)?;
    let found = unit.families().find_many(&asked).await?;
    unit.rollback().await?;
    let found: Vec<_> = found.iter().map(Family::stem).collect();
    ensure_equal("what is left", &found, &vec![records::stem(2)])
}

async fn insert(registry: &Registry, families: &[Family]) -> Result<(), Failure> {
    let mut unit = registry.write().await?;
    unit.families().insert_many(families).await?;
    Ok(unit.commit().await?)
}

async fn ensure_recorded(registry: &Registry, expected: &Family) -> Outcome {
    let mut unit = registry.read().await?;
    let found = unit.families().find_many(&[expected.stem()]).await?;
    unit.rollback().await?;
    ensure_equal("the recorded family", &found.as_slice(), &std::slice::from_ref(expected))
}
