//! Cases: the clock.

use super::Fresh;
use crate::case::{Outcome, cases, ensure};

cases! { Fresh, "system::clock":
    the_time_is_in_whole_microseconds,
}

async fn the_time_is_in_whole_microseconds(fresh: &Fresh) -> Outcome {
    for _ in 0..1_000 {
        let nanoseconds = fresh.clock.now().timestamp_subsec_nanos();
        ensure!(nanoseconds.is_multiple_of(1_000), "expected whole microseconds, found {nanoseconds} ns");
    }
    Ok(())
}
