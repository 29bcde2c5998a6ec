//! A project of one's own that brings another backend for blobs, and has the conformance suite say whether it
//! holds the contract.
//!
//! The backend is a map in memory. In a real project it would be a tape library or a content network; the fixture
//! and `main` would look the same.

mod map_store;
mod map_stores;

use std::sync::Arc;

use async_trait::async_trait;
use freehold::domain::StorageRoot;
use freehold_conformance::blobs::{self, Fresh};

use map_stores::MapStores;

struct Fixture;

#[async_trait]
impl blobs::Fixture for Fixture {
    async fn fresh(&self) -> Fresh {
        Fresh {
            stores: Arc::new(MapStores::default()),
            root: bucket("s3://tapes/first"),
            other_root: bucket("s3://tapes/second"),
            keep: Box::new(()),
        }
    }
}

#[expect(clippy::expect_used, reason = "the roots are written above")]
fn bucket(root: &str) -> StorageRoot {
    StorageRoot::from_canonical(root).expect("a root in its normal form")
}

fn main() {
    blobs::main(Fixture);
}
