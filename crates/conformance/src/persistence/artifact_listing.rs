//! Cases: artifacts are listed by filter, in both orders.

use freehold_domain::{Artifact, ArtifactState, Family};
use freehold_ports::persistence::{ArtifactFilter, ArtifactOrder};

use super::listing::{Listing, every_artifact};
use super::registry::{Registry, save};
use super::{Fresh, records};
use crate::case::{Failure, Outcome, cases, ensure_equal};

cases! { Fresh, "persistence::artifact_listing":
    the_default_filter_gives_heads_that_are_available,
    all_versions_are_given_when_asked_for,
    keys_come_in_byte_order_and_then_uids,
    the_newest_come_in_the_order_of_recording,
    a_prefix_may_end_within_a_segment,
    a_prefix_is_case_sensitive,
    percent_and_underscore_in_a_prefix_are_literal,
    a_prefix_at_the_end_of_the_alphabet_finds_its_keys,
    an_empty_prefix_gives_everything,
    a_storage_location_filters,
    a_run_filters_by_what_it_made,
    states_filter,
    no_state_gives_nothing,
    filters_are_combined,
    records_are_given_whole,
}

async fn the_default_filter_gives_heads_that_are_available(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    with_versions(&registry).await?;
    ensure_listed(&registry, ArtifactFilter::default(), &[(2, 2), (3, 1)]).await
}

async fn all_versions_are_given_when_asked_for(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    with_versions(&registry).await?;
    let available = ArtifactFilter { all_versions: true, ..ArtifactFilter::default() };
    ensure_listed(&registry, available, &[(2, 0), (2, 1), (2, 2), (3, 1)]).await?;
    let every = [(2, 0), (2, 1), (2, 2), (3, 0), (3, 1), (3, 2), (4, 0)];
    ensure_listed(&registry, every_artifact(), &every).await
}

async fn keys_come_in_byte_order_and_then_uids(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let keys = ["b", "a/b", "a.b", "a", "B", "ä", "a b", "Z", "\u{1f9ec}", "\u{ff5e}", "a0"];
    let mut expected = save_keys(&registry, &keys).await?;
    expected.sort_unstable();
    let expected: Vec<_> = expected.into_iter().map(|(_, number)| (number, 0)).collect();
    ensure_listed(&registry, ArtifactFilter::default(), &expected).await?;

    // Transferred families may share one key; then the uid decides.
    let mut families: Vec<_> = (200..206)
        .map(|number| records::family(number, "zz/shared", records::instance_uid(number)))
        .collect::<Result<_, Failure>>()?;
    let mut artifacts: Vec<_> = (200..)
        .zip(&mut families)
        .map(|(number, family)| registry.next_version(family, number))
        .collect::<Result<_, Failure>>()?;
    let mut unit = registry.write().await?;
    save(unit.as_mut(), &mut families, &mut artifacts).await?;
    unit.commit().await?;
    let mut sharing: Vec<_> = (200..206).collect();
    sharing.sort_by_key(|number| records::artifact_uid(*number, 0));
    let sharing: Vec<_> = sharing.into_iter().map(|number| (number, 0)).collect();
    let filter = ArtifactFilter { prefix: Some("zz/".parse()?), ..ArtifactFilter::default() };
    ensure_listed(&registry, filter, &sharing).await
}

async fn the_newest_come_in_the_order_of_recording(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let saved = save_keys(&registry, &["m", "a", "z", "b", "y"]).await?;
    let mut expected: Vec<_> =
        saved.iter().map(|(_, number)| records::artifact_uid(*number, 0).to_string()).collect();
    expected.reverse();
    let mut unit = registry.read().await?;
    let newest = Listing::Artifacts(ArtifactFilter::default(), ArtifactOrder::Newest);
    newest.ensure_gives(unit.as_mut(), &expected).await?;
    unit.rollback().await?;
    Ok(())
}

async fn a_prefix_may_end_within_a_segment(fresh: &Fresh) -> Outcome {
    let keys = ["raw/plate1.csv", "raw/plate10.csv", "raw/plate2.csv", "raw", "rawer/x", "x/raw/plate1.csv"];
    let registry = Registry::create(fresh).await?;
    let saved = save_keys(&registry, &keys).await?;
    ensure_prefix(&registry, "raw/plate1", &["raw/plate1.csv", "raw/plate10.csv"], &saved).await?;
    ensure_prefix(&registry, "raw/", &["raw/plate1.csv", "raw/plate10.csv", "raw/plate2.csv"], &saved)
        .await?;
    let begins = ["raw", "raw/plate1.csv", "raw/plate10.csv", "raw/plate2.csv", "rawer/x"];
    ensure_prefix(&registry, "raw", &begins, &saved).await?;
    ensure_prefix(&registry, "raw/plate1.csv", &["raw/plate1.csv"], &saved).await?;
    ensure_prefix(&registry, "raw/plate3", &[], &saved).await
}

