//! Identities that are counted, so that runs repeat.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use freehold_ports::system::UidGenerator;

/// Identities that are counted: the same seed gives the same ones in every run, another seed gives others.
///
/// Clones share one count. Uids of one count differ in their first four characters already, so that prefixes of them are not
/// ambiguous.
///
/// ```
/// use freehold_memory::CountingUids;
/// use freehold_ports::system::UidGenerator;
///
/// assert_eq!(CountingUids::new(7).run_uid(), CountingUids::new(7).run_uid());
/// assert_ne!(CountingUids::new(7).run_uid(), CountingUids::new(8).run_uid());
/// ```
#[derive(Debug, Clone, Default)]
pub struct CountingUids {
    seed: u32,
    count: Arc<AtomicU64>,
}

impl CountingUids {
    /// A count of its own for each seed.
    #[must_use]
    pub fn new(seed: u32) -> Self {
        Self { seed, count: Arc::default() }
    }
}

impl UidGenerator for CountingUids {
    fn entropy(&self) -> u128 {
        let count = self.count.fetch_add(1, Ordering::SeqCst);
        u128::from(self.seed) << u64::BITS | u128::from(count)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn uids_of_one_count_differ_in_their_first_four_characters() {
        let uids = CountingUids::new(3);
        let beginnings: BTreeSet<String> =
            (0..10_000).map(|_| uids.user_uid().as_str().chars().take(4).collect()).collect();
        assert_eq!(beginnings.len(), 10_000);
    }
}
