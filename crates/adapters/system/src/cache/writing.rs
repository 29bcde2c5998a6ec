//! A content on its way into the cache.

use std::fs::File;
use std::io::{self, Seek, Write};
use std::path::Path;

use freehold_domain::ContentHash;
use freehold_ports::cache::{CacheError, CachedContent};
use tempfile::NamedTempFile;

use super::layout::Layout;
use super::ledger::Ledger;
use super::{Digest, at, content_file, eviction, folders, partial};

/// A content that is being written under a name that means nothing. Dropped before it is finished, it leaves nothing.
#[derive(Debug)]
pub(super) struct Writing {
    layout: Layout,
    digest: Digest,
    size: u64,
    limit: u64,
    file: NamedTempFile,
    hasher: Box<blake3::Hasher>,
    written: u64,
}

impl Writing {
    /// Begins to write a content of at most `size` bytes into a cache that holds at most `limit`.
    pub(super) fn begin(layout: Layout, digest: Digest, size: u64, limit: u64) -> Result<Self, CacheError> {
        folders::make_whole(layout.folder()).map_err(at(layout.folder()))?;
        let folder = layout.partial();
        let file = partial::begin(&folder).map_err(at(&folder))?;
        partial::remove_dead(&folder);
        let hasher = Box::new(blake3::Hasher::new());
        Ok(Self { layout, digest, size, limit, file, hasher, written: 0 })
    }

    pub(super) fn write(&mut self, block: &[u8]) -> Result<(), CacheError> {
        self.written += block.len() as u64;
        if self.written > self.size {
            let message = format!("it is longer than the {} bytes that were promised", self.size);
            return Err(CacheError::Body { source: io::Error::new(io::ErrorKind::InvalidData, message) });
        }
        self.hasher.update(block);
        self.file.write_all(block).map_err(at(self.file.path()))
    }

    /// Makes room, and gives the content its name.
    pub(super) fn finish(self) -> Result<CachedContent, CacheError> {
        let found = *self.hasher.finalize().as_bytes();
        if found != self.digest {
            let [expected, found] = [self.digest, found].map(ContentHash::blake3);
            return Err(CacheError::AnotherContent { expected, found });
        }
        let (shard, path) = self.layout.place(&self.digest);
        let mut file = self.publish(&shard, &path)?;
        file.rewind().map_err(at(&path))?;
        Ok(CachedContent { path, body: content_file::stream(file) })
    }

    fn publish(self, shard: &Path, path: &Path) -> Result<File, CacheError> {
        let Self { layout, limit, file, written, .. } = self;
        let (shards, ledger_path) = (layout.shards(), layout.ledger());
        let mut ledger = Ledger::lock(&ledger_path).map_err(at(&ledger_path))?;
        for folder in [shards.as_path(), shard] {
            folders::make_inner(folder).map_err(at(folder))?;
        }
        let replaced = content_file::size(path).map_err(at(path))?.unwrap_or_default();
        let room = limit.saturating_sub(written);
        let others = ledger.total().map_err(at(&ledger_path))?.map(|total| total.saturating_sub(replaced));
        let others = match others {
            Some(others) if others <= room => others,
            Some(_) | None => eviction::make_room(&layout, path, room)?,
        };
        ledger.set_total(others.saturating_add(written)).map_err(at(&ledger_path))?;
        content_file::seal(file.as_file()).map_err(at(path))?;
        file.persist(path).map_err(|error| at(path)(error.error))
    }
}
