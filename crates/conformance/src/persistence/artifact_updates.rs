//! Cases: artifacts change, and keep what may not change.

use freehold_domain::{Artifact, ArtifactState, Placement, Provenance, RunUid};
use freehold_ports::persistence::{Entity, StorageUsage, Tally};

use super::refusals::{in_use, not_found};
use super::registry::{Registry, save};
use super::{Fresh, records};
use crate::case::{Failure, Outcome, cases, ensure_equal};

cases! { Fresh, "persistence::artifacts":
    an_update_replaces_what_may_change,
    an_update_keeps_what_may_not_change,
    an_absent_artifact_is_not_updated,
    an_update_to_what_is_absent_is_refused,
    previous_runs_may_grow,
    previous_runs_may_not_be_erased,
    usage_tells_ingested_from_in_place,
    usage_leaves_out_tombstones,
    usage_has_an_entry_for_each_location_asked_for,
}

async fn an_update_replaces_what_may_change(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let artifact = registry.save(2, "a.csv").await?;
    let elsewhere = registry.another_storage(2)?;
    let mut unit = registry.write().await?;
    unit.storages().insert(&elsewhere).await?;
    unit.commit().await?;

    let mut full = artifact.clone();
    full.description = Some("described".to_owned());
    full.copied_from = Some(full.placement.clone());
    full.placement = records::in_place(elsewhere.uid(), "moved/a.csv")?;
    full.provenance.record_update(records::moment(9), Some(registry.run.uid()));
    for state in [ArtifactState::Trashed, ArtifactState::Purged, ArtifactState::Available] {
        full.state = state;
        update(&registry, &full).await?;
        ensure_recorded(&registry, &full).await?;
    }
    let bare = Artifact {
        description: None,
        copied_from: Some(full.placement.clone()),
        placement: artifact.placement.clone(),
        ..full
    };
    update(&registry, &bare).await?;
    ensure_recorded(&registry, &bare).await?;
    let bare = Artifact { copied_from: None, ..bare };
    update(&registry, &bare).await?;
    ensure_recorded(&registry, &bare).await
}

async fn an_update_keeps_what_may_not_change(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let artifact = registry.save(2, "a.csv").await?;
    let changed = Artifact { suffix: ".txt".parse()?, size: 11, hash: records::hash(88), ..artifact.clone() };
    update(&registry, &changed).await?;
    ensure_recorded(&registry, &artifact).await
}

async fn an_absent_artifact_is_not_updated(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let artifact = registry.save(2, "a.csv").await?;
    let (_, absent) = registry.artifact(records::ABSENT, "b.csv")?;
    let batch = [artifact, absent.clone()];
    let mut unit = registry.write().await?;
    not_found(unit.artifacts().update_many(&batch).await, Entity::Artifact, absent.uid.as_str())?;
    unit.rollback().await?;
    Ok(())
}

async fn an_update_to_what_is_absent_is_refused(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let artifact = registry.save(2, "a.csv").await?;
    let nowhere = records::storage_uid(records::ABSENT);
    let no_run = records::run_uid(records::ABSENT);
    let lost = Placement { storage: nowhere, ..artifact.placement.clone() };
    let mut under_no_run = artifact.clone();
    under_no_run.provenance.record_update(records::moment(9), Some(no_run));
    let refused = [
        (Artifact { placement: lost.clone(), ..artifact.clone() }, Entity::Storage, nowhere.to_string()),
        (Artifact { copied_from: Some(lost), ..artifact.clone() }, Entity::Storage, nowhere.to_string()),
        (under_no_run, Entity::Run, no_run.to_string()),
        (with_previous(&artifact, vec![no_run]), Entity::Run, no_run.to_string()),
    ];
    for (changed, entity, id) in refused {
        let mut unit = registry.write().await?;
        not_found(unit.artifacts().update_many(&[changed]).await, entity, &id)?;
        unit.rollback().await?;
    }
    ensure_recorded(&registry, &artifact).await
}

async fn previous_runs_may_grow(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let runs = with_runs(&registry).await?;
    let mut artifact = registry.save(2, "a.csv").await?;
    // The first run comes back in the end: a run may be among the previous ones more than once.
    for (number, run) in (0..).zip([runs[0], runs[1], runs[0], runs[2], runs[1]]) {
        artifact.provenance.record_update(records::moment(10 + number), Some(run));
        update(&registry, &artifact).await?;
        ensure_recorded(&registry, &artifact).await?;
    }
    let expected = [runs[0], runs[1], runs[0], runs[2]];
    ensure_equal("the previous runs", artifact.provenance.previous_runs(), expected.as_slice())
}

