//! The buckets in memory hold the contract of the blob ports.
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
        let stores = MemoryBlobStores::new();
        let root = |text| StorageRoot::from_canonical(text).unwrap();
        stores.set_region(&root("s3://memory-bucket"), "region-1");
        Fresh {
            stores: Arc::new(stores),
            root: root("s3://memory-bucket/first"),
            other_root: root("s3://memory-bucket/second"),
            keep: Box::new(()),
        }
    }
}

fn main() {
    blobs::main(Fixture);
}
