//! Cases: batches beyond every backend's limit of parameters, and empty ones.

use std::collections::BTreeSet;

use freehold_domain::{Artifact, ArtifactState, Family, Run, RunUid, Transform, User};
use freehold_ports::persistence::Entity;

use super::refusals::not_found;
use super::registry::{Registry, save};
use super::{Fresh, records};
use crate::case::{Failure, Outcome, cases, ensure, ensure_equal};

cases! { Fresh, "persistence::batches":
    thousands_of_artifacts_are_recorded_and_found,
    thousands_of_artifacts_are_found_by_what_they_are,
    thousands_of_artifacts_are_updated,
    thousands_of_edges_are_recorded,
    thousands_of_intents_are_recorded_and_removed,
    thousands_of_users_runs_and_transforms_are_recorded,
    one_bad_record_among_thousands_refuses_all,
    empty_batches_do_nothing,
}

/// So many records that their fields together are more than 65,535, the most parameters that a statement takes anywhere.
const MANY: u32 = 3_000;

const FIRST: u32 = 10_000;

async fn thousands_of_artifacts_are_recorded_and_found(fresh: &Fresh) -> Outcome {
    let (registry, families, artifacts) = with_many(fresh).await?;
    let mut stems: Vec<_> = families.iter().map(Family::stem).collect();
    let mut uids: Vec<_> = artifacts.iter().map(|artifact| artifact.uid).collect();
    let mut unit = registry.read().await?;
    let found = unit.artifacts().find_many(&uids).await?;
    ensure_same("the artifacts", &found, &artifacts)?;
    uids.reverse();
    let found = unit.artifacts().find_many(&uids).await?;
    ensure_same(
        "the artifacts, the other way round",
        &found,
        &artifacts.iter().rev().cloned().collect::<Vec<_>>(),
    )?;
    stems.reverse();
    let found = unit.families().find_many(&stems).await?;
    ensure_same(
        "the families, the other way round",
        &found,
        &families.iter().rev().cloned().collect::<Vec<_>>(),
    )?;
    unit.rollback().await?;
    Ok(())
}

async fn thousands_of_artifacts_are_found_by_what_they_are(fresh: &Fresh) -> Outcome {
    let (registry, families, artifacts) = with_many(fresh).await?;
    let stems: Vec<_> = families.iter().map(Family::stem).collect();
    let keys: Vec<_> = families.iter().map(|family| family.key.clone()).collect();
    let hashes: Vec<_> = artifacts.iter().map(|artifact| artifact.hash).collect();
    let blob_keys: Vec<_> = artifacts.iter().map(Artifact::blob_key).collect();
    let mut unit = registry.read().await?;
    let found = unit.families().find_by_keys(&keys).await?;
    let found: BTreeSet<_> = found.iter().map(Family::stem).collect();
    ensure_equal("how many families the keys find", &found.len(), &families.len())?;
    let found = unit.families().versions(&stems).await?;
    ensure_equal("how many versions there are", &found.len(), &artifacts.len())?;
    let found = unit.artifacts().find_first_by_hashes(&hashes).await?;
    ensure_same("the artifacts by hash", &found, &artifacts)?;
    let found = unit.artifacts().find_in_place(&registry.storage.uid(), &blob_keys).await?;
    let in_place = artifacts.iter().filter(|artifact| !artifact.placement.location.is_ingested());
    let mut in_place: Vec<_> = in_place.cloned().collect();
    in_place.sort_by_key(|artifact| artifact.uid);
    ensure_same("the artifacts in place", &found, &in_place)?;
    unit.rollback().await?;
    Ok(())
}

