//! One bucket that was opened: shared by all its locations in this process.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use object_store::RetryConfig;
use tokio::sync::Semaphore;

use super::body::BUFFER_UNITS;
use super::provider::Provider;

/// One bucket that was opened.
#[derive(Debug)]
pub(crate) struct Bucket {
    pub(super) provider: Arc<dyn Provider>,
    pub(super) retry: RetryConfig,
    /// What the bodies of all uploads may keep in memory together.
    pub(super) buffers: Arc<Semaphore>,
    /// Whether an answer showed that the bucket exists.
    is_there: AtomicBool,
    /// Whether a probe found that compare-and-swap is ignored.
    cannot_swap: AtomicBool,
}

impl Bucket {
    pub(crate) fn new(provider: Arc<dyn Provider>, retry: RetryConfig) -> Self {
        Self {
            provider,
            retry,
            buffers: Arc::new(Semaphore::new(BUFFER_UNITS)),
            is_there: AtomicBool::new(false),
            cannot_swap: AtomicBool::new(false),
        }
    }

    pub(super) fn is_known_to_exist(&self) -> bool {
        self.is_there.load(Ordering::Relaxed)
    }

    pub(super) fn exists(&self) {
        self.is_there.store(true, Ordering::Relaxed);
    }

    pub(super) fn can_swap(&self) -> bool {
        !self.cannot_swap.load(Ordering::Relaxed)
    }

    pub(super) fn set_can_swap(&self, can_swap: bool) {
        self.cannot_swap.store(!can_swap, Ordering::Relaxed);
    }
}
