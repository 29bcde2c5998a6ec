//! The time, for people.

use std::fmt::Debug;

use freehold_domain::Timestamp;

/// The time, for people to read. No decision depends on it.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait Clock: Debug + Send + Sync {
    /// Gives the present time, UTC, in whole microseconds, so that every backend keeps it as it is.
    fn now(&self) -> Timestamp;
}
