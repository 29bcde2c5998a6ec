//! The storage locations in memory hold the contract of the blob ports.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use async_trait::async_trait;
use freehold_conformance::blobs::{self, Fresh};
use freehold_domain::StorageRoot;
use freehold_memory::MemoryBlobStores;

struct Fixture;

#[async_trait]
impl blobs::Fixture for Fixture {
    async fn fresh(&self) -> Fresh {
        Fresh {
            stores: Arc::new(MemoryBlobStores::new()),
            root: StorageRoot::from_canonical("/memory/first").unwrap(),
            other_root: StorageRoot::from_canonical("/memory/second").unwrap(),
            keep: Box::new(()),
        }
    }
}

fn main() {
    blobs::main(Fixture);
}
