//! Who may connect to a file within this process.
//!
//! All connections of a process to one file share one view of its shared memory, which is as the first of them opened it. So
//! a connection that opens it for reading only would take the right to write from all that come while it is open. Those who
//! open a file for writing therefore wait until no such connection is left; once they are connected, others share what they
//! opened.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use freehold_ports::persistence::PersistenceError;
use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};

use crate::persistence::error::conflict;

/// The gates of all files that are in use.
static GATES: Mutex<Option<HashMap<PathBuf, Weak<RwLock<()>>>>> = Mutex::new(None);

/// Held by a connection that opens the shared memory for reading only, until it is closed.
pub(crate) type ReadingOnly = OwnedRwLockReadGuard<()>;

/// Held while the first connections that can write are made.
pub(crate) type Connecting = OwnedRwLockWriteGuard<()>;

/// Waits until connections that only read may be made.
pub(crate) async fn reading_only(file: &Path) -> ReadingOnly {
    gate(file).read_owned().await
}

/// Waits until connections that write may be made, which is when the units of work that read without a right to write have
/// ended.
pub(crate) async fn connecting(file: &Path, patience: Duration) -> Result<Connecting, PersistenceError> {
    let waiting = tokio::time::timeout(patience, gate(file).write_owned()).await;
    waiting.map_err(|_| {
        conflict("a unit of work of this process reads the registry, which it opened for reading only")
    })
}

fn gate(file: &Path) -> Arc<RwLock<()>> {
    let mut gates = GATES.lock().unwrap_or_else(PoisonError::into_inner);
    let gates = gates.get_or_insert_default();
    if let Some(gate) = gates.get(file).and_then(Weak::upgrade) {
        return gate;
    }
    gates.retain(|_, gate| gate.strong_count() > 0);
    let gate = Arc::new(RwLock::new(()));
    gates.insert(file.to_owned(), Arc::downgrade(&gate));
    gate
}
