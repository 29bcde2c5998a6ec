//! Everything that the server holds, behind one lock.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use super::bucket::Bucket;
use super::service_account::ServiceAccount;
use crate::request_log::RequestLog;

/// How the server deviates from Google Cloud Storage.
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

/// The buckets, and the counters of generations and uploads.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) buckets: BTreeMap<String, Bucket>,
    generations_given: u64,
    uploads_begun: u64,
}

impl State {
    /// A generation above all before it, in the magnitude of real ones.
    pub(super) fn next_generation(&mut self) -> u64 {
        self.generations_given += 1;
        1_700_000_000_000_000 + self.generations_given
    }

    /// The id of a new upload.
    pub(super) fn next_upload(&mut self) -> String {
        self.uploads_begun += 1;
        format!("upload-{:08}", self.uploads_begun)
    }
}

/// What the server's operations share with the test that started it.
#[derive(Debug)]
pub(super) struct Shared {
    state: Mutex<State>,
    pub(super) switches: Switches,
    pub(super) log: RequestLog,
    pub(super) service_account: OnceLock<ServiceAccount>,
}

impl Shared {
    pub(super) fn new(switches: Switches) -> Self {
        Self {
            state: Mutex::default(),
            switches,
            log: RequestLog::default(),
            service_account: OnceLock::new(),
        }
    }

    /// The state, for one decision: preconditions are atomic because each is decided and acted on under this lock.
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
