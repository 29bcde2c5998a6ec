//! The contract of the cache port, in a folder.
#![allow(clippy::expect_used)]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use freehold_conformance::cache::{self, Fresh, LIMIT};
use freehold_system::FolderCache;

struct AFolder;

#[async_trait]
impl cache::Fixture for AFolder {
    async fn fresh(&self) -> Fresh {
        let keep = tempfile::tempdir().expect("a temporary folder can be made");
        let folder = keep.path().join("not/made/yet");
        Fresh {
            cache: Arc::new(FolderCache::new(&folder, LIMIT)),
            same_cache: Arc::new(FolderCache::new(&folder, LIMIT)),
            off: Arc::new(FolderCache::new(&folder, 0)),
            read_file: Box::new(|path| fs::read(path).ok().map(Bytes::from)),
            damage_file: Box::new(damage),
            keep: Box::new(keep),
        }
    }
}

fn damage(path: &Path, bytes: &[u8]) {
    fs::set_permissions(path, Permissions::from_mode(0o600)).expect("the file is ours");
    fs::write(path, bytes).expect("the file is there");
}

fn main() {
    cache::main(AFolder);
}
