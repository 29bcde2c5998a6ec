//! The versions of a key form one family with one head, whoever saves at once.

use std::collections::BTreeSet;

use freehold_domain::{ArtifactUid, Version};
use freehold_services::Category;
use freehold_services::list_artifacts::{ListArtifacts, list_artifacts};
use freehold_services::save_artifacts::{SaveOutcome, SavedArtifact};
use freehold_services::update_artifact::{ArtifactChanges, UpdateArtifactError, update_artifact};
use tokio::task::JoinSet;

use super::harness::faults::Faults;
use super::harness::{
    World, assert_error, bytes, keyed, records, save, save_path, transfer, trash, try_save,
};

fn renamed(key: &str) -> ArtifactChanges {
    ArtifactChanges { key: Some(key.parse().unwrap()), description: None }
}

/// Eight savers at once, each with a file of its own, or all with the same content, under one key.
async fn race(world: &World, same_content: bool) -> Vec<SavedArtifact> {
    let lab = world.lab().await;
    let mut tasks = JoinSet::new();
    for number in 0..8 {
        let path = format!("/home/ada/{number}.csv");
        world.file(&path, &if same_content { "same".to_owned() } else { number.to_string() });
        let lab = world.reopened(&lab).await;
        tasks.spawn(async move { save(&lab, keyed(&path, "results.csv")).await });
    }
    tasks.join_all().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn savers_of_one_key_at_once_make_one_family_with_one_head() {
    let world = World::new();
    let saved = race(&world, false).await;
    let stems: BTreeSet<_> = saved.iter().map(|saved| saved.artifact.uid.stem()).collect();
    let versions: BTreeSet<u32> = saved.iter().map(|saved| saved.artifact.version().number()).collect();
    assert_eq!((stems.len(), versions), (1, (0..8).collect()));
    let lab = world.lab().await;
    let heads = list_artifacts(&lab, ListArtifacts::default()).await.unwrap().items;
    assert_eq!(heads.len(), 1);
    assert_eq!(heads[0].version(), Version::from_number(7).unwrap());
    world.audit(&lab, "after the race").await;
    assert!(world.books(&lab).await.intents.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn savers_of_the_same_content_at_once_make_one_artifact() {
    let world = World::new();
    let saved = race(&world, true).await;
    let created = saved.iter().filter(|saved| saved.outcome == SaveOutcome::Created).count();
    let existing = saved.iter().filter(|saved| saved.outcome == SaveOutcome::Existing).count();
    let uids: BTreeSet<_> = saved.iter().map(|saved| saved.artifact.uid).collect();
    assert_eq!((created, existing, uids.len()), (1, 7, 1));
    let lab = world.lab().await;
    let books = world.books(&lab).await;
    assert_eq!((books.artifacts.len(), books.intents.len()), (1, 0));
    books.audit(&world.machine, &lab, "after the race");
}

#[tokio::test]
async fn new_content_is_the_next_version_and_the_same_content_is_not() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/home/ada/a.csv", "1");
    let first = save_path(&lab, "a.csv").await;
    let again = save_path(&lab, "a.csv").await;
    world.file("/home/ada/a.csv", "2");
    let second = save_path(&lab, "a.csv").await;
    let outcomes = [first.outcome, again.outcome, second.outcome];
    assert_eq!(outcomes, [SaveOutcome::Created, SaveOutcome::Existing, SaveOutcome::NewVersion]);
    assert_eq!(again.artifact.uid, first.artifact.uid);
    assert_eq!(
        second.artifact.uid,
        ArtifactUid::new(first.artifact.uid.stem(), Version::from_number(1).unwrap())
    );
    let all = ListArtifacts { all_versions: true, ..ListArtifacts::default() };
    let latest: Vec<_> =
        list_artifacts(&lab, all).await.unwrap().items.iter().map(|artifact| artifact.is_latest).collect();
    assert_eq!(latest, [false, true]);
    assert_eq!(bytes(&lab, "a.csv").await, "2");
    assert_eq!(bytes(&lab, first.artifact.uid.as_str()).await, "1");
}

#[tokio::test]
async fn the_same_content_under_another_key_is_kept_and_names_its_twin() {
    let world = World::new();
    let lab = world.lab().await;
    for name in ["a.csv", "b.csv"] {
        world.file(&format!("/home/ada/{name}"), "same");
    }
    let first = save_path(&lab, "a.csv").await;
    let twin = save_path(&lab, "b.csv").await;
    assert_eq!((twin.outcome, twin.duplicate_of), (SaveOutcome::Created, Some(first.artifact.uid)));
    let together = try_save(&lab, keyed("/home/ada/a.csv", "c.csv")).await.unwrap().0;
    assert_eq!(together[0].duplicate_of, Some(first.artifact.uid));
    assert_eq!(world.books(&lab).await.artifacts.len(), 3);
}

#[tokio::test]
async fn a_version_that_failed_is_never_given_out_again() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/home/ada/a.csv", "1");
    let first = save_path(&lab, "a.csv").await.artifact;
    world.file("/home/ada/a.csv", "2");
    world.faults.strike("flush", 1, super::harness::Fault::Broken);
    try_save(&lab, keyed("a.csv", "a.csv")).await.unwrap_err();
    let next = save_path(&lab, "a.csv").await.artifact;
    assert_eq!((first.version().number(), next.version().number()), (0, 2));
}

#[tokio::test]
async fn a_deleted_version_is_never_given_out_again() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/home/ada/a.csv", "1");
    save_path(&lab, "a.csv").await;
    super::harness::purge(&lab, "a.csv").await;
    assert_eq!(save_path(&lab, "a.csv").await.artifact.version().number(), 1);
}

