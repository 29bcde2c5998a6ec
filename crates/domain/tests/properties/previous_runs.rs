//! Provenance accumulates and never loses a run.

use freehold_domain::{Provenance, RunUid, Timestamp, UserUid};
use proptest::prelude::*;

fn run(number: u8) -> RunUid {
    RunUid::from_entropy(u128::from(number))
}

proptest! {
    #[test]
    fn every_run_that_touched_a_record_is_in_its_provenance_in_order(
        first in prop::option::of(0_u8..4),
        updates in prop::collection::vec(prop::option::of(0_u8..4), 0..12),
    ) {
        let mut provenance = Provenance::created(Timestamp::MIN_UTC, UserUid::from_entropy(9), first.map(run));
        for update in &updates {
            provenance.record_update(Timestamp::MAX_UTC, update.map(run));
        }
        let mut history: Vec<RunUid> = first.into_iter().chain(updates.iter().copied().flatten()).map(run).collect();
        history.dedup();
        let recorded: Vec<RunUid> =
            provenance.previous_runs().iter().copied().chain(provenance.run()).collect();
        prop_assert_eq!(recorded, history);
    }

    #[test]
    fn an_update_only_ever_appends_to_the_previous_runs(updates in prop::collection::vec(prop::option::of(0_u8..4), 1..12)) {
        let mut provenance = Provenance::created(Timestamp::MIN_UTC, UserUid::from_entropy(9), None);
        for update in updates {
            let before = provenance.previous_runs().to_vec();
            provenance.record_update(Timestamp::MAX_UTC, update.map(run));
            prop_assert!(provenance.previous_runs().starts_with(&before));
            prop_assert_eq!(provenance.updated_at(), Timestamp::MAX_UTC);
            prop_assert_eq!(provenance.created_at(), Timestamp::MIN_UTC);
        }
    }
}
