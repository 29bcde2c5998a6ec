//! Versions count.

use freehold_domain::version::Version;
use proptest::prelude::*;

fn versions() -> impl Strategy<Value = Version> {
    (0..=Version::LAST.number()).prop_map(|number| Version::from_number(number).unwrap())
}

proptest! {
    #[test]
    fn a_version_reads_back_from_its_text(version in versions()) {
        prop_assert_eq!(version.to_string().parse(), Ok(version));
    }

    #[test]
    fn versions_their_texts_and_their_numbers_order_alike(left in versions(), right in versions()) {
        prop_assert_eq!(left.cmp(&right), left.number().cmp(&right.number()));
        prop_assert_eq!(left.cmp(&right), left.to_string().cmp(&right.to_string()));
    }

    #[test]
    fn the_next_version_is_one_more(number in 0..Version::LAST.number()) {
        let next = Version::from_number(number).and_then(Version::next);
        prop_assert_eq!(next.map(Version::number), Some(number + 1));
    }

    #[test]
    fn exactly_four_base62_characters_are_a_version(text in "\\PC{0,6}") {
        let expected = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        prop_assert_eq!(text.parse::<Version>().is_ok(), expected);
    }
}
