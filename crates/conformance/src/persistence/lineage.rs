//! Cases: edges of the lineage graph are recorded once and come back in order.

use freehold_domain::{ArtifactState, ArtifactUid, RunUid};
use freehold_ports::persistence::{ArtifactRuns, Entity};

use super::listing::Listing;
use super::refusals::not_found;
use super::registry::Registry;
use super::{Fresh, records};
use crate::case::{Failure, Outcome, cases, ensure_equal};

cases! { Fresh, "persistence::lineage":
    inputs_come_with_the_oldest_edge_first,
    outputs_come_with_the_oldest_edge_first,
    an_edge_that_is_there_stays_as_it_is,
    what_a_run_made_is_never_its_input,
    a_run_must_be_recorded,
    artifacts_must_be_recorded,
    the_runs_of_artifacts_come_in_the_order_asked_for,
    a_tombstone_keeps_its_edges,
    upstream_reaches_through_other_runs,
    upstream_leaves_out_what_a_run_does_not_descend_from,
    a_run_without_edges_has_no_inputs_and_outputs,
    nothing_asked_for_gives_nothing,
}

async fn inputs_come_with_the_oldest_edge_first(fresh: &Fresh) -> Outcome {
    let (registry, artifacts) = with_artifacts(fresh, 5).await?;
    let order = [3, 0, 4, 1].map(|index: usize| artifacts[index]);
    let mut unit = registry.write().await?;
    for artifact in order {
        unit.lineage().add_inputs(&registry.run.uid(), &[artifact]).await?;
    }
    unit.commit().await?;
    ensure_listed(&registry, &Listing::Inputs(registry.run.uid()), &order).await?;
    ensure_listed(&registry, &Listing::Outputs(registry.run.uid()), &[]).await
}

async fn outputs_come_with_the_oldest_edge_first(fresh: &Fresh) -> Outcome {
    let (registry, artifacts) = with_artifacts(fresh, 5).await?;
    let order = [3, 0, 4, 1].map(|index: usize| artifacts[index]);
    let mut unit = registry.write().await?;
    for artifact in order {
        unit.lineage().add_outputs(&registry.run.uid(), &[artifact]).await?;
    }
    unit.commit().await?;
    ensure_listed(&registry, &Listing::Outputs(registry.run.uid()), &order).await?;
    ensure_listed(&registry, &Listing::Inputs(registry.run.uid()), &[]).await
}

async fn an_edge_that_is_there_stays_as_it_is(fresh: &Fresh) -> Outcome {
    let (registry, artifacts) = with_artifacts(fresh, 4).await?;
    let run = registry.run.uid();
    let mut unit = registry.write().await?;
    for read in [&artifacts[1..2], &artifacts[0..1], &artifacts[0..2]] {
        unit.lineage().add_inputs(&run, read).await?;
    }
    for made in [&artifacts[3..4], &artifacts[2..3], &artifacts[2..4]] {
        unit.lineage().add_outputs(&run, made).await?;
    }
    unit.commit().await?;
    let mut unit = registry.write().await?;
    unit.lineage().add_inputs(&run, &artifacts[1..2]).await?;
    unit.lineage().add_outputs(&run, &artifacts[3..4]).await?;
    unit.commit().await?;
    ensure_listed(&registry, &Listing::Inputs(run), &[artifacts[1], artifacts[0]]).await?;
    ensure_listed(&registry, &Listing::Outputs(run), &[artifacts[3], artifacts[2]]).await
}

async fn what_a_run_made_is_never_its_input(fresh: &Fresh) -> Outcome {
    let (registry, artifacts) = with_artifacts(fresh, 3).await?;
    let run = registry.run.uid();
    let mut unit = registry.write().await?;
    unit.lineage().add_outputs(&run, &artifacts[0..2]).await?;
    unit.lineage().add_inputs(&run, &artifacts).await?;
    unit.commit().await?;
    ensure_listed(&registry, &Listing::Inputs(run), &artifacts[2..]).await?;
    let mut unit = registry.read().await?;
    let runs = unit.lineage().runs_of(&artifacts[0..1]).await?;
    unit.rollback().await?;
    let expected = ArtifactRuns { artifact: artifacts[0], made_by: vec![run], read_by: Vec::new() };
    ensure_equal("the runs of the output", &runs, &vec![expected])
}

