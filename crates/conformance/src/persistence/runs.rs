//! Cases: runs.

use freehold_domain::run::RunFields;
use freehold_domain::{Run, RunStatus, RunUid, TransformUid};
use freehold_ports::persistence::{Entity, RunFilter};

use super::listing::Listing;
use super::refusals::{already_exists, not_found};
use super::registry::Registry;
use super::{Fresh, records};
use crate::case::{Failure, Outcome, cases, ensure, ensure_equal, present};

cases! { Fresh, "persistence::runs":
    a_uid_is_recorded_once,
    a_uid_is_recorded_once_within_a_batch,
    what_a_run_refers_to_must_be_recorded,
    a_run_may_be_initiated_by_another_of_its_batch,
    found_runs_come_in_the_order_asked_for,
    a_uid_prefix_finds_at_most_the_limit_in_order,
    an_update_replaces_what_may_change,
    an_update_keeps_what_may_not_change,
    an_absent_run_is_not_updated,
    a_filter_by_transform_gives_its_runs,
    a_filter_by_status_gives_runs_in_that_status,
    both_filters_together_give_what_passes_both,
}

async fn a_uid_is_recorded_once(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let mut unit = registry.write().await?;
    let inserted = unit.runs().insert_many(std::slice::from_ref(&registry.run)).await;
    already_exists(inserted, Entity::Run, registry.run.uid().as_str())?;
    unit.rollback().await?;
    Ok(())
}

async fn a_uid_is_recorded_once_within_a_batch(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let batch = [2, 3, 2].map(|number| registry.another_run(number));
    let mut unit = registry.write().await?;
    already_exists(unit.runs().insert_many(&batch).await, Entity::Run, batch[0].uid().as_str())?;
    unit.rollback().await?;
    Ok(())
}

async fn what_a_run_refers_to_must_be_recorded(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let (transform, user) = (registry.transform.uid, registry.user.uid);
    let no_transform = records::transform_uid(records::ABSENT, 0);
    let nobody = records::user_uid(records::ABSENT);
    let no_run = records::run_uid(records::ABSENT);
    let initiated = records::initiated(records::run(2, transform, user), no_run);
    let unrecorded = [
        (records::run(2, no_transform, user), Entity::Transform, no_transform.to_string()),
        (records::run(2, transform, nobody), Entity::User, nobody.to_string()),
        (initiated, Entity::Run, no_run.to_string()),
    ];
    for (run, entity, id) in unrecorded {
        let mut unit = registry.write().await?;
        not_found(unit.runs().insert_many(&[registry.another_run(3), run]).await, entity, &id)?;
        unit.rollback().await?;
    }
    Ok(())
}

async fn a_run_may_be_initiated_by_another_of_its_batch(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let initiator = registry.another_run(3);
    let initiated = |number| records::initiated(registry.another_run(number), initiator.uid());
    let batch = vec![initiated(2), initiator.clone(), initiated(4)];
    let mut unit = registry.write().await?;
    unit.runs().insert_many(&batch).await?;
    unit.commit().await?;
    let uids: Vec<_> = batch.iter().map(Run::uid).collect();
    let mut unit = registry.read().await?;
    let found = unit.runs().find_many(&uids).await?;
    unit.rollback().await?;
    ensure_equal("the batch", &found, &batch)
}

async fn found_runs_come_in_the_order_asked_for(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let runs = [5, 2, 4, 3].map(|number| registry.another_run(number));
    let asked = [4, records::ABSENT, 5, 3, 5].map(records::run_uid);
    let mut unit = registry.write().await?;
    unit.runs().insert_many(&runs).await?;
    let found = unit.runs().find_many(&asked).await?;
    let nothing = unit.runs().find_many(&[]).await?;
    unit.rollback().await?;
    let found: Vec<_> = found.iter().map(Run::uid).collect();
    let expected = [4, 5, 3, 5].map(records::run_uid).to_vec();
    ensure_equal("runs, one as often as it was asked for", &found, &expected)?;
    ensure_equal("the runs of no uid", &nothing, &Vec::new())
}

async fn a_uid_prefix_finds_at_most_the_limit_in_order(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let texts = [
        "abcdZ00000000000",
        "abcd000000000000",
        "abcdz00000000000zzzz",
        "abcDz00000000000",
        "zzzzzzzzzzzzzzzz",
    ];
    let uids = texts.iter().map(|text| text.parse()).collect::<Result<Vec<RunUid>, _>>()?;
    let runs: Vec<_> =
        uids.iter().map(|uid| Run::scheduled(*uid, registry.transform.uid, registry.user.uid)).collect();
    let mut unit = registry.write().await?;
    unit.runs().insert_many(&runs).await?;
    unit.commit().await?;
    let asked: [(&str, u32, &[usize]); 5] = [
        ("abcd", 10, &[1, 0, 2]),
        ("abcd", 2, &[1, 0]),
        ("abcdz00000000000zz", 10, &[2]),
        ("zzzz", 10, &[4]),
        ("none", 10, &[]),
    ];
    let mut unit = registry.read().await?;
    for (prefix, limit, expected) in asked {
        let found = unit.runs().find_by_uid_prefix(&prefix.parse()?, limit).await?;
        let found: Vec<_> = found.iter().map(Run::uid).collect();
        let expected: Vec<_> = expected.iter().map(|index| uids[*index]).collect();
        ensure_equal(&format!("at most {limit} that begin with {prefix}"), &found, &expected)?;
    }
    unit.rollback().await?;
    Ok(())
}

