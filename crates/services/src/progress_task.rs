//! A piece of long work that is reported as finished, however it ends.

use std::sync::Arc;

use freehold_ports::system::{Activity, Progress, ProgressEvent};

/// A piece of long work under way. Dropping it reports its end.
#[derive(Debug)]
pub(crate) struct Task(Arc<dyn Progress>);

impl Task {
    /// Reports the beginning of work, with totals where they are known.
    pub(crate) fn begin(
        progress: &Arc<dyn Progress>,
        activity: Activity,
        items: Option<u64>,
        bytes: Option<u64>,
    ) -> Self {
        progress.report(ProgressEvent::Started { activity, items, bytes });
        Self(Arc::clone(progress))
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.0.report(ProgressEvent::Finished);
    }
}
