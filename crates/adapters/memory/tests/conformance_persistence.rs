//! The registries in memory hold the contract of the persistence ports.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use async_trait::async_trait;
use freehold_conformance::persistence::{self, Fresh};
use freehold_memory::MemoryDatabases;

struct Fixture;

#[async_trait]
impl persistence::Fixture for Fixture {
    async fn fresh(&self) -> Fresh {
        Fresh {
            databases: Arc::new(MemoryDatabases::new()),
            url: "sqlite:///memory/books.db".parse().unwrap(),
            keep: Box::new(()),
        }
    }
}

fn main() {
    persistence::main(Fixture);
}
