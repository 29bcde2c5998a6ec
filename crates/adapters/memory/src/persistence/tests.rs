//! What the doubles do where the contract leaves it to the backend.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use freehold_domain::DatabaseUrl;
use freehold_ports::persistence::{AccessMode, Databases, Persistence, PersistenceError};

use super::MemoryDatabases;
use crate::builders;

fn url() -> DatabaseUrl {
    "sqlite:///memory/books.db".parse().unwrap()
}

async fn create(databases: &MemoryDatabases) -> Arc<dyn Persistence> {
    databases.create(&url()).await.unwrap()
}

#[tokio::test]
async fn a_registry_with_a_unit_of_work_under_way_is_not_destroyed() {
    let databases = MemoryDatabases::new();
    let registry = create(&databases).await;
    for mode in [AccessMode::Read, AccessMode::Write] {
        let unit = registry.begin(mode).await.unwrap();
        let refused = databases.destroy(&url()).await;
        assert!(matches!(refused, Err(PersistenceError::Conflict { .. })), "{mode:?}: {refused:?}");
        unit.rollback().await.unwrap();
    }
    assert!(databases.destroy(&url()).await.unwrap());
}

#[tokio::test]
async fn a_handle_on_a_destroyed_registry_does_not_reach_its_successor() {
    let databases = MemoryDatabases::new();
    let registry = create(&databases).await;
    databases.destroy(&url()).await.unwrap();
    create(&databases).await;
    let begun = registry.begin(AccessMode::Write).await;
    assert!(matches!(begun, Err(PersistenceError::Unavailable { .. })));
}

#[tokio::test]
async fn a_closed_handle_leaves_others_open() {
    let databases = MemoryDatabases::new();
    let (registry, other) = (create(&databases).await, create(&databases).await);
    registry.close().await.unwrap();
    assert!(matches!(registry.begin(AccessMode::Read).await, Err(PersistenceError::Unavailable { .. })));
    other.begin(AccessMode::Write).await.unwrap().rollback().await.unwrap();
}

#[tokio::test]
async fn clones_share_their_registries_and_two_doubles_do_not() {
    let databases = MemoryDatabases::new();
    create(&databases).await;
    assert!(databases.clone().open(&url(), AccessMode::Read).await.is_ok());
    let others = MemoryDatabases::new().open(&url(), AccessMode::Read).await;
    assert!(matches!(others, Err(PersistenceError::DatabaseMissing { .. })));
}

#[tokio::test]
async fn two_own_families_may_exchange_their_keys_at_once() {
    let lab = builders::instance("lab/primary").unwrap();
    let families = ["a.csv", "b.csv"].map(|key| builders::family(key, &lab).unwrap());
    let mut exchanged = families.clone();
    for (family, other) in exchanged.iter_mut().zip(families.iter().rev()) {
        family.key = other.key.clone();
    }
    let mut unit = create(&MemoryDatabases::new()).await.begin(AccessMode::Write).await.unwrap();
    unit.instance().insert(&lab).await.unwrap();
    unit.families().insert_many(&families).await.unwrap();
    unit.families().update_many(&exchanged).await.unwrap();
    let found = unit.families().find_by_keys(&["a.csv".parse().unwrap()]).await.unwrap();
    assert_eq!(found, exchanged[1..]);
}

#[tokio::test]
async fn records_of_the_builders_fit_together() {
    let (lab, ada) = (builders::instance("lab/primary").unwrap(), builders::user("ada"));
    let location = builders::storage_managed("/data/lab", &lab, &ada).unwrap();
    let transform = builders::transform("align.py", &ada).unwrap();
    let run = builders::run("first", &transform, &ada);
    let begun = builders::family("raw/plate1.csv", &lab).unwrap();
    let mut family = begun.clone();
    let artifact = builders::artifact(&mut family, &location, &ada).unwrap();

    let mut unit = create(&MemoryDatabases::new()).await.begin(AccessMode::Write).await.unwrap();
    unit.instance().insert(&lab).await.unwrap();
    unit.users().insert_many(std::slice::from_ref(&ada)).await.unwrap();
    unit.storages().insert(&location).await.unwrap();
    unit.transforms().insert_many(&[transform]).await.unwrap();
    unit.runs().insert_many(std::slice::from_ref(&run)).await.unwrap();
    unit.families().insert_many(&[begun]).await.unwrap();
    unit.artifacts().insert_many(std::slice::from_ref(&artifact)).await.unwrap();
    unit.families().update_many(&[family]).await.unwrap();
    unit.lineage().add_outputs(&run.uid(), &[artifact.uid]).await.unwrap();
    assert_eq!(unit.artifacts().find_many(&[artifact.uid]).await.unwrap(), [artifact]);
}
