//! The file of a content: read, checked and marked as used.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek};
use std::path::Path;
use std::time::SystemTime;

use bytes::Bytes;
use freehold_ports::blobs::ByteStream;
use freehold_ports::cache::{CacheError, CachedContent};
use tokio::task::JoinHandle;

use super::layout::Layout;
use super::ledger::Ledger;
use super::{Digest, at, folders};
use crate::file_identity::has_name;

/// How many bytes are read by one job.
const BLOCK: usize = 1024 * 1024;

/// Opens the file of a content and checks all of it. One that is damaged is removed.
pub(super) fn find(layout: &Layout, digest: &Digest) -> Result<Option<CachedContent>, CacheError> {
    let (shard, path) = layout.place(digest);
    for folder in [layout.shards(), shard] {
        if !folders::require_real(&folder).map_err(at(&folder))? {
            return Ok(None);
        }
    }
    let Some(mut file) = open(&path).map_err(at(&path))? else { return Ok(None) };
    // Before it is read, so that nobody takes it for one that is not used. Where it cannot be done, it goes sooner.
    drop(file.set_modified(SystemTime::now()));
    if hash(&mut file).map_err(at(&path))? != *digest {
        remove(layout, &file, &path)?;
        return Ok(None);
    }
    file.rewind().map_err(at(&path))?;
    Ok(Some(CachedContent { path, body: stream(file) }))
}

/// The size of the file, if there is one. Anything else in its place is an error.
pub(super) fn size(path: &Path) -> io::Result<Option<u64>> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_file() => Ok(Some(metadata.len())),
        Ok(_) => Err(io::Error::other("it is not a plain file, and was not made by the cache")),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Marks the file of a whole content as used, and as one that is not written any more.
pub(super) fn seal(file: &File) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.set_permissions(fs::Permissions::from_mode(0o400))?;
    }
    file.set_modified(SystemTime::now())
}

/// The bytes of the file from where it is, each block read while the one before it is used. No thread is held in between.
pub(super) fn stream(file: File) -> ByteStream {
    let blocks = futures_util::stream::unfold(Some(begin_block(file)), async |job: Option<Job>| {
        let (file, block) = match job?.await {
            Ok(finished) => finished,
            Err(lost) => return Some((Err(io::Error::other(lost)), None)),
        };
        match block {
            Ok(block) if block.is_empty() => None,
            Ok(block) => Some((Ok(block), Some(begin_block(file)))),
            Err(error) => Some((Err(error), None)),
        }
    });
    Box::pin(blocks)
}

type Job = JoinHandle<(File, io::Result<Bytes>)>;

fn begin_block(file: File) -> Job {
    tokio::task::spawn_blocking(move || {
        let mut block = Vec::with_capacity(BLOCK);
        let read = (&file).take(BLOCK as u64).read_to_end(&mut block);
        (file, read.map(|_| block.into()))
    })
}

fn open(path: &Path) -> io::Result<Option<File>> {
    // Before it is opened, for opening a device can change it.
    if size(path)?.is_none() {
        return Ok(None);
    }
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY).bits();
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags.cast_signed());
    }
    match options.open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn hash(file: &mut File) -> io::Result<Digest> {
    let mut hasher = Box::new(blake3::Hasher::new());
    let mut block = vec![0; BLOCK];
    loop {
        match file.read(&mut block) {
            Ok(0) => return Ok(*hasher.finalize().as_bytes()),
            Ok(length) => drop(hasher.update(block.get(..length).unwrap_or_default())),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Removes a damaged file, unless somebody has put a new one in its place.
fn remove(layout: &Layout, damaged: &File, path: &Path) -> Result<(), CacheError> {
    let ledger_path = layout.ledger();
    let _ledger = Ledger::lock(&ledger_path).map_err(at(&ledger_path))?;
    if has_name(damaged, path).map_err(at(path))? {
        fs::remove_file(path).map_err(at(path))?;
    }
    Ok(())
}
