//! Cases: the lineage graph has no cycle, ever.

use freehold_domain::{ArtifactUid, RunUid};
use freehold_ports::persistence::PersistenceError;

use super::Fresh;
use super::lineage::{ensure_listed, with_artifacts, with_runs};
use super::listing::Listing;
use super::registry::Registry;
use crate::case::{Failure, Outcome, cases, ensure_equal};

cases! { Fresh, "persistence::lineage":
    what_a_run_read_is_never_its_output,
    an_input_that_descends_from_the_run_is_refused,
    an_output_that_the_run_descends_from_is_refused,
    a_cycle_through_many_runs_is_refused,
    a_cycle_through_a_second_maker_is_refused,
    one_edge_of_a_batch_that_closes_a_cycle_is_refused_with_the_batch,
    two_ways_to_one_artifact_are_no_cycle,
    a_graph_with_very_many_ways_is_walked_once,
    a_refused_cycle_leaves_no_edge,
}

/// How many runs the long cycle has.
const LONG: u32 = 40;

#[derive(Debug, Clone, Copy)]
enum Edge {
    Reads,
    Makes,
}

async fn what_a_run_read_is_never_its_output(fresh: &Fresh) -> Outcome {
    let (registry, artifacts) = with_artifacts(fresh, 1).await?;
    let run = registry.run.uid();
    add(&registry, Edge::Reads, run, &artifacts).await?;
    ensure_cycle(&registry, Edge::Makes, run, &artifacts, artifacts[0]).await
}

async fn an_input_that_descends_from_the_run_is_refused(fresh: &Fresh) -> Outcome {
    let (registry, artifacts) = with_artifacts(fresh, 2).await?;
    let [first, second, ..] = with_runs(&registry).await?;
    add(&registry, Edge::Makes, first, &artifacts[0..1]).await?;
    add(&registry, Edge::Reads, second, &artifacts[0..1]).await?;
    add(&registry, Edge::Makes, second, &artifacts[1..2]).await?;
    ensure_cycle(&registry, Edge::Reads, first, &artifacts[1..2], artifacts[1]).await
}

async fn an_output_that_the_run_descends_from_is_refused(fresh: &Fresh) -> Outcome {
    let (registry, artifacts) = with_artifacts(fresh, 2).await?;
    let [first, second, ..] = with_runs(&registry).await?;
    add(&registry, Edge::Reads, first, &artifacts[0..1]).await?;
    add(&registry, Edge::Makes, first, &artifacts[1..2]).await?;
    add(&registry, Edge::Reads, second, &artifacts[1..2]).await?;
    ensure_cycle(&registry, Edge::Makes, second, &artifacts[0..1], artifacts[0]).await
}

async fn a_cycle_through_many_runs_is_refused(fresh: &Fresh) -> Outcome {
    let (registry, artifacts) = with_artifacts(fresh, LONG + 1).await?;
    let runs: Vec<_> = (1_000..1_000 + LONG).map(|number| registry.another_run(number)).collect();
    let mut unit = registry.write().await?;
    unit.runs().insert_many(&runs).await?;
    for (run, step) in runs.iter().zip(artifacts.windows(2)) {
        unit.lineage().add_inputs(&run.uid(), &step[..1]).await?;
        unit.lineage().add_outputs(&run.uid(), &step[1..]).await?;
    }
    unit.commit().await?;
    let (first_run, last_run) = match (runs.first(), runs.last()) {
        (Some(first), Some(last)) => (first.uid(), last.uid()),
        _ => return Err(Failure::new("expected runs to arrange with")),
    };
    let (first, last) = (&artifacts[..1], &artifacts[artifacts.len() - 1..]);
    ensure_cycle(&registry, Edge::Reads, first_run, last, last[0]).await?;
    ensure_cycle(&registry, Edge::Makes, last_run, first, first[0]).await
}

async fn a_cycle_through_a_second_maker_is_refused(fresh: &Fresh) -> Outcome {
    let (registry, artifacts) = with_artifacts(fresh, 2).await?;
    let [maker, remaker, child, ..] = with_runs(&registry).await?;
    add(&registry, Edge::Makes, maker, &artifacts[0..1]).await?;
    add(&registry, Edge::Makes, remaker, &artifacts[0..1]).await?;
    add(&registry, Edge::Reads, child, &artifacts[0..1]).await?;
    add(&registry, Edge::Makes, child, &artifacts[1..2]).await?;
    for run in [maker, remaker] {
        ensure_cycle(&registry, Edge::Reads, run, &artifacts[1..2], artifacts[1]).await?;
    }
    Ok(())
}

