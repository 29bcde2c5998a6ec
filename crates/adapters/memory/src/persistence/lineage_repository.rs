//! Lineage in memory.

use std::collections::BTreeSet;

use async_trait::async_trait;
use freehold_domain::{ArtifactUid, RunUid};
use freehold_ports::persistence::{ArtifactRuns, LineageRepository, Page, PageRequest, PersistenceError};

use super::page::{cut, position};
use super::records::Records;
use super::state::{Edges, State};

#[async_trait]
impl LineageRepository for Records {
    async fn add_inputs(&mut self, run: &RunUid, artifacts: &[ArtifactUid]) -> Result<(), PersistenceError> {
        self.write(|state| {
            require_nodes(state, run, artifacts)?;
            let foreign =
                artifacts.iter().copied().filter(|artifact| !state.outputs.contains(*run, *artifact));
            let inputs: Vec<ArtifactUid> = foreign.collect();
            let descendants = reachable(*run, &state.outputs, &state.inputs);
            require_acyclic(*run, &inputs, &descendants)?;
            for input in inputs {
                state.inputs.insert(*run, input);
            }
            Ok(())
        })
    }

    async fn add_outputs(&mut self, run: &RunUid, artifacts: &[ArtifactUid]) -> Result<(), PersistenceError> {
        self.write(|state| {
            require_nodes(state, run, artifacts)?;
            let ancestors = reachable(*run, &state.inputs, &state.outputs);
            require_acyclic(*run, artifacts, &ancestors)?;
            for output in artifacts {
                state.outputs.insert(*run, *output);
            }
            Ok(())
        })
    }

    async fn upstream_among(
        &mut self,
        run: &RunUid,
        artifacts: &[ArtifactUid],
    ) -> Result<Vec<ArtifactUid>, PersistenceError> {
        self.read(|state| {
            let ancestors = reachable(*run, &state.inputs, &state.outputs);
            Ok(artifacts.iter().copied().filter(|artifact| ancestors.contains(artifact)).collect())
        })
    }

    async fn inputs(
        &mut self,
        run: &RunUid,
        page: &PageRequest,
    ) -> Result<Page<ArtifactUid>, PersistenceError> {
        self.read(|state| Ok(cut(page, state.inputs.of_run(*run, position(page)?))))
    }

    async fn outputs(
        &mut self,
        run: &RunUid,
        page: &PageRequest,
    ) -> Result<Page<ArtifactUid>, PersistenceError> {
        self.read(|state| Ok(cut(page, state.outputs.of_run(*run, position(page)?))))
    }

    async fn runs_of(&mut self, artifacts: &[ArtifactUid]) -> Result<Vec<ArtifactRuns>, PersistenceError> {
        let runs = |edges: &Edges, artifact| edges.of_artifact(artifact).collect();
        self.read(|state| {
            let entries = artifacts.iter().map(|artifact| ArtifactRuns {
                artifact: *artifact,
                made_by: runs(&state.outputs, *artifact),
                read_by: runs(&state.inputs, *artifact),
            });
            Ok(entries.collect())
        })
    }
}

fn require_nodes(state: &State, run: &RunUid, artifacts: &[ArtifactUid]) -> Result<(), PersistenceError> {
    state.require_run(run)?;
    artifacts.iter().try_for_each(|artifact| state.require_artifact(artifact))
}

fn require_acyclic(
    run: RunUid,
    artifacts: &[ArtifactUid],
    beyond: &BTreeSet<ArtifactUid>,
) -> Result<(), PersistenceError> {
    match artifacts.iter().find(|artifact| beyond.contains(*artifact)) {
        Some(artifact) => Err(PersistenceError::LineageCycle { run, artifact: *artifact }),
        None => Ok(()),
    }
}

/// The artifacts that are reached from a run along its `near` edges, then from those along their `far` edges to other runs,
/// and so on: its ancestors by inputs and outputs, its descendants by outputs and inputs.
fn reachable(run: RunUid, near: &Edges, far: &Edges) -> BTreeSet<ArtifactUid> {
    let mut artifacts = BTreeSet::new();
    let mut seen = BTreeSet::from([run]);
    let mut waiting = vec![run];
    while let Some(run) = waiting.pop() {
        for (_, artifact) in near.of_run(run, None) {
            if artifacts.insert(artifact) {
                waiting.extend(far.of_artifact(artifact).filter(|next| seen.insert(*next)));
            }
        }
    }
    artifacts
}
