//! Cases: storage locations are added and found.

use freehold_domain::{Provenance, Storage, StorageFields, StorageRoot, StorageUid};
use freehold_ports::persistence::Entity;

use super::records::storage_fields;
use super::refusals::{already_exists, not_found};
use super::registry::Registry;
use super::{Fresh, records};
use crate::case::{Failure, Outcome, cases, ensure, ensure_equal};

cases! { Fresh, "persistence::storages":
    each_location_gets_a_number_of_its_own,
    a_uid_is_recorded_once,
    a_root_is_recorded_once,
    who_and_what_made_a_location_must_be_recorded,
    found_locations_come_in_the_order_asked_for,
    only_the_very_root_is_found,
    a_uid_prefix_finds_at_most_the_limit_in_order,
}

async fn each_location_gets_a_number_of_its_own(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let mut recorded = vec![registry.storage.clone()];
    let mut unit = registry.write().await?;
    for number in 2..6 {
        let storage = registry.another_storage(number)?;
        let id = unit.storages().insert(&storage).await?;
        ensure!(
            recorded.iter().all(|other| other.id() != Some(id)),
            "expected a new number, found {id:?} again"
        );
        recorded.push(storage.with_id(id));
    }
    unit.commit().await?;
    let mut unit = registry.read().await?;
    let uids: Vec<_> = recorded.iter().map(Storage::uid).collect();
    let found = unit.storages().find_many(&uids).await?;
    unit.rollback().await?;
    ensure_equal("the locations with their numbers", &found, &recorded)
}

async fn a_uid_is_recorded_once(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let root = StorageRoot::from_canonical("/elsewhere")?;
    let again = Storage::from_fields(StorageFields { root, id: None, ..storage_fields(&registry.storage) });
    let mut unit = registry.write().await?;
    already_exists(unit.storages().insert(&again).await, Entity::Storage, registry.storage.uid().as_str())?;
    unit.rollback().await?;
    Ok(())
}

async fn a_root_is_recorded_once(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let uid = records::storage_uid(2);
    let again = Storage::from_fields(StorageFields { uid, id: None, ..storage_fields(&registry.storage) });
    let mut unit = registry.write().await?;
    already_exists(unit.storages().insert(&again).await, Entity::Storage, registry.storage.root().as_str())?;
    unit.rollback().await?;
    Ok(())
}

async fn who_and_what_made_a_location_must_be_recorded(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let (nobody, no_run) = (records::user_uid(records::ABSENT), records::run_uid(records::ABSENT));
    let (user, run, at) = (registry.user.uid, registry.run.uid(), records::moment(1));
    let unrecorded = [
        (Provenance::created(at, nobody, None), Entity::User, nobody.to_string()),
        (Provenance::created(at, user, Some(no_run)), Entity::Run, no_run.to_string()),
        (Provenance::recorded(at, user, Some(run), at, vec![no_run]), Entity::Run, no_run.to_string()),
    ];
    for (provenance, entity, id) in unrecorded {
        let mut storage = registry.another_storage(2)?;
        storage.provenance = provenance;
        let mut unit = registry.write().await?;
        not_found(unit.storages().insert(&storage).await, entity, &id)?;
        unit.rollback().await?;
    }
    Ok(())
}

async fn found_locations_come_in_the_order_asked_for(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let numbers = [5, 2, 4, 3];
    insert(&registry, &numbers).await?;
    let asked = [4, records::ABSENT, 5, 3, 5].map(records::storage_uid);
    let mut unit = registry.read().await?;
    let found = unit.storages().find_many(&asked).await?;
    let nothing = unit.storages().find_many(&[]).await?;
    unit.rollback().await?;
    let expected = [4, 5, 3, 5].map(records::storage_uid).to_vec();
    ensure_equal("locations, one as often as it was asked for", &uids(&found), &expected)?;
    ensure_equal("the locations of no uid", &nothing, &Vec::new())
}

async fn only_the_very_root_is_found(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let roots = [
        "/data/a",
        "/data/a/b",
        "/data/A",
        "s3://bucket/a",
        "s3://bucket/a?endpoint_url=http://localhost:9000",
    ];
    let mut unit = registry.write().await?;
    for (number, root) in (2..).zip(roots) {
        let root = StorageRoot::from_canonical(root)?;
        let fields = StorageFields { root, ..storage_fields(&registry.another_storage(number)?) };
        unit.storages().insert(&Storage::from_fields(fields)).await?;
    }
    unit.commit().await?;
    let mut unit = registry.read().await?;
    for (number, root) in (2..).zip(roots) {
        let asked = [StorageRoot::from_canonical(root)?, StorageRoot::from_canonical("/data")?];
        let found = unit.storages().find_by_roots(&asked).await?;
        ensure_equal(
            &format!("who has the root {root}"),
            &uids(&found),
            &vec![records::storage_uid(number)],
        )?;
    }
    let every = roots.into_iter().map(StorageRoot::from_canonical).collect::<Result<Vec<_>, _>>()?;
    let mut found = uids(&unit.storages().find_by_roots(&every).await?);
    unit.rollback().await?;
    found.sort_unstable();
    let mut expected: Vec<_> = (2..).zip(roots).map(|(number, _)| records::storage_uid(number)).collect();
    expected.sort_unstable();
    ensure_equal("who has one of the roots", &found, &expected)
}

async fn a_uid_prefix_finds_at_most_the_limit_in_order(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let texts =
        ["abcdZ0000000", "abcd00000000", "abcdz0000000", "abcDz0000000", "abce00000000", "zzzzzzzzzzzz"];
    let mut unit = registry.write().await?;
    for (number, text) in (2..).zip(texts) {
        let fields =
            StorageFields { uid: text.parse()?, ..storage_fields(&registry.another_storage(number)?) };
        unit.storages().insert(&Storage::from_fields(fields)).await?;
    }
    unit.commit().await?;
    let asked: [(&str, u32, &[&str]); 6] = [
        ("abcd", 10, &["abcd00000000", "abcdZ0000000", "abcdz0000000"]),
        ("abcd", 2, &["abcd00000000", "abcdZ0000000"]),
        ("abcdz", 10, &["abcdz0000000"]),
        ("abcdz0000000", 10, &["abcdz0000000"]),
        ("zzzz", 10, &["zzzzzzzzzzzz"]),
        ("none", 10, &[]),
    ];
    let mut unit = registry.read().await?;
    for (prefix, limit, expected) in asked {
        let found = unit.storages().find_by_uid_prefix(&prefix.parse()?, limit).await?;
        let expected = expected.iter().map(|text| text.parse()).collect::<Result<Vec<StorageUid>, _>>()?;
        ensure_equal(&format!("at most {limit} that begin with {prefix}"), &uids(&found), &expected)?;
    }
    unit.rollback().await?;
    Ok(())
}

async fn insert(registry: &Registry, numbers: &[u32]) -> Result<(), Failure> {
    let mut unit = registry.write().await?;
    for number in numbers {
        unit.storages().insert(&registry.another_storage(*number)?).await?;
    }
    Ok(unit.commit().await?)
}

fn uids(storages: &[Storage]) -> Vec<StorageUid> {
    storages.iter().map(Storage::uid).collect()
}