async fn one_edge_of_a_batch_that_closes_a_cycle_is_refused_with_the_batch(fresh: &Fresh) -> Outcome {
    let (registry, artifacts) = with_artifacts(fresh, 4).await?;
    let [first, second, ..] = with_runs(&registry).await?;
    add(&registry, Edge::Reads, first, &artifacts[0..1]).await?;
    add(&registry, Edge::Makes, first, &artifacts[1..2]).await?;
    add(&registry, Edge::Reads, second, &artifacts[1..2]).await?;
    add(&registry, Edge::Makes, second, &artifacts[2..3]).await?;
    ensure_cycle(&registry, Edge::Reads, first, &artifacts[2..4], artifacts[2]).await?;
    let batch = [artifacts[3], artifacts[0]];
    ensure_cycle(&registry, Edge::Makes, second, &batch, artifacts[0]).await
}

async fn two_ways_to_one_artifact_are_no_cycle(fresh: &Fresh) -> Outcome {
    let (registry, artifacts) = with_artifacts(fresh, 4).await?;
    let [left, right, join, ..] = with_runs(&registry).await?;
    add(&registry, Edge::Reads, left, &artifacts[0..1]).await?;
    add(&registry, Edge::Reads, right, &artifacts[0..1]).await?;
    add(&registry, Edge::Makes, left, &artifacts[1..2]).await?;
    add(&registry, Edge::Makes, right, &artifacts[2..3]).await?;
    add(&registry, Edge::Reads, join, &artifacts[0..3]).await?;
    add(&registry, Edge::Makes, join, &artifacts[3..4]).await?;
    ensure_listed(&registry, &Listing::Outputs(join), &artifacts[3..4]).await
}

async fn a_graph_with_very_many_ways_is_walked_once(fresh: &Fresh) -> Outcome {
    let (registry, artifacts) = with_artifacts(fresh, 2 * (LONG + 1)).await?;
    let runs: Vec<_> = (1_000..1_000 + 2 * LONG).map(|number| registry.another_run(number)).collect();
    let mut unit = registry.write().await?;
    unit.runs().insert_many(&runs).await?;
    // Each layer has two artifacts, and two runs that read both and make one of the next layer: 2^40 ways in all.
    for (layer, pair) in runs.chunks(2).enumerate() {
        for (run, made) in pair.iter().zip(&artifacts[2 * layer + 2..]) {
            unit.lineage().add_inputs(&run.uid(), &artifacts[2 * layer..2 * layer + 2]).await?;
            unit.lineage().add_outputs(&run.uid(), &[*made]).await?;
        }
    }
    unit.commit().await?;
    let (first, last) = (&artifacts[..1], &artifacts[artifacts.len() - 1..]);
    let [first_run, last_run] = [0, runs.len() - 1].map(|index| runs[index].uid());
    let mut unit = registry.read().await?;
    let upstream = unit.lineage().upstream_among(&last_run, &artifacts).await?;
    unit.rollback().await?;
    ensure_equal("how many artifacts are upstream", &upstream.len(), &(artifacts.len() - 2))?;
    ensure_cycle(&registry, Edge::Reads, first_run, last, last[0]).await?;
    ensure_cycle(&registry, Edge::Makes, last_run, first, first[0]).await
}

async fn a_refused_cycle_leaves_no_edge(fresh: &Fresh) -> Outcome {
    let (registry, artifacts) = with_artifacts(fresh, 3).await?;
    let [first, second, ..] = with_runs(&registry).await?;
    add(&registry, Edge::Makes, first, &artifacts[0..1]).await?;
    add(&registry, Edge::Reads, second, &artifacts[0..1]).await?;
    add(&registry, Edge::Makes, second, &artifacts[1..2]).await?;
    ensure_cycle(&registry, Edge::Reads, first, &[artifacts[2], artifacts[1]], artifacts[1]).await?;
    ensure_listed(&registry, &Listing::Inputs(first), &[]).await?;
    ensure_listed(&registry, &Listing::Outputs(first), &artifacts[0..1]).await
}

/// Adds edges in a unit of its own.
async fn add(registry: &Registry, edge: Edge, run: RunUid, artifacts: &[ArtifactUid]) -> Outcome {
    let mut unit = registry.write().await?;
    match edge {
        Edge::Reads => unit.lineage().add_inputs(&run, artifacts).await?,
        Edge::Makes => unit.lineage().add_outputs(&run, artifacts).await?,
    }
    Ok(unit.commit().await?)
}

/// Ends the case unless the edges are refused as a cycle through `culprit`.
async fn ensure_cycle(
    registry: &Registry,
    edge: Edge,
    run: RunUid,
    artifacts: &[ArtifactUid],
    culprit: ArtifactUid,
) -> Outcome {
    let mut unit = registry.write().await?;
    let added = match edge {
        Edge::Reads => unit.lineage().add_inputs(&run, artifacts).await,
        Edge::Makes => unit.lineage().add_outputs(&run, artifacts).await,
    };
    unit.rollback().await?;
    match added {
        Err(PersistenceError::LineageCycle { run: found, artifact }) => {
            ensure_equal("the edge that closes the cycle", &(found, artifact), &(run, culprit))
        }
        Err(error) => Err(Failure::new(format!("expected LineageCycle, found the error {error:?}"))),
        Ok(()) => {
            Err(Failure::new(format!("run {run} {edge:?} {culprit}: expected LineageCycle, found success")))
        }
    }
}