async fn an_update_replaces_what_may_change(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let mut run = registry.run.clone().start(records::moment(2))?;
    run.name = Some("nightly".to_owned());
    run.params.insert("threshold".to_owned(), serde_json::json!({"p": [1, 2, null]}));
    run.reference = Some("job 17".to_owned());
    update(&registry, &run).await?;
    let mut run = run.finish(freehold_domain::RunOutcome::Errored, records::moment(3))?;
    update(&registry, &run).await?;
    run.name = None;
    run.params.clear();
    run.reference = None;
    update(&registry, &run).await
}

async fn an_update_keeps_what_may_not_change(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let other_transform = records::transform(2, 0, registry.user.uid)?;
    let other_user = records::user(2);
    let changed = Run::from_fields(RunFields {
        uid: registry.run.uid(),
        transform: other_transform.uid,
        status: RunStatus::Scheduled,
        started_at: None,
        finished_at: None,
        created_by: other_user.uid,
        name: Some("renamed".to_owned()),
        params: serde_json::Map::new(),
        initiated_by: Some(records::run_uid(3)),
        reference: None,
    });
    let mut unit = registry.write().await?;
    unit.users().insert_many(&[other_user]).await?;
    unit.transforms().insert_many(&[other_transform]).await?;
    unit.runs().insert_many(&[registry.another_run(3)]).await?;
    unit.runs().update(&changed).await?;
    unit.commit().await?;
    let mut expected = registry.run.clone();
    expected.name = Some("renamed".to_owned());
    ensure_recorded(&registry, &expected).await
}

async fn an_absent_run_is_not_updated(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let absent = registry.another_run(records::ABSENT);
    let mut unit = registry.write().await?;
    not_found(unit.runs().update(&absent).await, Entity::Run, absent.uid().as_str())?;
    unit.rollback().await?;
    Ok(())
}

async fn a_filter_by_transform_gives_its_runs(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let other = with_runs_of_two_transforms(&registry).await?;
    let filter = RunFilter { transform: Some(other), status: None };
    ensure_filtered(&registry, filter, &[13, 11]).await?;
    let none = RunFilter { transform: Some(records::transform_uid(records::ABSENT, 0)), status: None };
    ensure_filtered(&registry, none, &[]).await
}

async fn a_filter_by_status_gives_runs_in_that_status(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    with_runs_of_two_transforms(&registry).await?;
    let with = |status| RunFilter { transform: None, status: Some(status) };
    ensure_filtered(&registry, with(RunStatus::Started), &[13, 12]).await?;
    ensure_filtered(&registry, with(RunStatus::Scheduled), &[11, 10, Registry::FIRST]).await?;
    ensure_filtered(&registry, with(RunStatus::Errored), &[]).await
}

async fn both_filters_together_give_what_passes_both(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let other = with_runs_of_two_transforms(&registry).await?;
    let filter = RunFilter { transform: Some(other), status: Some(RunStatus::Started) };
    ensure_filtered(&registry, filter, &[13]).await
}

/// Four more runs, one after the other: those with odd numbers of another transform, the last two started.
async fn with_runs_of_two_transforms(registry: &Registry) -> Result<TransformUid, Failure> {
    let other = records::transform(2, 0, registry.user.uid)?;
    let mut unit = registry.write().await?;
    unit.transforms().insert_many(std::slice::from_ref(&other)).await?;
    for number in 10..14 {
        let transform = if number % 2 == 1 { other.uid } else { registry.transform.uid };
        let scheduled = records::run(number, transform, registry.user.uid);
        let run = if number >= 12 { scheduled.start(records::moment(number))? } else { scheduled };
        unit.runs().insert_many(&[run]).await?;
    }
    unit.commit().await?;
    Ok(other.uid)
}

async fn ensure_filtered(registry: &Registry, filter: RunFilter, expected: &[u32]) -> Outcome {
    let expected: Vec<_> = expected.iter().map(|number| records::run_uid(*number).to_string()).collect();
    let mut unit = registry.read().await?;
    Listing::Runs(filter).ensure_gives(unit.as_mut(), &expected).await?;
    unit.rollback().await?;
    Ok(())
}

async fn update(registry: &Registry, run: &Run) -> Outcome {
    let mut unit = registry.write().await?;
    unit.runs().update(run).await?;
    unit.commit().await?;
    ensure_recorded(registry, run).await
}

async fn ensure_recorded(registry: &Registry, expected: &Run) -> Outcome {
    let mut unit = registry.read().await?;
    let found = unit.runs().find_many(&[expected.uid()]).await?;
    unit.rollback().await?;
    ensure!(found.len() == 1, "expected one run {}, found {}", expected.uid(), found.len());
    ensure_equal("the recorded run", present("the run", found.first())?, expected)
}