#[tokio::test]
async fn a_new_key_is_for_every_version() {
    let world = World::new();
    let lab = world.lab().await;
    for content in ["1", "2"] {
        world.file("/home/ada/a.csv", content);
        save_path(&lab, "a.csv").await;
    }
    update_artifact(&lab, "a.csv", renamed("b.csv")).await.unwrap();
    assert!(world.books(&lab).await.artifacts.iter().all(|artifact| artifact.key.as_str() == "b.csv"));
    assert_eq!(save(&lab, keyed("a.csv", "b.csv")).await.outcome, SaveOutcome::Existing);
    assert_eq!(save_path(&lab, "a.csv").await.outcome, SaveOutcome::Created);
}

#[tokio::test]
async fn a_key_of_another_artifact_is_refused() {
    let world = World::new();
    let lab = world.lab().await;
    for name in ["a.csv", "b.csv"] {
        world.file(&format!("/home/ada/{name}"), name);
        save_path(&lab, name).await;
    }
    let taken = update_artifact(&lab, "a.csv", renamed("b.csv")).await.unwrap_err();
    assert!(matches!(taken, UpdateArtifactError::KeyTaken { .. }));
    assert_error(&taken, Category::Refused, "b.csv");
    let suffix = update_artifact(&lab, "a.csv", renamed("c.txt")).await.unwrap_err();
    assert_error(&suffix, Category::Invalid, ".csv");
    assert_eq!(bytes(&lab, "a.csv").await, "a.csv");
}

#[tokio::test]
async fn a_file_saved_while_its_key_changes_is_the_latest_version_of_its_family() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/home/ada/a.csv", "1");
    let first = save_path(&lab, "a.csv").await.artifact;
    world.file("/home/ada/a.csv", "2");
    let other = World { faults: Faults::default(), ..world.clone() }.lab().await;
    world.faults.meanwhile("flush", async move {
        update_artifact(&other, "a.csv", renamed("b.csv")).await.unwrap();
    });
    let second = save_path(&lab, "a.csv").await;
    assert_eq!((second.outcome, second.artifact.uid.stem()), (SaveOutcome::NewVersion, first.uid.stem()));
    assert_eq!((second.artifact.key.as_str(), second.artifact.is_latest), ("b.csv", true));
    assert_eq!(bytes(&lab, "b.csv").await, "2");
    world.audit(&lab, "renamed meanwhile").await;
}

#[tokio::test]
async fn a_transferred_family_is_not_numbered_here() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    world.file("/home/ada/a.csv", "1");
    let theirs = save_path(&lab, "a.csv").await.artifact;
    transfer(&analysis, &lab, &[]).await;
    world.file("/home/ada/a.csv", "2");
    let ours = save_path(&analysis, "/home/ada/a.csv").await;
    assert_eq!((ours.outcome, ours.beside_origin), (SaveOutcome::Created, Some(lab.instance().uid())));
    assert_ne!(ours.artifact.uid.stem(), theirs.uid.stem());
    assert_eq!(ours.artifact.version(), Version::FIRST);
    // The key resolves to the own family, and the other stays reachable.
    assert_eq!(bytes(&analysis, "a.csv").await, "2");
    assert_eq!(bytes(&analysis, theirs.uid.as_str()).await, "1");
    world.file("/home/ada/a.csv", "3");
    let next = save_path(&analysis, "/home/ada/a.csv").await;
    assert_eq!((next.outcome, next.beside_origin), (SaveOutcome::NewVersion, None));
}

#[tokio::test]
async fn only_the_origin_gives_a_family_another_key() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    world.file("/home/ada/a.csv", "1");
    save_path(&lab, "a.csv").await;
    transfer(&analysis, &lab, &[]).await;
    let error = update_artifact(&analysis, "a.csv", renamed("b.csv")).await.unwrap_err();
    assert!(
        matches!(&error, UpdateArtifactError::ForeignKey { origin, .. } if *origin == lab.instance().uid())
    );
    assert_error(&error, Category::Refused, lab.instance().uid().as_str());
    let described = ArtifactChanges { key: None, description: Some("our words".to_owned()) };
    assert_eq!(
        update_artifact(&analysis, "a.csv", described).await.unwrap().description.as_deref(),
        Some("our words")
    );
}

#[tokio::test]
async fn the_head_falls_back_to_the_greatest_version_that_is_left() {
    let world = World::new();
    let lab = world.lab().await;
    for content in ["1", "2", "3"] {
        world.file("/home/ada/a.csv", content);
        save_path(&lab, "a.csv").await;
    }
    assert_eq!(trash(&lab, "a.csv").await.version().number(), 2);
    assert_eq!(bytes(&lab, "a.csv").await, "2");
    super::harness::purge(&lab, "a.csv").await;
    assert_eq!(bytes(&lab, "a.csv").await, "1");
    world.audit(&lab, "after deletions").await;
}

#[tokio::test]
async fn a_key_that_has_used_all_its_versions_is_refused_and_nothing_is_stored() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/home/ada/a.csv", "1");
    save_path(&lab, "a.csv").await;
    let mut unit = records(&world, &lab)
        .await
        .unwrap()
        .begin(freehold_ports::persistence::AccessMode::Write)
        .await
        .unwrap();
    let mut family = unit.families().find_by_keys(&["a.csv".parse().unwrap()]).await.unwrap().remove(0);
    family.note_version(Version::LAST);
    unit.families().update_many(&[family]).await.unwrap();
    unit.commit().await.unwrap();
    world.file("/home/ada/a.csv", "2");
    let error = try_save(&lab, keyed("a.csv", "a.csv")).await.unwrap_err();
    assert_error(&error, Category::Refused, "a.csv");
    world.audit(&lab, "exhausted").await;
}