async fn a_run_must_be_recorded(fresh: &Fresh) -> Outcome {
    let (registry, artifacts) = with_artifacts(fresh, 1).await?;
    let absent = records::run_uid(records::ABSENT);
    let mut unit = registry.write().await?;
    not_found(unit.lineage().add_inputs(&absent, &artifacts).await, Entity::Run, absent.as_str())?;
    unit.rollback().await?;
    let mut unit = registry.write().await?;
    not_found(unit.lineage().add_outputs(&absent, &artifacts).await, Entity::Run, absent.as_str())?;
    unit.rollback().await?;
    Ok(())
}

async fn artifacts_must_be_recorded(fresh: &Fresh) -> Outcome {
    let (registry, artifacts) = with_artifacts(fresh, 1).await?;
    let run = registry.run.uid();
    let absent = records::artifact_uid(records::ABSENT, 0);
    let batch = [artifacts[0], absent];
    let mut unit = registry.write().await?;
    not_found(unit.lineage().add_inputs(&run, &batch).await, Entity::Artifact, absent.as_str())?;
    unit.rollback().await?;
    let mut unit = registry.write().await?;
    not_found(unit.lineage().add_outputs(&run, &batch).await, Entity::Artifact, absent.as_str())?;
    unit.rollback().await?;
    ensure_listed(&registry, &Listing::Inputs(run), &[]).await?;
    ensure_listed(&registry, &Listing::Outputs(run), &[]).await
}

async fn the_runs_of_artifacts_come_in_the_order_asked_for(fresh: &Fresh) -> Outcome {
    let (registry, artifacts) = with_artifacts(fresh, 4).await?;
    let [maker, remaker, reader, later_reader] = with_runs(&registry).await?;
    let mut unit = registry.write().await?;
    for run in [remaker, maker] {
        unit.lineage().add_outputs(&run, &artifacts[0..1]).await?;
    }
    for run in [later_reader, reader] {
        unit.lineage().add_inputs(&run, &artifacts[0..1]).await?;
    }
    unit.lineage().add_outputs(&reader, &artifacts[2..3]).await?;
    unit.commit().await?;
    let edges = |artifact, made_by: &[RunUid], read_by: &[RunUid]| ArtifactRuns {
        artifact,
        made_by: made_by.to_vec(),
        read_by: read_by.to_vec(),
    };
    let expected = vec![
        edges(artifacts[2], &[reader], &[]),
        edges(artifacts[1], &[], &[]),
        edges(artifacts[0], &[remaker, maker], &[later_reader, reader]),
    ];
    let asked: Vec<_> = expected.iter().map(|runs| runs.artifact).collect();
    let mut unit = registry.read().await?;
    let found = unit.lineage().runs_of(&asked).await?;
    unit.rollback().await?;
    ensure_equal("the runs at both sides", &found, &expected)
}

async fn a_tombstone_keeps_its_edges(fresh: &Fresh) -> Outcome {
    let (registry, artifacts) = with_artifacts(fresh, 2).await?;
    let [maker, reader, ..] = with_runs(&registry).await?;
    let mut unit = registry.write().await?;
    unit.lineage().add_outputs(&maker, &artifacts[0..1]).await?;
    unit.lineage().add_inputs(&reader, &artifacts[0..1]).await?;
    let mut found = unit.artifacts().find_many(&artifacts[0..1]).await?;
    for artifact in &mut found {
        artifact.state = ArtifactState::Purged;
    }
    unit.artifacts().update_many(&found).await?;
    unit.commit().await?;
    let mut unit = registry.read().await?;
    let runs = unit.lineage().runs_of(&artifacts[0..1]).await?;
    unit.rollback().await?;
    let expected = ArtifactRuns { artifact: artifacts[0], made_by: vec![maker], read_by: vec![reader] };
    ensure_equal("the runs of the tombstone", &runs, &vec![expected])?;
    ensure_listed(&registry, &Listing::Inputs(reader), &artifacts[0..1]).await?;
    ensure_listed(&registry, &Listing::Outputs(maker), &artifacts[0..1]).await
}

async fn upstream_reaches_through_other_runs(fresh: &Fresh) -> Outcome {
    let (registry, artifacts) = with_artifacts(fresh, 5).await?;
    let [first, second, third, remaker] = with_runs(&registry).await?;
    let mut unit = registry.write().await?;
    // 0 -> first -> 1 -> second -> 2 -> third, and 3 -> remaker -> 1.
    unit.lineage().add_inputs(&first, &artifacts[0..1]).await?;
    unit.lineage().add_outputs(&first, &artifacts[1..2]).await?;
    unit.lineage().add_inputs(&second, &artifacts[1..2]).await?;
    unit.lineage().add_outputs(&second, &artifacts[2..3]).await?;
    unit.lineage().add_inputs(&third, &artifacts[2..3]).await?;
    unit.lineage().add_inputs(&remaker, &artifacts[3..4]).await?;
    unit.lineage().add_outputs(&remaker, &artifacts[1..2]).await?;
    unit.commit().await?;
    ensure_upstream(&registry, &third, &artifacts, &[0, 1, 2, 3]).await?;
    ensure_upstream(&registry, &second, &artifacts, &[0, 1, 3]).await?;
    ensure_upstream(&registry, &first, &artifacts, &[0]).await?;
    ensure_upstream(&registry, &third, &artifacts[0..2], &[0, 1]).await
}

