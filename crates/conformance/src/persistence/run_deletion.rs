//! Cases: a run can be removed while nothing descends from it.

use freehold_domain::{Artifact, Provenance};
use freehold_ports::persistence::Entity;

use super::refusals::in_use;
use super::registry::{Registry, save};
use super::{Fresh, records};
use crate::case::{Failure, Outcome, cases, ensure, ensure_equal};

cases! { Fresh, "persistence::runs":
    a_delete_says_whether_there_was_a_run,
    a_delete_takes_the_input_edges_along,
    a_run_with_outputs_is_not_deleted,
    a_run_that_made_an_artifact_record_is_not_deleted,
    a_run_that_an_artifact_remembers_is_not_deleted,
    a_run_that_made_a_location_record_is_not_deleted,
    a_run_that_a_location_remembers_is_not_deleted,
    a_run_that_initiated_another_is_not_deleted,
}

async fn a_delete_says_whether_there_was_a_run(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let uid = registry.run.uid();
    let mut unit = registry.write().await?;
    ensure_equal("the first delete", &unit.runs().delete(&uid).await?, &true)?;
    ensure_equal("the second delete", &unit.runs().delete(&uid).await?, &false)?;
    unit.commit().await?;
    let mut unit = registry.read().await?;
    let found = unit.runs().find_many(&[uid]).await?;
    unit.rollback().await?;
    ensure_equal("what is left", &found, &Vec::new())
}

async fn a_delete_takes_the_input_edges_along(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let artifact = registry.save(2, "a.csv").await?;
    let (gone, kept) = (registry.run.uid(), registry.another_run(3));
    let mut unit = registry.write().await?;
    unit.runs().insert_many(std::slice::from_ref(&kept)).await?;
    unit.lineage().add_inputs(&gone, &[artifact.uid]).await?;
    unit.lineage().add_inputs(&kept.uid(), &[artifact.uid]).await?;
    ensure!(unit.runs().delete(&gone).await?, "expected a run that only read to be deleted");
    unit.commit().await?;
    let mut unit = registry.read().await?;
    let runs = unit.lineage().runs_of(&[artifact.uid]).await?;
    unit.rollback().await?;
    let readers: Vec<_> = runs.into_iter().flat_map(|runs| runs.read_by).collect();
    ensure_equal("who read the artifact", &readers, &vec![kept.uid()])
}

async fn a_run_with_outputs_is_not_deleted(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let artifact = registry.save(2, "a.csv").await?;
    let mut unit = registry.write().await?;
    unit.lineage().add_outputs(&registry.run.uid(), &[artifact.uid]).await?;
    unit.commit().await?;
    ensure_kept(&registry, Entity::Artifact).await
}

async fn a_run_that_made_an_artifact_record_is_not_deleted(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    save_artifact(&registry, registry.made_under(&registry.run)).await?;
    ensure_kept(&registry, Entity::Artifact).await
}

async fn a_run_that_an_artifact_remembers_is_not_deleted(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    save_artifact(&registry, remembering(&registry)).await?;
    ensure_kept(&registry, Entity::Artifact).await
}

async fn a_run_that_made_a_location_record_is_not_deleted(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    save_storage(&registry, registry.made_under(&registry.run)).await?;
    ensure_kept(&registry, Entity::Storage).await
}

async fn a_run_that_a_location_remembers_is_not_deleted(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    save_storage(&registry, remembering(&registry)).await?;
    ensure_kept(&registry, Entity::Storage).await
}

async fn a_run_that_initiated_another_is_not_deleted(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let initiated = records::initiated(registry.another_run(2), registry.run.uid());
    let mut unit = registry.write().await?;
    unit.runs().insert_many(&[initiated]).await?;
    unit.commit().await?;
    ensure_kept(&registry, Entity::Run).await
}

/// A provenance that names the registry's run only among the previous ones.
fn remembering(registry: &Registry) -> Provenance {
    let at = records::moment(5);
    Provenance::recorded(at, registry.user.uid, None, at, vec![registry.run.uid()])
}

async fn save_artifact(registry: &Registry, provenance: Provenance) -> Result<(), Failure> {
    let (family, artifact) = registry.artifact(2, "a.csv")?;
    let mut unit = registry.write().await?;
    save(unit.as_mut(), &mut [family], &mut [Artifact { provenance, ..artifact }]).await?;
    Ok(unit.commit().await?)
}

async fn save_storage(registry: &Registry, provenance: Provenance) -> Result<(), Failure> {
    let mut storage = registry.another_storage(2)?;
    storage.provenance = provenance;
    let mut unit = registry.write().await?;
    unit.storages().insert(&storage).await?;
    Ok(unit.commit().await?)
}

async fn ensure_kept(registry: &Registry, user: Entity) -> Outcome {
    let uid = registry.run.uid();
    let mut unit = registry.write().await?;
    in_use(unit.runs().delete(&uid).await, Entity::Run, uid.as_str(), user)?;
    unit.rollback().await?;
    let mut unit = registry.read().await?;
    let found = unit.runs().find_many(&[uid]).await?;
    unit.rollback().await?;
    ensure_equal("how many runs have the uid", &found.len(), &1)
}
