//! Contents that go: to make room, or all of them. Whoever calls these holds the lock of the ledger.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use freehold_ports::cache::CacheError;

use super::layout::{KeptFile, Layout};
use super::ledger::Ledger;
use super::{at, folders, partial};

/// From how many contents on more room is made than is needed, so that not every content to come looks at all of them again.
const MANY: usize = 4096;

/// Which part of the room is made beyond what is needed then.
const RESERVE: u64 = 16;

/// Removes what was used longest ago until the contents, other than `newcomer`, have at most `room` bytes. Gives how many they have.
pub(super) fn make_room(layout: &Layout, newcomer: &Path, room: u64) -> Result<u64, CacheError> {
    let mut kept = layout.contents()?;
    kept.retain(|content| content.path != newcomer);
    let mut total: u64 = kept.iter().map(|content| content.size).sum();
    if total <= room {
        return Ok(total);
    }
    let enough = if kept.len() < MANY { room } else { room - room / RESERVE };
    kept.sort_unstable_by(|one, other| (one.used, &one.path).cmp(&(other.used, &other.path)));
    let mut failure = None;
    for content in &kept {
        if total <= enough {
            break;
        }
        match remove(content) {
            Ok(()) => total -= content.size,
            Err(error) => failure = Some(at(&content.path)(error)),
        }
    }
    match failure {
        Some(failure) if total > room => Err(failure),
        Some(_) | None => Ok(total),
    }
}

/// Removes every content, and what dead processes left. Gives how many contents and bytes that were.
pub(super) fn clear(layout: &Layout) -> Result<(u64, u64), CacheError> {
    let (shards, partials, ledger_path) = (layout.shards(), layout.partial(), layout.ledger());
    let is_there = |folder: &Path| folders::require_real(folder).map_err(at(folder));
    let (has_contents, has_partials) = (is_there(&shards)?, is_there(&partials)?);
    if !has_contents && !has_partials {
        return Ok((0, 0));
    }
    let mut ledger = Ledger::lock(&ledger_path).map_err(at(&ledger_path))?;
    partial::remove_dead(&partials);
    let (mut contents, mut bytes, mut left, mut failure) = (0, 0, 0, None);
    for content in layout.contents()? {
        match remove(&content) {
            Ok(()) => {
                contents += 1;
                bytes += content.size;
            }
            Err(error) => {
                left += content.size;
                failure = Some(at(&content.path)(error));
            }
        }
    }
    for shard in layout.shard_folders()? {
        // One that is not empty stays.
        drop(fs::remove_dir(shard));
    }
    ledger.set_total(left).map_err(at(&ledger_path))?;
    failure.map_or(Ok((contents, bytes)), Err)
}

fn remove(content: &KeptFile) -> io::Result<()> {
    match fs::remove_file(&content.path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}
