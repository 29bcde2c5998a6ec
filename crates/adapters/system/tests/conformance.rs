//! The contract of the system ports, on this machine.
#![allow(clippy::expect_used)]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use freehold_conformance::system::{self, Fresh};
use freehold_domain::DatabaseUrl;
use freehold_system::{FileLiveness, MachineFiles, RandomUids, SettingsDirectory, SystemClock};

struct ThisMachine;

#[async_trait]
impl system::Fixture for ThisMachine {
    async fn fresh(&self) -> Fresh {
        let keep = tempfile::tempdir().expect("a temporary folder can be made");
        let ground = keep.path().canonicalize().expect("the folder exists");
        let folder = ground.join("folder");
        fs::create_dir(&folder).expect("a folder can be made");
        let settings = ground.join("settings");
        Fresh {
            clock: Arc::new(SystemClock),
            uids: Arc::new(RandomUids),
            liveness: Arc::new(FileLiveness),
            database: DatabaseUrl::sqlite(&ground.join("books.db")).expect("the path is absolute"),
            directory: Arc::new(SettingsDirectory::at(&settings)),
            same_directory: Arc::new(SettingsDirectory::at(&settings)),
            files: Arc::new(MachineFiles),
            folder,
            put_file: Box::new(put_file),
            keep: Box::new(keep),
        }
    }
}

fn put_file(path: &Path, content: &[u8]) {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).expect("a folder can be made");
    }
    fs::write(path, content).expect("a file can be written");
}

fn main() {
    system::main(ThisMachine);
}