async fn previous_runs_may_not_be_erased(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let [first, second, third] = with_runs(&registry).await?;
    let artifact = registry.save(2, "a.csv").await?;
    let artifact = with_previous(&artifact, vec![first, second]);
    update(&registry, &artifact).await?;
    for erased in [vec![], vec![first], vec![second, first], vec![third, first, second], vec![first, third]] {
        let mut unit = registry.write().await?;
        let result = unit.artifacts().update_many(&[with_previous(&artifact, erased)]).await;
        in_use(result, Entity::Artifact, artifact.uid.as_str(), Entity::Run)?;
        unit.rollback().await?;
    }
    ensure_recorded(&registry, &artifact).await
}

async fn usage_tells_ingested_from_in_place(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let here = registry.storage.uid();
    let elsewhere = registry.another_storage(2)?;
    let mut unit = registry.write().await?;
    unit.storages().insert(&elsewhere).await?;
    unit.commit().await?;
    let in_place = Some(records::in_place(here, "raw/c.csv")?);
    let there = Some(records::in_place(elsewhere.uid(), "raw/d.csv")?);
    save_sized(&registry, 10, 7, None, ArtifactState::Available).await?;
    save_sized(&registry, 11, 5_000_000_000, None, ArtifactState::Trashed).await?;
    save_sized(&registry, 12, 11, in_place, ArtifactState::Available).await?;
    save_sized(&registry, 13, 0, there, ArtifactState::Available).await?;
    let expected = vec![
        StorageUsage {
            storage: elsewhere.uid(),
            ingested: Tally::default(),
            in_place: Tally { artifacts: 1, bytes: 0 },
        },
        StorageUsage {
            storage: here,
            ingested: Tally { artifacts: 2, bytes: 5_000_000_007 },
            in_place: Tally { artifacts: 1, bytes: 11 },
        },
    ];
    ensure_usage(&registry, &expected).await
}

async fn usage_leaves_out_tombstones(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let here = registry.storage.uid();
    let in_place = Some(records::in_place(here, "raw/c.csv")?);
    save_sized(&registry, 10, 7, None, ArtifactState::Purged).await?;
    save_sized(&registry, 11, 7, in_place, ArtifactState::Purged).await?;
    let nothing = StorageUsage { storage: here, ingested: Tally::default(), in_place: Tally::default() };
    ensure_usage(&registry, &[nothing]).await
}

async fn usage_has_an_entry_for_each_location_asked_for(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let absent = records::storage_uid(records::ABSENT);
    let nothing = |storage| StorageUsage { storage, ingested: Tally::default(), in_place: Tally::default() };
    ensure_usage(&registry, &[nothing(absent), nothing(registry.storage.uid())]).await?;
    ensure_usage(&registry, &[]).await
}

async fn ensure_usage(registry: &Registry, expected: &[StorageUsage]) -> Outcome {
    let asked: Vec<_> = expected.iter().map(|usage| usage.storage).collect();
    let mut unit = registry.read().await?;
    let found = unit.artifacts().usage(&asked).await?;
    unit.rollback().await?;
    ensure_equal("what lies at the locations", found.as_slice(), expected)
}

async fn with_runs(registry: &Registry) -> Result<[RunUid; 3], Failure> {
    let runs = [2, 3, 4].map(|number| registry.another_run(number));
    let mut unit = registry.write().await?;
    unit.runs().insert_many(&runs).await?;
    unit.commit().await?;
    Ok(runs.map(|run| run.uid()))
}

fn with_previous(artifact: &Artifact, previous: Vec<RunUid>) -> Artifact {
    let former = &artifact.provenance;
    let provenance = Provenance::recorded(
        former.created_at(),
        former.created_by(),
        former.run(),
        former.updated_at(),
        previous,
    );
    Artifact { provenance, ..artifact.clone() }
}

async fn save_sized(
    registry: &Registry,
    number: u32,
    size: u64,
    placement: Option<Placement>,
    state: ArtifactState,
) -> Outcome {
    let (family, artifact) = registry.artifact(number, &format!("{number}.csv"))?;
    let placement = placement.unwrap_or_else(|| artifact.placement.clone());
    let mut unit = registry.write().await?;
    save(unit.as_mut(), &mut [family], &mut [Artifact { size, placement, state, ..artifact }]).await?;
    Ok(unit.commit().await?)
}

async fn update(registry: &Registry, artifact: &Artifact) -> Outcome {
    let mut unit = registry.write().await?;
    unit.artifacts().update_many(std::slice::from_ref(artifact)).await?;
    Ok(unit.commit().await?)
}

async fn ensure_recorded(registry: &Registry, expected: &Artifact) -> Outcome {
    let found = registry.artifact_as_read(expected.uid).await?;
    ensure_equal("the recorded artifact", &found.as_ref(), &Some(expected))
}
