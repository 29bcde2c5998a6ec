//! Examples of uids; the laws are property tests.
#![allow(clippy::unwrap_used)]

use super::{
    ArtifactStem, ArtifactUid, RunUid, SessionUid, StorageUid, TransformUid, UidError, UidKind, UidPrefix,
};
use crate::version::Version;

#[test]
fn a_text_of_another_length_is_refused_with_the_lengths_expected() {
    let error = "0123456789ABC".parse::<RunUid>().unwrap_err();
    let (kind, expected) = (UidKind::Run, [16, 20].as_slice());
    assert_eq!(error, UidError::WrongLength { kind, text: "0123456789ABC".into(), expected, found: 13 });
    assert_eq!(
        error.to_string(),
        r#""0123456789ABC" is not a valid run uid: it has 13 characters, expected 16 or 20"#
    );
}

#[test]
fn a_foreign_character_is_named_with_its_position() {
    let text = "é-0123456789".to_owned();
    let (kind, character, position) = (UidKind::Storage, 'é', 0);
    let expected = UidError::InvalidCharacter { kind, text: text.clone(), character, position };
    assert_eq!(text.parse::<StorageUid>(), Err(expected));
}

#[test]
fn a_run_uid_is_read_with_16_and_20_characters_only() {
    for (length, accepted) in [(15, false), (16, true), (17, false), (19, false), (20, true), (21, false)] {
        assert_eq!("r".repeat(length).parse::<RunUid>().is_ok(), accepted, "{length}");
    }
    assert_eq!(RunUid::from_entropy(u128::MAX).as_str().len(), RunUid::LENGTH);
}

#[test]
fn entropy_is_spelled_in_base62() {
    assert_eq!(StorageUid::from_entropy(0).as_str(), "000000000000");
    assert_eq!(StorageUid::from_entropy(61 + 62 * 35).as_str(), "zZ0000000000");
    assert_ne!(SessionUid::from_entropy(u128::MAX), SessionUid::from_entropy(u128::MAX - 1));
}

#[test]
fn a_versioned_uid_is_its_stem_and_version() {
    let stem: ArtifactStem = "ABCDEFGHIJKLMNOP".parse().unwrap();
    let uid = ArtifactUid::new(stem, Version::from_number(62).unwrap());
    assert_eq!(uid.as_str(), "ABCDEFGHIJKLMNOP0010");
    assert_eq!((uid.stem(), uid.version().number()), (stem, 62));
}

#[test]
fn versions_of_one_stem_order_as_they_count() {
    let uid = |version: &str| format!("abcdefghijkl{version}").parse::<TransformUid>().unwrap();
    assert!(uid("0009") < uid("000A") && uid("000Z") < uid("000a") && uid("000z") < uid("0010"));
}

#[test]
fn a_prefix_needs_four_characters_and_has_at_most_twenty() {
    for (length, accepted) in [(0, false), (3, false), (4, true), (20, true), (21, false)] {
        assert_eq!("p".repeat(length).parse::<UidPrefix>().is_ok(), accepted, "{length}");
    }
    assert!("abc%".parse::<UidPrefix>().is_err());
    assert!("abcd".parse::<UidPrefix>().unwrap().matches("abcdefgh"));
}

#[test]
fn a_uid_shows_its_text() {
    let uid = StorageUid::from_entropy(7);
    assert_eq!(format!("{uid} {uid:?} {uid:>14}"), "700000000000 StorageUid(700000000000)   700000000000");
}
