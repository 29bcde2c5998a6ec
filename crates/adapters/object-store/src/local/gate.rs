//! Who is first: the moment of publication, or the end of interest in it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

const OPEN: u8 = 0;
const PASSED: u8 = 1;
const CLOSED: u8 = 2;

/// A job on a blocking thread goes on when the future that waits for it is dropped. The gate keeps it from publishing
/// anything then.
#[derive(Debug, Default)]
pub(super) struct Gate(AtomicU8);

impl Gate {
    /// Whether publication may begin; once it may, it always may.
    pub(super) fn pass(&self) -> bool {
        match self.0.compare_exchange(OPEN, PASSED, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => true,
            Err(state) => state == PASSED,
        }
    }

    fn close(&self) {
        // Failure means that publication was first, or that the gate is closed already.
        let _ = self.0.compare_exchange(OPEN, CLOSED, Ordering::AcqRel, Ordering::Acquire);
    }
}

/// The side of the future: closes the gate when it is dropped.
#[derive(Debug, Default)]
pub(super) struct GateKeeper(Arc<Gate>);

impl GateKeeper {
    /// The side of the job.
    pub(super) fn gate(&self) -> Arc<Gate> {
        Arc::clone(&self.0)
    }
}

impl Drop for GateKeeper {
    fn drop(&mut self) {
        self.0.close();
    }
}

#[cfg(test)]
mod tests {
    use super::GateKeeper;

    #[test]
    fn nothing_passes_once_nobody_waits() {
        let keeper = GateKeeper::default();
        let gate = keeper.gate();
        drop(keeper);
        assert!(!gate.pass());
    }

    #[test]
    fn who_has_passed_may_finish() {
        let keeper = GateKeeper::default();
        let gate = keeper.gate();
        assert!(gate.pass());
        drop(keeper);
        assert!(gate.pass());
    }
}
