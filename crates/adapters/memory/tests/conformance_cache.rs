//! The cache in memory holds the contract of the cache port.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use freehold_conformance::cache::{self, Fresh, LIMIT};
use freehold_memory::{MemoryContentCache, MemoryFiles};

struct Fixture;

#[async_trait]
impl cache::Fixture for Fixture {
    async fn fresh(&self) -> Fresh {
        let files = MemoryFiles::new();
        let cache = MemoryContentCache::new(&files, LIMIT);
        let disk = files.clone();
        Fresh {
            same_cache: Arc::new(cache.clone()),
            off: Arc::new(cache.with_limit(0)),
            cache: Arc::new(cache),
            read_file: Box::new(move |path: &Path| files.content(path)),
            damage_file: Box::new(move |path: &Path, bytes: &[u8]| disk.put(path, bytes.to_vec())),
            keep: Box::new(()),
        }
    }
}

fn main() {
    cache::main(Fixture);
}