async fn a_prefix_is_case_sensitive(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let saved = save_keys(&registry, &["raw/a", "RAW/a", "Raw/a", "äa", "Äa"]).await?;
    ensure_prefix(&registry, "raw", &["raw/a"], &saved).await?;
    ensure_prefix(&registry, "RAW", &["RAW/a"], &saved).await?;
    ensure_prefix(&registry, "ä", &["äa"], &saved).await
}

async fn percent_and_underscore_in_a_prefix_are_literal(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let saved = save_keys(&registry, &["a_b", "axb", "a%b", "a%", "a*b", "a?b", "a[x]b", "_", "%"]).await?;
    ensure_prefix(&registry, "a_", &["a_b"], &saved).await?;
    ensure_prefix(&registry, "a%", &["a%", "a%b"], &saved).await?;
    ensure_prefix(&registry, "a*", &["a*b"], &saved).await?;
    ensure_prefix(&registry, "a?", &["a?b"], &saved).await?;
    ensure_prefix(&registry, "a[x]", &["a[x]b"], &saved).await?;
    ensure_prefix(&registry, "_", &["_"], &saved).await?;
    ensure_prefix(&registry, "%", &["%"], &saved).await
}

async fn a_prefix_at_the_end_of_the_alphabet_finds_its_keys(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let last = char::MAX;
    let keys =
        [format!("{last}"), format!("{last}a"), format!("{last}{last}b"), "\u{d7ff}x".into(), "z".into()];
    let keys: Vec<_> = keys.iter().map(String::as_str).collect();
    let saved = save_keys(&registry, &keys).await?;
    ensure_prefix(&registry, keys[0], &[keys[0], keys[1], keys[2]], &saved).await?;
    ensure_prefix(&registry, &format!("{last}{last}"), &[keys[2]], &saved).await?;
    ensure_prefix(&registry, "\u{d7ff}", &[keys[3]], &saved).await
}

async fn an_empty_prefix_gives_everything(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let saved = save_keys(&registry, &["b", "a", "\u{1f9ec}"]).await?;
    ensure_prefix(&registry, "", &["a", "b", "\u{1f9ec}"], &saved).await
}

async fn a_storage_location_filters(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let elsewhere = registry.another_storage(2)?;
    let (mut families, mut artifacts) = make(&registry, &["a", "b", "c", "d"])?;
    artifacts[1].placement.storage = elsewhere.uid();
    artifacts[2].placement = records::in_place(elsewhere.uid(), "x/c")?;
    // Where it was copied from is not where it is.
    artifacts[3].copied_from = Some(artifacts[2].placement.clone());
    let mut unit = registry.write().await?;
    unit.storages().insert(&elsewhere).await?;
    save(unit.as_mut(), &mut families, &mut artifacts).await?;
    unit.commit().await?;
    let at = |storage| ArtifactFilter { storage: Some(storage), ..ArtifactFilter::default() };
    ensure_listed(&registry, at(elsewhere.uid()), &[(101, 0), (102, 0)]).await?;
    ensure_listed(&registry, at(registry.storage.uid()), &[(100, 0), (103, 0)]).await?;
    ensure_listed(&registry, at(records::storage_uid(records::ABSENT)), &[]).await
}

async fn a_run_filters_by_what_it_made(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let other = registry.another_run(2);
    let (mut families, mut artifacts) = make(&registry, &["a", "b", "c", "d"])?;
    let mut unit = registry.write().await?;
    unit.runs().insert_many(std::slice::from_ref(&other)).await?;
    save(unit.as_mut(), &mut families, &mut artifacts).await?;
    let (made, by_both, read) = (artifacts[0].uid, artifacts[1].uid, artifacts[2].uid);
    unit.lineage().add_outputs(&registry.run.uid(), &[made, by_both]).await?;
    unit.lineage().add_inputs(&registry.run.uid(), &[read]).await?;
    unit.lineage().add_outputs(&other.uid(), &[by_both]).await?;
    unit.commit().await?;
    let by = |run| ArtifactFilter { run: Some(run), ..ArtifactFilter::default() };
    ensure_listed(&registry, by(registry.run.uid()), &[(100, 0), (101, 0)]).await?;
    ensure_listed(&registry, by(other.uid()), &[(101, 0)]).await?;
    ensure_listed(&registry, by(records::run_uid(records::ABSENT)), &[]).await
}

async fn states_filter(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    with_versions(&registry).await?;
    let of = |states: &[ArtifactState]| ArtifactFilter {
        states: states.to_vec(),
        all_versions: true,
        ..ArtifactFilter::default()
    };
    ensure_listed(&registry, of(&[ArtifactState::Trashed]), &[(3, 0)]).await?;
    ensure_listed(&registry, of(&[ArtifactState::Purged]), &[(3, 2), (4, 0)]).await?;
    let both = of(&[ArtifactState::Purged, ArtifactState::Trashed]);
    ensure_listed(&registry, both, &[(3, 0), (3, 2), (4, 0)]).await?;
    let heads = ArtifactFilter { all_versions: false, ..of(&[ArtifactState::Purged]) };
    ensure_listed(&registry, heads, &[(4, 0)]).await
}

async fn no_state_gives_nothing(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    with_versions(&registry).await?;
    let filter = ArtifactFilter { states: Vec::new(), all_versions: true, ..ArtifactFilter::default() };
    ensure_listed(&registry, filter, &[]).await
}

