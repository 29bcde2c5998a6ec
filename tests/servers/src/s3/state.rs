//! Everything that the server holds, behind one lock.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::bucket::Bucket;
use crate::request_log::RequestLog;

/// How the server deviates from S3.
#[derive(Debug, Clone)]
pub(super) struct Switches {
    pub(super) ignores_conditional_writes: bool,
    pub(super) page_size: usize,
}

impl Default for Switches {
    fn default() -> Self {
        Self { ignores_conditional_writes: false, page_size: 1000 }
    }
}

/// The buckets and the counter of uploads.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) buckets: BTreeMap<String, Bucket>,
    pub(super) uploads_begun: u64,
}

/// What the server's operations share with the test that started it.
#[derive(Debug)]
pub(super) struct Shared {
    state: Mutex<State>,
    pub(super) switches: Switches,
    pub(super) log: RequestLog,
}

impl Shared {
    pub(super) fn new(switches: Switches) -> Self {
        Self { state: Mutex::default(), switches, log: RequestLog::default() }
    }

    /// The state, for one decision: conditional writes are atomic because each is decided and done under this lock.
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
