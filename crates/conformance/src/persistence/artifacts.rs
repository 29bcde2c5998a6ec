//! Cases: artifacts are added and found.

use freehold_domain::{Artifact, ArtifactState, ArtifactUid, Family, Placement, Provenance};
use freehold_ports::persistence::Entity;

use super::refusals::{already_exists, not_found};
use super::registry::{Registry, save};
use super::{Fresh, records};
use crate::case::{Failure, Outcome, cases, ensure_equal, present};

cases! { Fresh, "persistence::artifacts":
    a_uid_is_recorded_once,
    a_uid_is_recorded_once_within_a_batch,
    the_family_must_be_recorded,
    what_an_artifact_refers_to_must_be_recorded,
    key_and_head_are_read_from_the_family,
    found_artifacts_come_in_the_order_asked_for,
    artifacts_are_found_in_every_state,
    a_uid_prefix_finds_at_most_the_limit_in_order,
    a_hash_finds_the_artifact_that_was_recorded_first,
    a_hash_finds_only_what_is_available,
    hashes_find_artifacts_in_the_order_of_the_hashes,
    a_key_in_place_finds_what_is_recorded_there,
}

async fn a_uid_is_recorded_once(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let artifact = registry.save(2, "a.csv").await?;
    let again = Artifact { hash: records::hash(77), ..artifact.clone() };
    let mut unit = registry.write().await?;
    already_exists(unit.artifacts().insert_many(&[again]).await, Entity::Artifact, artifact.uid.as_str())?;
    unit.rollback().await?;
    Ok(())
}

async fn a_uid_is_recorded_once_within_a_batch(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let (mut family, artifact) = registry.artifact(2, "a.csv")?;
    let batch = [artifact.clone(), registry.next_version(&mut family, 3)?, artifact.clone()];
    let mut unit = registry.write().await?;
    unit.families().insert_many(&[family]).await?;
    already_exists(unit.artifacts().insert_many(&batch).await, Entity::Artifact, artifact.uid.as_str())?;
    unit.rollback().await?;
    Ok(())
}

async fn the_family_must_be_recorded(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let (family, artifact) = registry.artifact(2, "a.csv")?;
    let mut unit = registry.write().await?;
    not_found(unit.artifacts().insert_many(&[artifact]).await, Entity::Family, family.stem().as_str())?;
    unit.rollback().await?;
    Ok(())
}

async fn what_an_artifact_refers_to_must_be_recorded(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let (mut family, artifact) = registry.artifact(2, "a.csv")?;
    let good = registry.next_version(&mut family, 3)?;
    let mut unit = registry.write().await?;
    unit.families().insert_many(&[family]).await?;
    unit.commit().await?;

    let nowhere = records::storage_uid(records::ABSENT);
    let (nobody, no_run) = (records::user_uid(records::ABSENT), records::run_uid(records::ABSENT));
    let (user, run, at) = (registry.user.uid, registry.run.uid(), records::moment(1));
    let lost = Placement { storage: nowhere, ..artifact.placement.clone() };
    let made = |provenance| Artifact { provenance, ..artifact.clone() };
    let unrecorded = [
        (Artifact { placement: lost.clone(), ..artifact.clone() }, Entity::Storage, nowhere.to_string()),
        (Artifact { copied_from: Some(lost), ..artifact.clone() }, Entity::Storage, nowhere.to_string()),
        (made(Provenance::created(at, nobody, None)), Entity::User, nobody.to_string()),
        (made(Provenance::created(at, user, Some(no_run))), Entity::Run, no_run.to_string()),
        (made(Provenance::recorded(at, user, Some(run), at, vec![no_run])), Entity::Run, no_run.to_string()),
    ];
    for (artifact, entity, id) in unrecorded {
        let mut unit = registry.write().await?;
        not_found(unit.artifacts().insert_many(&[good.clone(), artifact]).await, entity, &id)?;
        unit.rollback().await?;
    }
    Ok(())
}

async fn key_and_head_are_read_from_the_family(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let (mut family, first) = registry.artifact(2, "a.csv")?;
    let second = registry.next_version(&mut family, 3)?;
    let wrong = |artifact: &Artifact, is_latest| {
        Ok::<_, Failure>(Artifact { key: records::key("wrong.csv")?, is_latest, ..artifact.clone() })
    };
    let mut unit = registry.write().await?;
    unit.families().insert_many(std::slice::from_ref(&family)).await?;
    unit.artifacts().insert_many(&[wrong(&first, true)?, wrong(&second, true)?]).await?;
    unit.commit().await?;
    ensure_keys_and_heads(&registry, "a.csv", [false, false]).await?;

    let (stem, origin, reserved) = (family.stem(), family.origin(), family.last_reserved());
    for (head, expected) in [(&first, [true, false]), (&second, [false, true])] {
        let family = Family::recorded(stem, records::key("b.csv")?, origin, reserved, Some(head.version()));
        let mut unit = registry.write().await?;
        unit.families().update_many(&[family]).await?;
        unit.artifacts().update_many(&[wrong(&first, true)?, wrong(&second, true)?]).await?;
        unit.commit().await?;
        ensure_keys_and_heads(&registry, "b.csv", expected).await?;
    }
    Ok(())
}