async fn upstream_leaves_out_what_a_run_does_not_descend_from(fresh: &Fresh) -> Outcome {
    let (registry, artifacts) = with_artifacts(fresh, 4).await?;
    let [run, sibling, child, ..] = with_runs(&registry).await?;
    let mut unit = registry.write().await?;
    unit.lineage().add_inputs(&run, &artifacts[0..1]).await?;
    unit.lineage().add_outputs(&run, &artifacts[1..2]).await?;
    unit.lineage().add_inputs(&sibling, &artifacts[0..1]).await?;
    unit.lineage().add_outputs(&sibling, &artifacts[2..3]).await?;
    unit.lineage().add_inputs(&child, &artifacts[1..2]).await?;
    unit.lineage().add_outputs(&child, &artifacts[3..4]).await?;
    unit.commit().await?;
    // Not its own output, not its sibling's, not its descendant's.
    ensure_upstream(&registry, &run, &artifacts, &[0]).await?;
    ensure_upstream(&registry, &registry.run.uid(), &artifacts, &[]).await
}

async fn a_run_without_edges_has_no_inputs_and_outputs(fresh: &Fresh) -> Outcome {
    let (registry, _) = with_artifacts(fresh, 1).await?;
    ensure_listed(&registry, &Listing::Inputs(registry.run.uid()), &[]).await?;
    ensure_listed(&registry, &Listing::Outputs(registry.run.uid()), &[]).await
}

async fn nothing_asked_for_gives_nothing(fresh: &Fresh) -> Outcome {
    let (registry, _) = with_artifacts(fresh, 1).await?;
    let run = registry.run.uid();
    let mut unit = registry.write().await?;
    unit.lineage().add_inputs(&run, &[]).await?;
    unit.lineage().add_outputs(&run, &[]).await?;
    let upstream = unit.lineage().upstream_among(&run, &[]).await?;
    let runs = unit.lineage().runs_of(&[]).await?;
    unit.commit().await?;
    ensure_equal("upstream among nothing", &upstream, &Vec::new())?;
    ensure_equal("the runs of nothing", &runs, &Vec::new())
}

/// A registry with artifacts of different families, numbered from 100.
pub(super) async fn with_artifacts(
    fresh: &Fresh,
    count: u32,
) -> Result<(Registry, Vec<ArtifactUid>), Failure> {
    let registry = Registry::create(fresh).await?;
    let mut uids = Vec::new();
    for number in 100..100 + count {
        uids.push(registry.save(number, &format!("{number}.csv")).await?.uid);
    }
    Ok((registry, uids))
}

/// Four runs without edges.
pub(super) async fn with_runs(registry: &Registry) -> Result<[RunUid; 4], Failure> {
    let runs = [10, 11, 12, 13].map(|number| registry.another_run(number));
    let mut unit = registry.write().await?;
    unit.runs().insert_many(&runs).await?;
    unit.commit().await?;
    Ok(runs.map(|run| run.uid()))
}

async fn ensure_upstream(
    registry: &Registry,
    run: &RunUid,
    among: &[ArtifactUid],
    expected: &[usize],
) -> Outcome {
    let mut unit = registry.read().await?;
    let mut found = unit.lineage().upstream_among(run, among).await?;
    unit.rollback().await?;
    found.sort_unstable();
    let mut expected: Vec<_> = expected.iter().map(|index| among[*index]).collect();
    expected.sort_unstable();
    ensure_equal(&format!("what {run} descends from"), &found, &expected)
}

pub(super) async fn ensure_listed(
    registry: &Registry,
    listing: &Listing,
    expected: &[ArtifactUid],
) -> Outcome {
    let expected: Vec<_> = expected.iter().map(ToString::to_string).collect();
    let mut unit = registry.read().await?;
    listing.ensure_gives(unit.as_mut(), &expected).await?;
    unit.rollback().await?;
    Ok(())
}