async fn filters_are_combined(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let elsewhere = registry.another_storage(2)?;
    let (mut families, mut artifacts) = make(&registry, &["a/1", "a/2", "a/3", "a/4", "b/5"])?;
    artifacts[1].placement.storage = elsewhere.uid();
    artifacts[3].state = ArtifactState::Trashed;
    let mut unit = registry.write().await?;
    unit.storages().insert(&elsewhere).await?;
    save(unit.as_mut(), &mut families, &mut artifacts).await?;
    let made: Vec<_> = [0, 1, 3, 4].map(|index: usize| artifacts[index].uid).to_vec();
    unit.lineage().add_outputs(&registry.run.uid(), &made).await?;
    unit.commit().await?;
    let filter = ArtifactFilter {
        prefix: Some("a/".parse()?),
        storage: Some(registry.storage.uid()),
        run: Some(registry.run.uid()),
        ..ArtifactFilter::default()
    };
    ensure_listed(&registry, filter.clone(), &[(100, 0)]).await?;
    let trashed = ArtifactFilter { states: vec![ArtifactState::Trashed], ..filter };
    ensure_listed(&registry, trashed, &[(103, 0)]).await
}

async fn records_are_given_whole(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let (mut families, mut artifacts) = make(&registry, &["a", "b"])?;
    artifacts[0].description = Some("first".to_owned());
    artifacts[0].provenance = registry.made_under(&registry.run);
    let mut unit = registry.write().await?;
    save(unit.as_mut(), &mut families, &mut artifacts).await?;
    unit.commit().await?;
    let page = freehold_ports::persistence::PageRequest::first(10);
    let mut unit = registry.read().await?;
    let filter = ArtifactFilter::default();
    let found = unit.artifacts().list(&filter, ArtifactOrder::Key, &page).await?.items;
    unit.rollback().await?;
    ensure_equal("the listed artifacts", &found, &artifacts)
}

/// Families 2, 3 and 4: all versions available; trashed, available and purged; purged.
async fn with_versions(registry: &Registry) -> Result<(), Failure> {
    use ArtifactState::{Available, Purged, Trashed};
    let states: [(u32, &[ArtifactState]); 3] =
        [(2, &[Available, Available, Available]), (3, &[Trashed, Available, Purged]), (4, &[Purged])];
    let (mut families, mut artifacts) = (Vec::new(), Vec::new());
    for (number, states) in states {
        let mut family = registry.family(number, &format!("{number}.csv"))?;
        for (version, state) in (0..).zip(states) {
            let artifact = registry.next_version(&mut family, number * 10 + version)?;
            artifacts.push(Artifact { state: *state, ..artifact });
        }
        families.push(family);
    }
    let mut unit = registry.write().await?;
    save(unit.as_mut(), &mut families, &mut artifacts).await?;
    Ok(unit.commit().await?)
}

/// One family and artifact for each key, numbered from 100, not yet recorded.
fn make(registry: &Registry, keys: &[&str]) -> Result<(Vec<Family>, Vec<Artifact>), Failure> {
    (100..).zip(keys).map(|(number, key)| registry.artifact(number, key)).collect()
}

/// Records one artifact for each key, one after the other, and gives the keys with their numbers.
async fn save_keys<'keys>(
    registry: &Registry,
    keys: &[&'keys str],
) -> Result<Vec<(&'keys str, u32)>, Failure> {
    let mut saved = Vec::new();
    for (number, key) in (100..).zip(keys) {
        registry.save(number, key).await?;
        saved.push((*key, number));
    }
    Ok(saved)
}

/// Ends the case unless the prefix finds these keys, given in byte order.
async fn ensure_prefix(
    registry: &Registry,
    prefix: &str,
    expected: &[&str],
    saved: &[(&str, u32)],
) -> Outcome {
    let number = |key: &&str| saved.iter().find(|(saved, _)| saved == key).map(|(_, number)| (*number, 0));
    let expected: Vec<_> = expected.iter().filter_map(number).collect();
    let filter = ArtifactFilter { prefix: Some(prefix.parse()?), ..ArtifactFilter::default() };
    ensure_listed(registry, filter, &expected).await
}

/// Ends the case unless the filter gives these (number, version) in the order of keys, and the same ones as the newest.
async fn ensure_listed(registry: &Registry, filter: ArtifactFilter, expected: &[(u32, u32)]) -> Outcome {
    let mut expected: Vec<_> = expected
        .iter()
        .map(|(number, version)| records::artifact_uid(*number, *version).to_string())
        .collect();
    let mut unit = registry.read().await?;
    let by_key = Listing::Artifacts(filter.clone(), ArtifactOrder::Key);
    by_key.ensure_gives(unit.as_mut(), &expected).await?;
    let newest = Listing::Artifacts(filter, ArtifactOrder::Newest);
    let mut found = newest.walk(unit.as_mut(), 2).await?;
    unit.rollback().await?;
    found.sort();
    expected.sort();
    ensure_equal(&format!("{newest:?}, sorted"), &found, &expected)
}