async fn thousands_of_artifacts_are_updated(fresh: &Fresh) -> Outcome {
    let (registry, families, mut artifacts) = with_many(fresh).await?;
    for artifact in &mut artifacts {
        artifact.state = ArtifactState::Trashed;
        artifact.description = Some(format!("trashed {}", artifact.uid));
        artifact.provenance.record_update(records::moment(7), Some(registry.run.uid()));
        artifact.is_latest = false;
    }
    let headless: Vec<_> = families
        .iter()
        .map(|family| {
            let (stem, key, origin) = (family.stem(), family.key.clone(), family.origin());
            Family::recorded(stem, key, origin, family.last_reserved(), None)
        })
        .collect();
    let mut unit = registry.write().await?;
    unit.artifacts().update_many(&artifacts).await?;
    unit.families().update_many(&headless).await?;
    unit.commit().await?;
    let uids: Vec<_> = artifacts.iter().map(|artifact| artifact.uid).collect();
    let mut unit = registry.read().await?;
    let found = unit.artifacts().find_many(&uids).await?;
    unit.rollback().await?;
    ensure_same("the updated artifacts", &found, &artifacts)
}

async fn thousands_of_edges_are_recorded(fresh: &Fresh) -> Outcome {
    let (registry, _, artifacts) = with_many(fresh).await?;
    let uids: Vec<_> = artifacts.iter().map(|artifact| artifact.uid).collect();
    let (maker, reader) = (registry.run.uid(), registry.another_run(2));
    let mut unit = registry.write().await?;
    unit.runs().insert_many(std::slice::from_ref(&reader)).await?;
    unit.lineage().add_outputs(&maker, &uids).await?;
    unit.lineage().add_inputs(&reader.uid(), &uids).await?;
    unit.commit().await?;
    let mut unit = registry.read().await?;
    let runs = unit.lineage().runs_of(&uids).await?;
    let upstream = unit.lineage().upstream_among(&reader.uid(), &uids).await?;
    unit.rollback().await?;
    ensure_equal("how many artifacts have runs", &runs.len(), &uids.len())?;
    for (runs, uid) in runs.iter().zip(&uids) {
        let (made_by, read_by): (&[RunUid], &[RunUid]) = (&[maker], &[reader.uid()]);
        ensure!(
            runs.artifact == *uid && runs.made_by == made_by && runs.read_by == read_by,
            "expected {uid} to be made by {maker} and read by {}, found {runs:?}",
            reader.uid()
        );
    }
    ensure_equal("how many are upstream of the reader", &upstream.len(), &uids.len())
}

async fn thousands_of_intents_are_recorded_and_removed(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let storage = registry.storage.uid();
    let intents: Vec<_> = numbers().map(|number| records::intent(number, 1, storage)).collect();
    let uids: Vec<_> = intents.iter().map(|intent| intent.uid).collect();
    let mut unit = registry.write().await?;
    unit.intents().insert_many(&intents).await?;
    unit.commit().await?;
    let listing = super::listing::Listing::Intents(Some(records::session_uid(1)));
    let mut unit = registry.write().await?;
    ensure_equal("how many are listed", &listing.walk(unit.as_mut(), 700).await?.len(), &uids.len())?;
    ensure_equal("how many are removed", &unit.intents().delete_many(&uids).await?, &u64::from(MANY))?;
    unit.commit().await?;
    let mut unit = registry.read().await?;
    ensure_equal("how many are left", &listing.walk(unit.as_mut(), 700).await?.len(), &0)?;
    unit.rollback().await?;
    Ok(())
}

async fn thousands_of_users_runs_and_transforms_are_recorded(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let users: Vec<User> = numbers().map(records::user).collect();
    let runs: Vec<Run> = numbers().map(|number| registry.another_run(number)).collect();
    let transforms: Vec<Transform> =
        numbers().map(|number| records::transform(number, 0, registry.user.uid)).collect::<Result<_, _>>()?;
    let mut unit = registry.write().await?;
    unit.users().insert_many(&users).await?;
    unit.transforms().insert_many(&transforms).await?;
    unit.runs().insert_many(&runs).await?;
    unit.commit().await?;
    let mut unit = registry.read().await?;
    let uids: Vec<_> = users.iter().map(|user| user.uid).collect();
    ensure_same("the users", &unit.users().find_many(&uids).await?, &users)?;
    let uids: Vec<_> = transforms.iter().map(|transform| transform.uid).collect();
    ensure_same("the transforms", &unit.transforms().find_many(&uids).await?, &transforms)?;
    let uids: Vec<_> = runs.iter().map(Run::uid).collect();
    ensure_same("the runs", &unit.runs().find_many(&uids).await?, &runs)?;
    unit.rollback().await?;
    Ok(())
}

