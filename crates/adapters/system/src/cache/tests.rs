//! The folder of the cache: what it looks like, what others put there, and processes that die.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod folder;
mod ledger;
mod links;
mod processes;

use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use freehold_ports::blobs::FromBytes;

use super::*;

/// A cache that holds this many bytes, and the folder around it.
fn cache_of(limit: u64) -> (tempfile::TempDir, FolderCache) {
    let ground = tempfile::tempdir().unwrap();
    let cache = FolderCache::new(ground.path().join("cache"), limit);
    (ground, cache)
}

fn content(number: u8) -> Bytes {
    vec![number; 1_000].into()
}

fn hash_of(content: &[u8]) -> ContentHash {
    ContentHash::blake3(*blake3::hash(content).as_bytes())
}

async fn keep(cache: &FolderCache, content: &Bytes) -> Result<PathBuf, CacheError> {
    let body = FromBytes::boxed(content.clone());
    let kept = cache.keep(&hash_of(content), content.len() as u64, body).await?;
    Ok(kept.expect("the content is not too large").path)
}

async fn holds(cache: &FolderCache, content: &Bytes) -> bool {
    cache.find(&hash_of(content)).await.unwrap().is_some()
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn partials(cache: &FolderCache) -> Vec<String> {
    let folder = cache.layout.partial();
    if folder.exists() { names_in(&folder) } else { Vec::new() }
}
