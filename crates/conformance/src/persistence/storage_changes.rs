//! Cases: storage locations are updated and deleted.

use freehold_domain::{
    ArtifactState, Capabilities, ClaimEpoch, Placement, Provenance, Storage, StorageFields, StorageId,
    StorageRoot,
};
use freehold_ports::persistence::Entity;

use super::records::storage_fields;
use super::refusals::{already_exists, in_use, not_found};
use super::registry::{Registry, save};
use super::{Fresh, records};
use crate::case::{Outcome, cases, ensure, ensure_equal};

cases! { Fresh, "persistence::storages":
    an_update_replaces_every_field_that_may_change,
    an_update_can_clear_what_is_optional,
    an_update_keeps_number_and_creation,
    an_absent_location_is_not_updated,
    an_update_under_an_absent_run_is_refused,
    an_update_to_a_taken_root_is_refused,
    previous_runs_may_grow,
    previous_runs_may_not_be_erased,
    a_delete_says_whether_there_was_a_location,
    the_default_location_is_not_deleted,
    a_location_with_an_artifact_is_not_deleted,
    a_location_with_a_tombstone_is_not_deleted,
    a_location_that_something_was_copied_from_is_not_deleted,
    a_location_with_an_intent_is_not_deleted,
}

async fn an_update_replaces_every_field_that_may_change(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let mut provenance = registry.storage.provenance.clone();
    provenance.record_update(records::moment(7), Some(registry.run.uid()));
    let updated = Storage::from_fields(StorageFields {
        root: StorageRoot::from_canonical("s3://moved/there")?,
        instance_uid: Some(records::instance_uid(2)),
        epoch: ClaimEpoch::from_number(41),
        description: Some("moved".to_owned()),
        region: Some("eu-central-1".to_owned()),
        capabilities: Some(Capabilities {
            create_if_absent: true,
            compare_and_swap: false,
            list_after_write: true,
            case_sensitive: false,
        }),
        provenance,
        ..storage_fields(&registry.storage)
    });
    update(&registry, &updated).await?;
    ensure_recorded(&registry, &updated).await
}

async fn an_update_can_clear_what_is_optional(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let full = StorageFields {
        description: Some("described".to_owned()),
        region: Some("here".to_owned()),
        ..storage_fields(&registry.storage)
    };
    update(&registry, &Storage::from_fields(full.clone())).await?;
    let bare = StorageFields {
        instance_uid: None,
        epoch: None,
        description: None,
        region: None,
        capabilities: None,
        ..full
    };
    let bare = Storage::from_fields(bare);
    update(&registry, &bare).await?;
    ensure_recorded(&registry, &bare).await
}

async fn an_update_keeps_number_and_creation(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let former = &registry.storage.provenance;
    let (at, user) = (records::moment(50), records::user(2));
    let updated = Storage::from_fields(StorageFields {
        id: Some(StorageId(77_777)),
        provenance: Provenance::created(at, user.uid, None),
        ..storage_fields(&registry.storage)
    });
    let mut unit = registry.write().await?;
    unit.users().insert_many(&[user]).await?;
    unit.storages().update(&updated).await?;
    unit.commit().await?;
    let kept = Provenance::recorded(former.created_at(), former.created_by(), None, at, Vec::new());
    let fields = StorageFields { provenance: kept, ..storage_fields(&registry.storage) };
    ensure_recorded(&registry, &Storage::from_fields(fields)).await
}

async fn an_absent_location_is_not_updated(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let absent = registry.another_storage(records::ABSENT)?;
    let mut unit = registry.write().await?;
    not_found(unit.storages().update(&absent).await, Entity::Storage, absent.uid().as_str())?;
    unit.rollback().await?;
    Ok(())
}

async fn an_update_under_an_absent_run_is_refused(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let no_run = records::run_uid(records::ABSENT);
    let mut updated = registry.storage.clone();
    updated.provenance.record_update(records::moment(7), Some(no_run));
    let mut unit = registry.write().await?;
    not_found(unit.storages().update(&updated).await, Entity::Run, no_run.as_str())?;
    unit.rollback().await?;
    Ok(())
}

async fn an_update_to_a_taken_root_is_refused(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let other = registry.another_storage(2)?;
    let taken = registry.storage.root().clone();
    let mut unit = registry.write().await?;
    unit.storages().insert(&other).await?;
    unit.commit().await?;
    let moved = Storage::from_fields(StorageFields { root: taken.clone(), ..storage_fields(&other) });
    let mut unit = registry.write().await?;
    already_exists(unit.storages().update(&moved).await, Entity::Storage, taken.as_str())?;
    unit.rollback().await?;
    Ok(())
}

async fn previous_runs_may_grow(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let runs = [2, 3, 4].map(|number| registry.another_run(number));
    let mut unit = registry.write().await?;
    unit.runs().insert_many(&runs).await?;
    unit.commit().await?;
    let mut storage = registry.storage.clone();
    // The first run comes back in the end: a run may be among the previous ones more than once.
    for (number, run) in (0..).zip([&runs[0], &runs[1], &runs[0], &runs[2], &runs[1]]) {
        storage.provenance.record_update(records::moment(10 + number), Some(run.uid()));
        update(&registry, &storage).await?;
        ensure_recorded(&registry, &storage).await?;
    }
    let expected = [&runs[0], &runs[1], &runs[0], &runs[2]].map(freehold_domain::Run::uid);
    ensure_equal("the previous runs", storage.provenance.previous_runs(), expected.as_slice())
}

