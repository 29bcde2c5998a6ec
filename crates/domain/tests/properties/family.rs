//! A family has one head, and gives out no version twice.

use std::collections::BTreeMap;

use freehold_domain::{ArtifactState, ArtifactStem, Family, InstanceUid, Version};
use proptest::prelude::*;

fn family() -> Family {
    let origin = InstanceUid::of(uuid::Uuid::from_u128(7));
    Family::new(ArtifactStem::from_entropy(1), "a.csv".parse().unwrap(), origin)
}

proptest! {
    #[test]
    fn adding_versions_one_by_one_gives_the_head_that_a_look_at_all_gives(numbers in prop::collection::vec(0_u32..50, 1..10)) {
        let (mut one_by_one, mut all) = (family(), family());
        let mut states = BTreeMap::new();
        for number in numbers {
            let version = Version::from_number(number).unwrap();
            let head = one_by_one.head().map(|_| ArtifactState::Available);
            one_by_one.add_available(version, head);
            states.insert(version, ArtifactState::Available);
        }
        all.settle_head(states);
        prop_assert_eq!(one_by_one.head(), all.head());
    }

    #[test]
    fn no_version_is_given_out_twice_whatever_is_noted_between(noted in prop::collection::vec(0_u32..100, 0..20)) {
        let mut family = family();
        let mut given = Vec::new();
        for number in noted {
            family.note_version(Version::from_number(number).unwrap());
            given.push(family.reserve().unwrap().version());
            prop_assert!(given.last().unwrap().number() > number);
        }
        prop_assert!(given.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
