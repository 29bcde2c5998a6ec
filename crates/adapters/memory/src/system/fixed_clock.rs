//! A clock that tells what it is told.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use freehold_domain::Timestamp;
use freehold_ports::system::Clock;

use crate::volumes::{FIRST_MOMENT, moment};

/// A clock that goes on by one microsecond each time somebody looks, so that times differ and runs repeat.
///
/// Clones are one clock.
///
/// ```
/// use freehold_memory::FixedClock;
/// use freehold_ports::system::Clock;
///
/// let clock = FixedClock::new();
/// assert_eq!(clock.now().to_string(), "2024-01-01 00:00:00 UTC");
/// assert!(clock.now() < clock.now());
/// ```
#[derive(Debug, Clone)]
pub struct FixedClock(Arc<AtomicI64>);

impl Default for FixedClock {
    fn default() -> Self {
        Self(Arc::new(AtomicI64::new(FIRST_MOMENT)))
    }
}

impl FixedClock {
    /// A clock that stands at the beginning of 2024.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A clock that stands at this time, in whole microseconds.
    #[must_use]
    pub fn at(time: Timestamp) -> Self {
        let clock = Self::new();
        clock.set(time);
        clock
    }

    /// Sets the clock, forwards or backwards, in whole microseconds.
    pub fn set(&self, time: Timestamp) {
        self.0.store(time.timestamp_micros(), Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        moment(self.0.fetch_add(1, Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_set_goes_on_from_there() {
        let (clock, time) = (FixedClock::new(), moment(5));
        clock.clone().set(time);
        assert_eq!([clock.now(), clock.now()], [time, moment(6)]);
    }
}