async fn previous_runs_may_not_be_erased(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let runs = [2, 3, 4].map(|number| registry.another_run(number));
    let [first, second, third] = [0, 1, 2].map(|index: usize| runs[index].uid());
    let mut unit = registry.write().await?;
    unit.runs().insert_many(&runs).await?;
    let mut storage = registry.storage.clone();
    storage.provenance = with_previous(&storage.provenance, vec![first, second]);
    unit.storages().update(&storage).await?;
    unit.commit().await?;
    for erased in [vec![], vec![first], vec![second, first], vec![third, first, second], vec![first, third]] {
        let mut changed = storage.clone();
        changed.provenance = with_previous(&storage.provenance, erased);
        let mut unit = registry.write().await?;
        let result = unit.storages().update(&changed).await;
        in_use(result, Entity::Storage, storage.uid().as_str(), Entity::Run)?;
        unit.rollback().await?;
    }
    ensure_recorded(&registry, &storage).await
}

async fn a_delete_says_whether_there_was_a_location(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let storage = registry.another_storage(2)?;
    let mut unit = registry.write().await?;
    unit.storages().insert(&storage).await?;
    ensure_equal("the first delete", &unit.storages().delete(&storage.uid()).await?, &true)?;
    ensure_equal("the second delete", &unit.storages().delete(&storage.uid()).await?, &false)?;
    unit.commit().await?;
    let mut unit = registry.read().await?;
    let found = unit.storages().find_many(&[storage.uid(), registry.storage.uid()]).await?;
    unit.rollback().await?;
    ensure_equal("what is left", &found, &vec![registry.storage])
}

async fn the_default_location_is_not_deleted(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    ensure_kept(&registry, &registry.storage, Entity::Instance).await
}

async fn a_location_with_an_artifact_is_not_deleted(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let storage = with_artifact(&registry, ArtifactState::Available, false).await?;
    ensure_kept(&registry, &storage, Entity::Artifact).await
}

async fn a_location_with_a_tombstone_is_not_deleted(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let storage = with_artifact(&registry, ArtifactState::Purged, false).await?;
    ensure_kept(&registry, &storage, Entity::Artifact).await
}

async fn a_location_that_something_was_copied_from_is_not_deleted(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let storage = with_artifact(&registry, ArtifactState::Available, true).await?;
    ensure_kept(&registry, &storage, Entity::Artifact).await
}

async fn a_location_with_an_intent_is_not_deleted(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let storage = registry.another_storage(2)?;
    let intent = records::intent(2, 1, storage.uid());
    let mut unit = registry.write().await?;
    unit.storages().insert(&storage).await?;
    unit.intents().insert_many(std::slice::from_ref(&intent)).await?;
    unit.commit().await?;
    ensure_kept(&registry, &storage, Entity::Intent).await?;
    let mut unit = registry.write().await?;
    unit.intents().delete_many(&[intent.uid]).await?;
    ensure!(unit.storages().delete(&storage.uid()).await?, "expected an unused location to be deleted");
    unit.rollback().await?;
    Ok(())
}

/// A second location, with one artifact that lies there, or that was copied from there.
async fn with_artifact(
    registry: &Registry,
    state: ArtifactState,
    is_source: bool,
) -> Result<Storage, crate::case::Failure> {
    let storage = registry.another_storage(2)?;
    let (family, mut artifact) = registry.artifact(2, "a.csv")?;
    let there = Placement { storage: storage.uid(), ..artifact.placement.clone() };
    if is_source {
        artifact.copied_from = Some(there);
    } else {
        artifact.placement = there;
    }
    artifact.state = state;
    let mut unit = registry.write().await?;
    unit.storages().insert(&storage).await?;
    save(unit.as_mut(), &mut [family], &mut [artifact]).await?;
    unit.commit().await?;
    Ok(storage)
}

async fn ensure_kept(registry: &Registry, storage: &Storage, user: Entity) -> Outcome {
    let uid = storage.uid();
    let mut unit = registry.write().await?;
    in_use(unit.storages().delete(&uid).await, Entity::Storage, uid.as_str(), user)?;
    unit.rollback().await?;
    let mut unit = registry.read().await?;
    let found = unit.storages().find_many(&[uid]).await?;
    unit.rollback().await?;
    ensure_equal("how many locations have the uid", &found.len(), &1)
}

fn with_previous(provenance: &Provenance, previous: Vec<freehold_domain::RunUid>) -> Provenance {
    Provenance::recorded(
        provenance.created_at(),
        provenance.created_by(),
        provenance.run(),
        provenance.updated_at(),
        previous,
    )
}

async fn update(registry: &Registry, storage: &Storage) -> Outcome {
    let mut unit = registry.write().await?;
    unit.storages().update(storage).await?;
    Ok(unit.commit().await?)
}

async fn ensure_recorded(registry: &Registry, expected: &Storage) -> Outcome {
    let mut unit = registry.read().await?;
    let found = unit.storages().find_many(&[expected.uid()]).await?;
    unit.rollback().await?;
    ensure_equal("the recorded location", &found.as_slice(), &std::slice::from_ref(expected))
}