async fn ensure_keys_and_heads(registry: &Registry, key: &str, heads: [bool; 2]) -> Outcome {
    for (version, is_latest) in (0..).zip(heads) {
        let found = registry.artifact_as_read(records::artifact_uid(2, version)).await?;
        let found = present("the artifact", found)?;
        ensure_equal("the key of the family", found.key.as_str(), key)?;
        ensure_equal(&format!("whether version {version} is the head"), &found.is_latest, &is_latest)?;
    }
    Ok(())
}

async fn found_artifacts_come_in_the_order_asked_for(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    for number in [5, 2, 4, 3] {
        registry.save(number, &format!("{number}.csv")).await?;
    }
    let asked = [4, records::ABSENT, 5, 3, 5].map(|number| records::artifact_uid(number, 0));
    let mut unit = registry.read().await?;
    let found = unit.artifacts().find_many(&asked).await?;
    let nothing = unit.artifacts().find_many(&[]).await?;
    unit.rollback().await?;
    let expected = [4, 5, 3, 5].map(|number| records::artifact_uid(number, 0)).to_vec();
    ensure_equal("artifacts, one as often as it was asked for", &uids(&found), &expected)?;
    ensure_equal("the artifacts of no uid", &nothing, &Vec::new())
}

async fn artifacts_are_found_in_every_state(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let (families, artifacts) = one_in_each_state(&registry).await?;
    drop(families);
    let asked = uids(&artifacts);
    let mut unit = registry.read().await?;
    let found = unit.artifacts().find_many(&asked).await?;
    unit.rollback().await?;
    ensure_equal("the artifacts in their states", &found, &artifacts)
}

async fn a_uid_prefix_finds_at_most_the_limit_in_order(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let stems =
        ["abcdZ00000000000", "abcd000000000000", "abcdz00000000000", "abcDz00000000000", "zzzzzzzzzzzzzzzz"];
    let (mut families, mut artifacts) = (Vec::new(), Vec::new());
    for (number, stem) in (10..).zip(stems) {
        let key = format!("{number}.csv").parse()?;
        let mut family = Family::new(stem.parse()?, key, registry.instance.uid());
        artifacts.push(registry.next_version(&mut family, number)?);
        artifacts.push(registry.next_version(&mut family, number + 10)?);
        families.push(family);
    }
    // One of them is a tombstone: a prefix finds it all the same.
    artifacts[2].state = ArtifactState::Purged;
    let mut unit = registry.write().await?;
    save(unit.as_mut(), &mut families, &mut artifacts).await?;
    unit.commit().await?;
    let asked: [(&str, u32, &[usize]); 6] = [
        ("abcd", 10, &[2, 3, 0, 1, 4, 5]),
        ("abcd", 3, &[2, 3, 0]),
        ("abcd0000000000000001", 10, &[3]),
        ("abcdz", 10, &[4, 5]),
        ("zzzz", 10, &[8, 9]),
        ("none", 10, &[]),
    ];
    let mut unit = registry.read().await?;
    for (prefix, limit, expected) in asked {
        let found = unit.artifacts().find_by_uid_prefix(&prefix.parse()?, limit).await?;
        let expected: Vec<_> = expected.iter().map(|index| artifacts[*index].clone()).collect();
        ensure_equal(&format!("at most {limit} that begin with {prefix}"), &uids(&found), &uids(&expected))?;
    }
    unit.rollback().await?;
    Ok(())
}

async fn a_hash_finds_the_artifact_that_was_recorded_first(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    // The uids and keys are in the other order than the times of recording.
    for (number, key) in [(9, "z.csv"), (5, "m.csv"), (2, "a.csv")] {
        save_with(&registry, number, key, 70, ArtifactState::Available).await?;
    }
    let mut unit = registry.read().await?;
    let found = unit.artifacts().find_first_by_hashes(&[records::hash(70)]).await?;
    unit.rollback().await?;
    ensure_equal("the first with the hash", &uids(&found), &vec![records::artifact_uid(9, 0)])
}

