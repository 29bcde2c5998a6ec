//! The contract of the persistence ports, on SQLite files.

use std::sync::Arc;

use async_trait::async_trait;
use freehold_conformance::persistence::{self, Fresh};
use freehold_domain::DatabaseUrl;
use freehold_sea_orm::SeaOrmDatabases;

/// A file in a temporary folder for each case.
struct SqliteFile;

#[async_trait]
impl persistence::Fixture for SqliteFile {
    #[allow(clippy::expect_used)]
    async fn fresh(&self) -> Fresh {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = DatabaseUrl::sqlite(&folder.path().join("registry.db")).expect("an absolute path");
        Fresh { databases: Arc::new(SeaOrmDatabases::new()), url, keep: Box::new(folder) }
    }
}

fn main() {
    persistence::main(SqliteFile);
}
