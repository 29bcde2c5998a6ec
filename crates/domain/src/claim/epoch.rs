//! How often a location has been handed over.

use std::fmt;

/// A counter that grows by one with every hand-over of a location; it begins at 1.
///
/// An instance that manages a location in one epoch does not manage it in a later one, even if it is given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClaimEpoch(u64);

impl ClaimEpoch {
    /// The epoch of a location's first claim.
    pub const FIRST: Self = Self(1);
    /// The last epoch: the largest integer that every database holds.
    pub const LAST: Self = Self(i64::MAX.unsigned_abs());

    /// The epoch after the next hand-over. Nothing follows [`ClaimEpoch::LAST`]: it stays.
    #[must_use]
    pub fn next(self) -> Self {
        Self::from_number(self.0.saturating_add(1)).unwrap_or(Self::LAST)
    }

    /// The epoch as a number from 1.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }

    /// The epoch with this number; `None` for 0 and beyond [`ClaimEpoch::LAST`].
    #[must_use]
    pub fn from_number(number: u64) -> Option<Self> {
        (Self::FIRST.0..=Self::LAST.0).contains(&number).then_some(Self(number))
    }
}

impl fmt::Display for ClaimEpoch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}
