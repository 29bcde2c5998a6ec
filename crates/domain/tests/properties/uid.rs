//! Uids are their text.

use freehold_domain::uid::{
    ArtifactStem, ArtifactUid, InstanceUid, RunUid, StorageUid, TransformStem, TransformUid, UserUid,
};
use freehold_domain::version::Version;
use proptest::prelude::*;
use uuid::Uuid;

proptest! {
    #[test]
    fn a_uid_prints_what_it_was_read_from(text in "[0-9A-Za-z]{12}") {
        let uid: StorageUid = text.parse().unwrap();
        prop_assert_eq!(uid.to_string(), text.clone());
        prop_assert_eq!(uid.as_str(), text);
    }

    #[test]
    fn run_uids_of_both_lengths_print_what_they_were_read_from(text in "[0-9A-Za-z]{16}([0-9A-Za-z]{4})?") {
        let uid: RunUid = text.parse().unwrap();
        prop_assert_eq!(uid.as_str(), text);
    }

    #[test]
    fn run_uids_order_as_their_texts(
        left in "[0-9A-Za-z]{16}([0-9A-Za-z]{4})?",
        right in "[0-9A-Za-z]{16}([0-9A-Za-z]{4})?",
    ) {
        let order = left.parse::<RunUid>().unwrap().cmp(&right.parse().unwrap());
        prop_assert_eq!(order, left.cmp(&right));
    }

    #[test]
    fn exactly_texts_of_the_right_length_and_alphabet_are_uids(text in "(\\PC|[0-9A-Za-z]){0,14}") {
        let expected = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        prop_assert_eq!(text.parse::<UserUid>().is_ok(), expected);
    }

    #[test]
    fn entropy_makes_a_valid_uid_and_always_the_same(entropy: u128) {
        let uid = RunUid::from_entropy(entropy);
        prop_assert_eq!(uid.as_str().parse(), Ok(uid));
        prop_assert_eq!(uid, RunUid::from_entropy(entropy));
    }

    #[test]
    fn different_entropy_below_the_capacity_makes_different_uids(
        left in 0..62_u128.pow(12),
        right in 0..62_u128.pow(12),
    ) {
        prop_assert_eq!(left == right, StorageUid::from_entropy(left) == StorageUid::from_entropy(right));
    }

    #[test]
    fn a_versioned_uid_comes_apart_into_what_made_it(entropy: u128, number in 0..=Version::LAST.number()) {
        let version = Version::from_number(number).unwrap();
        let (artifact, transform) = (ArtifactStem::from_entropy(entropy), TransformStem::from_entropy(entropy));
        let uid = ArtifactUid::new(artifact, version);
        prop_assert_eq!((uid.stem(), uid.version()), (artifact, version));
        prop_assert_eq!(uid.as_str(), format!("{artifact}{version}"));
        let uid = TransformUid::new(transform, version);
        prop_assert_eq!((uid.stem(), uid.version()), (transform, version));
        prop_assert_eq!(uid.to_string().parse(), Ok(uid));
    }

    #[test]
    fn every_instance_has_a_valid_uid_of_its_own(left: u128, right: u128) {
        let uid = |id| InstanceUid::of(Uuid::from_u128(id));
        prop_assert_eq!(uid(left).as_str().parse(), Ok(uid(left)));
        prop_assert_eq!(left == right, uid(left) == uid(right));
    }
}
