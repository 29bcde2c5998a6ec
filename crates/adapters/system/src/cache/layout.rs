//! Where things lie in the folder of the cache.

use std::fs::{self, DirEntry};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use freehold_domain::ContentHash;
use freehold_ports::cache::CacheError;

use super::{Digest, at, folders};

/// How many digits of its hash name the folder of a content.
const SHARD_DIGITS: usize = 2;

/// How many digits a hash has.
const DIGITS: usize = 64;

/// Where things lie: contents at `blake3/ab/<the whole hash>`, what is being written in `partial`, and the ledger in a file.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    folder: PathBuf,
}

/// A content that is kept.
#[derive(Debug, Clone)]
pub(super) struct KeptFile {
    pub(super) path: PathBuf,
    /// In bytes.
    pub(super) size: u64,
    /// When it was last used.
    pub(super) used: SystemTime,
}

impl Layout {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn partial(&self) -> PathBuf {
        self.folder.join("partial")
    }

    pub(super) fn ledger(&self) -> PathBuf {
        self.folder.join("freehold-cache.ledger")
    }

    pub(super) fn shards(&self) -> PathBuf {
        self.folder.join("blake3")
    }

    /// The folder of a content, and its file.
    pub(super) fn place(&self, digest: &Digest) -> (PathBuf, PathBuf) {
        let name = ContentHash::blake3(*digest).to_string();
        let shard = self.shards().join(name.get(..SHARD_DIGITS).unwrap_or_default());
        let file = shard.join(name);
        (shard, file)
    }

    /// Every content that is kept, in no order.
    pub(super) fn contents(&self) -> Result<Vec<KeptFile>, CacheError> {
        let mut kept = Vec::new();
        for shard in self.shard_folders()? {
            for entry in entries(&shard)? {
                kept.extend(kept_file(&shard, &entry).map_err(at(&shard))?);
            }
        }
        Ok(kept)
    }

    /// Every folder of contents.
    pub(super) fn shard_folders(&self) -> Result<Vec<PathBuf>, CacheError> {
        let shards = self.shards();
        if !folders::require_real(&shards).map_err(at(&shards))? {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        for entry in entries(&shards)? {
            let is_ours = entry.file_name().to_str().is_some_and(|name| is_hexadecimal(name, SHARD_DIGITS));
            if is_ours && entry.file_type().map_err(at(&shards))?.is_dir() {
                found.push(entry.path());
            }
        }
        Ok(found)
    }
}

/// What is in a folder; nothing in one that is gone.
fn entries(folder: &Path) -> Result<Vec<DirEntry>, CacheError> {
    let read = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        read => read.map_err(at(folder))?,
    };
    read.collect::<io::Result<_>>().map_err(at(folder))
}

/// The content in this file; none when it is not one of ours, or gone.
fn kept_file(shard: &Path, entry: &DirEntry) -> io::Result<Option<KeptFile>> {
    let name = entry.file_name();
    let has_our_name = name.to_str().is_some_and(|name| {
        is_hexadecimal(name, DIGITS)
            && shard
                .file_name()
                .is_some_and(|shard| Some(shard) == name.get(..SHARD_DIGITS).map(AsRef::as_ref))
    });
    if !has_our_name {
        return Ok(None);
    }
    match entry.metadata() {
        Ok(metadata) if metadata.is_file() => {
            Ok(Some(KeptFile { path: entry.path(), size: metadata.len(), used: metadata.modified()? }))
        }
        Ok(_) => Ok(None),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn is_hexadecimal(name: &str, digits: usize) -> bool {
    name.len() == digits && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
