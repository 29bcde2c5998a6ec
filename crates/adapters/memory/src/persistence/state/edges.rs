//! Edges of the lineage graph between runs and artifacts, in one direction.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

use freehold_domain::{ArtifactUid, RunUid};

/// Edges between runs and artifacts, each with a number that counts additions.
///
/// Clones share the edges until one of them is written to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Edges(Arc<Graph>);

#[derive(Debug, Clone, Default)]
struct Graph {
    present: BTreeSet<(RunUid, ArtifactUid)>,
    of_run: BTreeMap<RunUid, BTreeMap<u64, ArtifactUid>>,
    of_artifact: BTreeMap<ArtifactUid, BTreeMap<u64, RunUid>>,
    last_number: u64,
}

impl Edges {
    /// Adds an edge unless it is there.
    pub(crate) fn insert(&mut self, run: RunUid, artifact: ArtifactUid) {
        if self.contains(run, artifact) {
            return;
        }
        let graph = Arc::make_mut(&mut self.0);
        graph.present.insert((run, artifact));
        graph.last_number += 1;
        graph.of_run.entry(run).or_default().insert(graph.last_number, artifact);
        graph.of_artifact.entry(artifact).or_default().insert(graph.last_number, run);
    }

    /// Removes every edge of a run.
    pub(crate) fn remove_run(&mut self, run: RunUid) {
        if !self.has_run(run) {
            return;
        }
        let graph = Arc::make_mut(&mut self.0);
        for (number, artifact) in graph.of_run.remove(&run).unwrap_or_default() {
            graph.present.remove(&(run, artifact));
            if let Some(runs) = graph.of_artifact.get_mut(&artifact) {
                runs.remove(&number);
            }
        }
    }

    pub(crate) fn contains(&self, run: RunUid, artifact: ArtifactUid) -> bool {
        self.0.present.contains(&(run, artifact))
    }

    pub(crate) fn has_run(&self, run: RunUid) -> bool {
        self.0.of_run.contains_key(&run)
    }

    /// The artifacts of a run behind the edge with the number `position`, the oldest edge first.
    pub(crate) fn of_run(
        &self,
        run: RunUid,
        position: Option<u64>,
    ) -> impl Iterator<Item = (u64, ArtifactUid)> {
        let range = (position.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded);
        let edges = self.0.of_run.get(&run).into_iter();
        edges.flat_map(move |edges| edges.range(range)).map(|(number, artifact)| (*number, *artifact))
    }

    /// The runs of an artifact, the oldest edge first.
    pub(crate) fn of_artifact(&self, artifact: ArtifactUid) -> impl Iterator<Item = RunUid> {
        self.0.of_artifact.get(&artifact).into_iter().flat_map(BTreeMap::values).copied()
    }
}
