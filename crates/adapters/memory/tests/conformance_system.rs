//! The clock, uids, liveness, settings and files in memory hold the contract of the system ports.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use freehold_conformance::system::{self, Fresh};
use freehold_memory::{CountingUids, FixedClock, MemoryFiles, MemoryInstanceDirectory, MemoryLiveness};

struct Fixture;

#[async_trait]
impl system::Fixture for Fixture {
    async fn fresh(&self) -> Fresh {
        let (directory, files, folder) =
            (MemoryInstanceDirectory::new(), MemoryFiles::new(), PathBuf::from("/memory/folder"));
        files.make_folder(&folder);
        let disk = files.clone();
        Fresh {
            clock: Arc::new(FixedClock::new()),
            uids: Arc::new(CountingUids::default()),
            liveness: Arc::new(MemoryLiveness::new()),
            database: "sqlite:///memory/books.db".parse().unwrap(),
            directory: Arc::new(directory.clone()),
            same_directory: Arc::new(directory),
            files: Arc::new(files),
            folder,
            put_file: Box::new(move |path: &Path, bytes: &[u8]| disk.put(path, bytes.to_vec())),
            keep: Box::new(()),
        }
    }
}

fn main() {
    system::main(Fixture);
}
