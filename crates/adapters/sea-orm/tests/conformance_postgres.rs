//! The contract of the persistence ports, on a Postgres server.

use std::sync::Arc;

use async_trait::async_trait;
use freehold_conformance::persistence::{self, Fresh};
use freehold_sea_orm::SeaOrmDatabases;
use freehold_test_servers::postgres::PostgresServer;

/// A database of its own for each case, on the server of the test run.
struct PostgresDatabase;

#[async_trait]
impl persistence::Fixture for PostgresDatabase {
    #[allow(clippy::expect_used)]
    async fn fresh(&self) -> Fresh {
        let server = PostgresServer::of_test_run().expect("a Postgres server");
        let database = server.fresh_database().expect("a fresh database");
        let url = database.url().parse().expect("the URL of a database");
        Fresh { databases: Arc::new(SeaOrmDatabases::new()), url, keep: Box::new(database) }
    }
}

fn main() {
    persistence::main(PostgresDatabase);
}
