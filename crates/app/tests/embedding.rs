//! The tests of a project of one's own, `examples/embed_with_memory.rs`: all of Freehold is in memory, and nothing
//! of the project is changed for it.
#![allow(clippy::unwrap_used)]

#[allow(dead_code, reason = "its `main` is not for tests")]
#[path = "../examples/embed_with_memory.rs"]
mod project;

use std::path::Path;
use std::sync::Arc;

use freehold::domain::{RunStatus, StorageRoot};
use freehold::{Freehold, InitialiseInstance, Machine};
use freehold_memory::MemoryMachine;

use project::{archive, count_lines};

/// An instance in memory, and the machine to look at what has come of it.
async fn freehold_in_memory() -> (Freehold, MemoryMachine) {
    let memory = MemoryMachine::new();
    let machine = Machine::builder()
        .databases(Arc::new(memory.databases.clone()))
        .blob_stores(Arc::new(memory.stores.clone()))
        .files(Arc::new(memory.files.clone()))
        .clock(Arc::new(memory.clock.clone()))
        .uids(Arc::new(memory.uids.clone()))
        .liveness(Arc::new(memory.liveness.clone()))
        .directory(Arc::new(memory.directory.clone()))
        .build()
        .unwrap();
    let request = InitialiseInstance { storage: "/lab/data".to_owned(), ..InitialiseInstance::default() };
    (machine.init(request).await.unwrap().freehold, memory)
}

fn root() -> StorageRoot {
    StorageRoot::from_canonical("/lab/data").unwrap()
}

#[tokio::test]
async fn an_archived_folder_is_the_output_of_its_run() {
    let (freehold, memory) = freehold_in_memory().await;
    memory.files.put(Path::new("/reader/plate1.csv"), "a,b\n1,2\n");
    memory.files.put(Path::new("/reader/plate2.csv"), "a,b\n3,4\n");

    let archived = archive(&freehold, "plate-reader", "/reader").await.unwrap();

    assert_eq!(archived.fresh, ["reader/plate1.csv", "reader/plate2.csv"]);
    let run = freehold.run_details(archived.run.as_str()).await.unwrap();
    assert_eq!((run.run.status(), run.outputs.len()), (RunStatus::Completed, 2));
}

#[tokio::test]
async fn what_did_not_change_is_not_stored_again() {
    let (freehold, memory) = freehold_in_memory().await;
    memory.files.put(Path::new("/reader/plate1.csv"), "a,b\n1,2\n");
    archive(&freehold, "plate-reader", "/reader").await.unwrap();
    let stored = memory.stores.keys(&root());

    let again = archive(&freehold, "plate-reader", "/reader").await.unwrap();

    assert_eq!((again.fresh.len(), memory.stores.keys(&root())), (0, stored));
}

#[tokio::test]
async fn a_folder_that_is_missing_leaves_an_errored_run() {
    let (freehold, _memory) = freehold_in_memory().await;
    assert!(archive(&freehold, "plate-reader", "/nowhere").await.is_err());
    let runs = freehold.runs(freehold::ListRuns { limit: 10, ..Default::default() }).await.unwrap();
    assert_eq!(runs.items.iter().map(|run| run.run.status()).collect::<Vec<_>>(), [RunStatus::Errored]);
}

#[tokio::test]
async fn bytes_that_were_changed_in_the_archive_are_not_counted() {
    let (freehold, memory) = freehold_in_memory().await;
    memory.files.put(Path::new("/reader/plate1.csv"), "a,b\n1,2\n");
    archive(&freehold, "plate-reader", "/reader").await.unwrap();
    assert_eq!(count_lines(&freehold, "reader/plate1.csv").await.unwrap(), 2);

    let artifact = freehold.artifact("reader/plate1.csv").await.unwrap().artifact;
    memory.stores.tamper(&root(), &artifact.blob_key(), "a,b\n1,3\n");

    assert!(count_lines(&freehold, "reader/plate1.csv").await.is_err());
}