async fn one_bad_record_among_thousands_refuses_all(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let (families, mut artifacts) = make_many(&registry)?;
    let nowhere = records::storage_uid(records::ABSENT);
    if let Some(last) = artifacts.last_mut() {
        last.placement.storage = nowhere;
    }
    let mut unit = registry.write().await?;
    unit.families().insert_many(&families).await?;
    not_found(unit.artifacts().insert_many(&artifacts).await, Entity::Storage, nowhere.as_str())?;
    unit.rollback().await?;
    let stems: Vec<_> = families.iter().map(Family::stem).collect();
    let mut unit = registry.read().await?;
    ensure_same("what was kept", &unit.families().find_many(&stems).await?, &[])?;
    unit.rollback().await?;
    Ok(())
}

async fn empty_batches_do_nothing(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let mut unit = registry.write().await?;
    unit.users().insert_many(&[]).await?;
    unit.transforms().insert_many(&[]).await?;
    unit.runs().insert_many(&[]).await?;
    unit.families().insert_many(&[]).await?;
    unit.families().update_many(&[]).await?;
    unit.artifacts().insert_many(&[]).await?;
    unit.artifacts().update_many(&[]).await?;
    unit.intents().insert_many(&[]).await?;
    ensure_equal("families deleted", &unit.families().delete_unused(&[]).await?, &0)?;
    ensure_same("locations of no root", &unit.storages().find_by_roots(&[]).await?, &[])?;
    ensure_same("families of no key", &unit.families().find_by_keys(&[]).await?, &[])?;
    unit.commit().await?;
    let mut unit = registry.read().await?;
    let artifacts = super::listing::every_artifact();
    let listing =
        super::listing::Listing::Artifacts(artifacts, freehold_ports::persistence::ArtifactOrder::Key);
    listing.ensure_gives(unit.as_mut(), &[]).await?;
    unit.rollback().await?;
    Ok(())
}

fn numbers() -> impl Iterator<Item = u32> {
    FIRST..FIRST + MANY
}

/// Families of one version; every other one lies in place and remembers a previous run.
fn make_many(registry: &Registry) -> Result<(Vec<Family>, Vec<Artifact>), Failure> {
    let (mut families, mut artifacts) = (Vec::new(), Vec::new());
    for number in numbers() {
        let key = format!("many/{number}.csv");
        let (family, mut artifact) = registry.artifact(number, &key)?;
        if number % 2 == 1 {
            artifact.placement = records::in_place(registry.storage.uid(), &key)?;
            let (at, user) = (artifact.provenance.created_at(), registry.user.uid);
            let previous = vec![registry.run.uid()];
            artifact.provenance = freehold_domain::Provenance::recorded(at, user, None, at, previous);
        }
        families.push(family);
        artifacts.push(artifact);
    }
    Ok((families, artifacts))
}

async fn with_many(fresh: &Fresh) -> Result<(Registry, Vec<Family>, Vec<Artifact>), Failure> {
    let registry = Registry::create(fresh).await?;
    let (mut families, mut artifacts) = make_many(&registry)?;
    let mut unit = registry.write().await?;
    save(unit.as_mut(), &mut families, &mut artifacts).await?;
    unit.commit().await?;
    Ok((registry, families, artifacts))
}

/// As `ensure_equal`, but names only the first difference.
#[track_caller]
fn ensure_same<T: PartialEq + std::fmt::Debug>(what: &str, found: &[T], expected: &[T]) -> Outcome {
    ensure_equal(&format!("{what}, their number"), &found.len(), &expected.len())?;
    match found.iter().zip(expected).find(|(found, expected)| found != expected) {
        Some((found, expected)) => ensure_equal(what, found, expected),
        None => Ok(()),
    }
}
