//! Cases: progress.

use freehold_ports::system::{Activity, Progress, ProgressEvent, Silent};

use super::Fresh;
use crate::case::{Outcome, cases};

cases! { Fresh, "system::progress":
    a_silent_sink_takes_every_event,
}

async fn a_silent_sink_takes_every_event(_: &Fresh) -> Outcome {
    let sink: &dyn Progress = &Silent;
    sink.report(ProgressEvent::Started { activity: Activity::Ingesting, items: Some(u64::MAX), bytes: None });
    sink.report(ProgressEvent::Advanced { items: 1, bytes: u64::MAX });
    sink.report(ProgressEvent::Finished);
    Ok(())
}