async fn a_hash_finds_only_what_is_available(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    save_with(&registry, 2, "a.csv", 70, ArtifactState::Purged).await?;
    save_with(&registry, 3, "b.csv", 70, ArtifactState::Trashed).await?;
    let mut unit = registry.read().await?;
    let found = unit.artifacts().find_first_by_hashes(&[records::hash(70)]).await?;
    unit.rollback().await?;
    ensure_equal("what is available with the hash", &uids(&found), &Vec::new())?;
    save_with(&registry, 4, "c.csv", 70, ArtifactState::Available).await?;
    let mut unit = registry.read().await?;
    let found = unit.artifacts().find_first_by_hashes(&[records::hash(70)]).await?;
    unit.rollback().await?;
    ensure_equal("what is available with the hash", &uids(&found), &vec![records::artifact_uid(4, 0)])
}

async fn hashes_find_artifacts_in_the_order_of_the_hashes(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    for (number, hash) in [(2, 72), (3, 71), (4, 73), (5, 71)] {
        save_with(&registry, number, &format!("{number}.csv"), hash, ArtifactState::Available).await?;
    }
    let asked = [73, records::ABSENT, 71, 72].map(records::hash);
    let mut unit = registry.read().await?;
    let found = unit.artifacts().find_first_by_hashes(&asked).await?;
    let nothing = unit.artifacts().find_first_by_hashes(&[]).await?;
    unit.rollback().await?;
    let expected = [4, 3, 2].map(|number| records::artifact_uid(number, 0)).to_vec();
    ensure_equal("the first of each hash", &uids(&found), &expected)?;
    ensure_equal("the first of no hash", &nothing, &Vec::new())
}

async fn a_key_in_place_finds_what_is_recorded_there(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let elsewhere = registry.another_storage(2)?;
    let (here, there) = (registry.storage.uid(), elsewhere.uid());
    let placements = [
        records::in_place(here, "raw/a.csv")?,
        records::in_place(there, "raw/a.csv")?,
        records::in_place(here, "raw/a.csv.gz")?,
        records::in_place(here, "raw/A.csv")?,
        records::in_place(here, "raw/a.csv")?,
        records::in_place(here, "raw")?,
    ];
    let (mut families, mut artifacts) = (Vec::new(), Vec::new());
    for (number, placement) in (10..).zip(placements) {
        let (family, mut artifact) = registry.artifact(number, &format!("{number}.csv"))?;
        artifact.placement = placement;
        families.push(family);
        artifacts.push(artifact);
    }
    artifacts[4].state = ArtifactState::Purged;
    let (family, mut copied) = registry.artifact(30, "copied.csv")?;
    copied.copied_from = Some(artifacts[0].placement.clone());
    families.push(family);
    artifacts.push(copied);
    let mut unit = registry.write().await?;
    unit.storages().insert(&elsewhere).await?;
    save(unit.as_mut(), &mut families, &mut artifacts).await?;
    unit.commit().await?;

    let keys = [artifacts[0].blob_key(), "absent".parse()?, artifacts[5].blob_key()];
    let mut expected = [0, 4, 5].map(|index: usize| artifacts[index].clone()).to_vec();
    expected.sort_by_key(|artifact| artifact.uid);
    let mut unit = registry.read().await?;
    let found = unit.artifacts().find_in_place(&here, &keys).await?;
    let nothing = unit.artifacts().find_in_place(&here, &[]).await?;
    unit.rollback().await?;
    ensure_equal("what is recorded at the keys", &found, &expected)?;
    ensure_equal("what is recorded at no key", &nothing, &Vec::new())
}

async fn one_in_each_state(registry: &Registry) -> Result<(Vec<Family>, Vec<Artifact>), Failure> {
    let (mut families, mut artifacts) = (Vec::new(), Vec::new());
    for (number, state) in (2..).zip(ArtifactState::ALL) {
        let (family, artifact) = registry.artifact(number, &format!("{number}.csv"))?;
        families.push(family);
        artifacts.push(Artifact { state, ..artifact });
    }
    let mut unit = registry.write().await?;
    save(unit.as_mut(), &mut families, &mut artifacts).await?;
    unit.commit().await?;
    Ok((families, artifacts))
}

/// Records an artifact with a hash that others may have, too.
async fn save_with(registry: &Registry, number: u32, key: &str, hash: u32, state: ArtifactState) -> Outcome {
    let (family, artifact) = registry.artifact(number, key)?;
    let artifact = Artifact { hash: records::hash(hash), state, ..artifact };
    let mut unit = registry.write().await?;
    save(unit.as_mut(), &mut [family], &mut [artifact]).await?;
    Ok(unit.commit().await?)
}

fn uids(artifacts: &[Artifact]) -> Vec<ArtifactUid> {
    artifacts.iter().map(|artifact| artifact.uid).collect()
}
