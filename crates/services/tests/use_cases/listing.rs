//! Listing artifacts: what is wanted, page by page.

use freehold_domain::ArtifactState;
use freehold_services::list_artifacts::{ListArtifacts, list_artifacts};
use freehold_services::{Category, Registry, UseCaseError};

use super::harness::{World, add, into, run_of, save, save_path, trash, under_new_run};

async fn keys(registry: &Registry, request: ListArtifacts) -> Vec<String> {
    let page = list_artifacts(registry, request).await.unwrap();
    page.items.iter().map(|artifact| artifact.key.to_string()).collect()
}

#[tokio::test]
async fn artifacts_are_listed_by_prefix_location_run_and_state() {
    let world = World::new();
    let lab = world.lab().await;
    let more = add(&lab, "/lab/more").await.storage.uid();
    for name in ["raw/a.csv", "raw/b.csv", "raw2/c.csv"] {
        world.file(&format!("/lab/data/{name}"), name);
        save_path(&lab, &format!("/lab/data/{name}")).await;
    }
    world.file("/home/ada/d.csv", "d");
    let run = under_new_run(&lab, "t").await;
    save(&run, into("d.csv", more.as_str())).await;
    trash(&lab, "raw/b.csv").await;

    let all = ListArtifacts::default;
    assert_eq!(keys(&lab, all()).await, ["d.csv", "raw/a.csv", "raw2/c.csv"]);
    assert_eq!(
        keys(&lab, ListArtifacts { prefix: Some("raw/".parse().unwrap()), ..all() }).await,
        ["raw/a.csv"]
    );
    assert_eq!(keys(&lab, ListArtifacts { storage: Some("/lab/more".to_owned()), ..all() }).await, ["d.csv"]);
    assert_eq!(keys(&lab, ListArtifacts { run: Some(run_of(&run).to_string()), ..all() }).await, ["d.csv"]);
    assert_eq!(
        keys(&lab, ListArtifacts { states: vec![ArtifactState::Trashed], ..all() }).await,
        ["raw/b.csv"]
    );
}

#[tokio::test]
async fn pages_follow_one_another_without_gap_or_repetition() {
    let world = World::new();
    let lab = world.lab().await;
    for number in 0..7 {
        world.file(&format!("/lab/data/{number}.csv"), &number.to_string());
        save_path(&lab, &format!("/lab/data/{number}.csv")).await;
    }
    let (mut listed, mut after) = (Vec::new(), None);
    loop {
        let page = list_artifacts(&lab, ListArtifacts { limit: 3, after, ..ListArtifacts::default() })
            .await
            .unwrap();
        listed.extend(page.items.iter().map(|artifact| artifact.key.to_string()));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(listed, (0..7).map(|number| format!("{number}.csv")).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_filter_that_names_nothing_is_not_found() {
    let world = World::new();
    let lab = world.lab().await;
    let storage = ListArtifacts { storage: Some("/nowhere".to_owned()), ..ListArtifacts::default() };
    let run = ListArtifacts { run: Some("zzzzzzzz".to_owned()), ..ListArtifacts::default() };
    for request in [storage, run] {
        let error = list_artifacts(&lab, request).await.unwrap_err();
        assert_eq!(error.category(), Category::NotFound);
        assert!(error.hint().is_some());
    }
}
