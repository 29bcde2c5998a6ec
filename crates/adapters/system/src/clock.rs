//! The time of the operating system.

use std::time::{SystemTime, UNIX_EPOCH};

use freehold_domain::Timestamp;
use freehold_ports::system::Clock;

/// The time of the operating system, UTC, cut to whole microseconds.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let microseconds = match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_micros()).unwrap_or(i64::MAX),
            Err(before) => {
                i64::try_from(before.duration().as_micros()).map_or(i64::MIN, |distance| -distance)
            }
        };
        Timestamp::from_timestamp_micros(microseconds).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_is_that_of_the_system() {
        let before = SystemTime::now();
        let now = SystemTime::from(SystemClock.now());
        let one_microsecond = std::time::Duration::from_micros(1);
        assert!(now + one_microsecond >= before && now <= SystemTime::now());
    }
}
