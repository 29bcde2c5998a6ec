//! The contract of the liveness port, on a Postgres server.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use freehold_conformance::system::{self, Fresh};
use freehold_memory::{CountingUids, FixedClock, MemoryFiles, MemoryInstanceDirectory};
use freehold_sea_orm::PostgresLiveness;
use freehold_test_servers::postgres::PostgresServer;
use libtest_mimic::{Arguments, Failed, Trial};

/// Sessions on a database of their own, and in memory whatever else the suite of the system ports asks for.
struct PostgresSessions;

#[async_trait]
impl system::Fixture for PostgresSessions {
    #[allow(clippy::expect_used)]
    async fn fresh(&self) -> Fresh {
        let server = PostgresServer::of_test_run().expect("a Postgres server");
        let database = server.fresh_database().expect("a fresh database");
        let (directory, files) = (MemoryInstanceDirectory::new(), MemoryFiles::new());
        let disk = files.clone();
        Fresh {
            clock: Arc::new(FixedClock::new()),
            uids: Arc::new(CountingUids::default()),
            liveness: Arc::new(PostgresLiveness),
            database: database.url().parse().expect("the URL of a database"),
            directory: Arc::new(directory.clone()),
            same_directory: Arc::new(directory),
            files: Arc::new(files),
            folder: PathBuf::from("/memory"),
            put_file: Box::new(move |path: &Path, bytes: &[u8]| disk.put(path, bytes.to_vec())),
            keep: Box::new(database),
        }
    }
}

fn main() {
    let of_liveness = system::case_names().filter(|name| name.starts_with("system::liveness::"));
    let trial = |name: &'static str| {
        Trial::test(name, move || system::run_case(PostgresSessions, name).map_err(Failed::from))
    };
    libtest_mimic::run(&Arguments::from_args(), of_liveness.map(trial).collect()).exit();
}
