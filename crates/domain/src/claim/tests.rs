//! Examples of claim files; the laws are property tests.
#![allow(clippy::unwrap_used)]

use uuid::Uuid;

use super::writing::checksum;
use super::{Claim, ClaimAuthor, ClaimEpoch, ClaimError, ClaimExtensionError};
use crate::uid::{InstanceUid, StorageUid};

const ID: Uuid = Uuid::from_u128(0x3fae_3ac9_c768_5a63_96f2_d619_d4a5_b2bf);

const LAMINDB: &str = "nUYsCWitlepu\ncreation info:\ninstance_slug=anonymous/mydata\n\
    instance_id=3fae3ac9c7685a6396f2d619d4a5b2bf\ninstance_uid=186kfOVJd0dZ";

fn storage_uid() -> StorageUid {
    "nUYsCWitlepu".parse().unwrap()
}

fn ours() -> Claim {
    Claim::new(storage_uid(), "lab/primary", ID, ClaimEpoch::FIRST)
}

/// Puts the right checksum under lines of one's own.
fn sealed(body: &str) -> String {
    format!("{body}\nfreehold_checksum={}", checksum(&format!("{body}\n")))
}

fn refusal(text: impl AsRef<[u8]>) -> ClaimError {
    Claim::parse(text.as_ref()).unwrap_err()
}

#[test]
fn a_claim_is_written_in_the_shared_format() {
    let lines = "nUYsCWitlepu\ncreation info:\ninstance_slug=lab/primary\n\
        instance_id=3fae3ac9c7685a6396f2d619d4a5b2bf\ninstance_uid=186kfOVJd0dZ\nfreehold_epoch=1";
    assert_eq!(ours().to_string(), format!("{lines}\nfreehold_checksum=a52abe6e"));
}

#[test]
fn the_checksum_is_the_crc_32_of_ieee() {
    assert_eq!(checksum("123456789"), "cbf43926");
}

#[test]
fn a_claim_of_lamindb_is_read_and_never_ours() {
    let claim = Claim::parse(LAMINDB.as_bytes()).unwrap();
    assert_eq!((claim.storage_uid(), claim.slug()), (storage_uid(), Some("anonymous/mydata")));
    assert_eq!((claim.instance_id(), claim.author()), (Some(ID), ClaimAuthor::LaminDb));
    assert_eq!((claim.manager(), claim.epoch()), (Some(InstanceUid::of(ID)), None));
    assert!(!claim.is_managed_by(InstanceUid::of(ID)));
    assert_eq!(claim.to_string(), LAMINDB);
}

#[test]
fn windows_line_ends_and_a_final_one_are_tolerated_in_claims_of_lamindb() {
    let claim = Claim::parse(LAMINDB.as_bytes());
    assert_eq!(Claim::parse(LAMINDB.replace('\n', "\r\n").as_bytes()), claim);
    assert_eq!(Claim::parse(format!("{LAMINDB}\n").as_bytes()), claim);
    assert_eq!(Claim::parse(format!("{LAMINDB}\r\n").as_bytes()), claim);
}

#[test]
fn dashes_in_the_instance_id_are_optional() {
    let dashed = format!("nUYsCWitlepu\ninstance_id={}", ID.hyphenated());
    assert_eq!(Claim::parse(dashed.as_bytes()).unwrap().instance_id(), Some(ID));
}

#[test]
fn only_the_first_instance_id_counts() {
    let text =
        "nUYsCWitlepu\nx instance_id=0\ninstance_id=3fae3ac9c7685a6396f2d619d4a5b2bf\ninstance_id=none";
    assert_eq!(Claim::parse(text.as_bytes()).unwrap().instance_id(), Some(ID));
}

#[test]
fn a_claim_without_an_instance_has_an_unknown_manager() {
    let claim = Claim::parse(b"nUYsCWitlepu").unwrap();
    assert_eq!((claim.manager(), claim.slug(), claim.author()), (None, None, ClaimAuthor::LaminDb));
}

#[test]
fn a_storage_uid_that_looks_like_our_lines_is_no_line_of_ours() {
    assert_eq!(Claim::parse(b"freehold1234").unwrap().author(), ClaimAuthor::LaminDb);
}

#[test]
fn a_blank_first_line_is_no_claim() {
    for text in ["", "\n", " \nnUYsCWitlepu", "\r\ninstance_id=3fae3ac9c7685a6396f2d619d4a5b2bf"] {
        assert_eq!(refusal(text), ClaimError::Blank, "{text:?}");
    }
}

#[test]
fn a_first_line_that_is_no_storage_uid_is_refused() {
    for text in ["nUYsCWitlep", " nUYsCWitlepu", "nUYsCWitlepu ", "\u{feff}nUYsCWitlepu", "creation info:"] {
        assert!(matches!(refusal(text), ClaimError::InvalidStorageUid(_)), "{text:?}");
    }
}

#[test]
fn an_instance_id_that_is_no_uuid_is_refused() {
    for id in [
        "",
        "3fae",
        "{3fae3ac9-c768-5a63-96f2-d619d4a5b2bf}",
        "urn:uuid:3fae3ac9-c768-5a63-96f2-d619d4a5b2bf",
    ] {
        let text = format!("nUYsCWitlepu\ninstance_id={id}");
        assert_eq!(refusal(&text), ClaimError::InvalidInstanceId, "{id:?}");
    }
}

#[test]
fn an_instance_uid_that_contradicts_the_id_is_refused() {
    let expected = InstanceUid::of(ID);
    let error = ClaimError::ContradictoryInstance { instance_id: ID, expected };
    assert_eq!(refusal(LAMINDB.replace("186kfOVJd0dZ", "2S0KtV7Sz4yP")), error);
    assert_eq!(refusal(LAMINDB.replace("186kfOVJd0dZ", "")), error);
}

#[test]
fn our_lines_without_a_checksum_are_refused() {
    for line in ["freehold", "freehold_epoch=1", "freehold_checksum", "freeholder=1"] {
        assert_eq!(refusal(format!("{LAMINDB}\n{line}")), ClaimError::MissingChecksum, "{line}");
    }
}

#[test]
fn text_after_the_checksum_is_refused() {
    for end in ["\n", "\r\n", "\nmore"] {
        let text = format!("{}{end}", ours());
        let error = refusal(&text);
        assert!(matches!(error, ClaimError::TextAfterChecksum), "{end:?}: {error}");
    }
    assert!(matches!(refusal(format!("{} ", ours())), ClaimError::ChecksumMismatch { .. }));
}

#[test]
fn a_checksum_in_another_spelling_is_refused() {
    let text = ours().to_string();
    let (body, digits) = text.split_at(text.len() - 8);
    assert!(digits.contains(|digit: char| digit.is_ascii_lowercase()), "the example has a letter: {digits}");
    assert!(matches!(
        refusal(format!("{body}{}", digits.to_uppercase())),
        ClaimError::ChecksumMismatch { .. }
    ));
}

#[test]
fn an_edited_claim_is_refused() {
    let edited = ours().to_string().replace("epoch=1", "epoch=2");
    assert!(matches!(refusal(edited), ClaimError::ChecksumMismatch { .. }));
    let windows = ours().to_string().replace('\n', "\r\n");
    assert!(Claim::parse(windows.as_bytes()).is_err());
}

#[test]
fn a_line_of_ours_that_occurs_twice_is_refused() {
    let epoch = ours().to_string();
    let body = epoch.rsplit_once('\n').unwrap().0;
    let duplicate = |name: &str| ClaimError::DuplicateLine { name: name.to_owned() };
    assert_eq!(refusal(sealed(&format!("{body}\nfreehold_epoch=1"))), duplicate("epoch"));
    assert_eq!(refusal(sealed(&format!("{body}\nfreehold_a=1\nfreehold_a=1"))), duplicate("a"));
    assert_eq!(refusal(sealed(&epoch)), duplicate("checksum"));
}

#[test]
fn lines_that_we_do_not_write_are_refused_even_with_a_checksum() {
    for line in [
        "freehold_epoch=0",
        "freehold_epoch=-1",
        "freehold_epoch=9223372036854775808",
        "freehold_x",
        "freeholdx=1",
    ] {
        let error = refusal(sealed(&format!("{LAMINDB}\n{line}")));
        assert_eq!(error, ClaimError::MalformedLine { number: 6 }, "{line}");
    }
    for lines in [
        "freehold_epoch=01",
        "freehold_epoch=+1",
        "freehold_x=1",
        "freehold_x=1\nfreehold_epoch=1",
        "x\nfreehold_epoch=1",
    ] {
        assert_eq!(refusal(sealed(&format!("{LAMINDB}\n{lines}"))), ClaimError::NotNormal, "{lines}");
    }
    let nobody = "nUYsCWitlepu\ncreation info:\ninstance_slug=lab/primary\nfreehold_epoch=1";
    assert_eq!(refusal(sealed(nobody)), ClaimError::NotNormal, "a claim of ours names its instance");
}

#[test]
fn unknown_lines_of_ours_are_kept_in_order() {
    let claim = ours().with_extension("state", "releasing").unwrap().with_extension("a", "").unwrap();
    let claim = claim.with_extension("state", "ready").unwrap();
    assert!(
        claim.to_string().contains("freehold_epoch=1\nfreehold_state=ready\nfreehold_a=\nfreehold_checksum=")
    );
    let read = Claim::parse(&claim.to_bytes()).unwrap();
    assert_eq!(
        (read.extension("state"), read.extension("a"), read.extension("b")),
        (Some("ready"), Some(""), None)
    );
}

#[test]
fn an_extension_must_be_a_line_of_its_own() {
    for name in ["", "epoch", "checksum", "A", "a b", "a=b", "a\n", "é"] {
        let error = ClaimExtensionError::InvalidName { name: name.to_owned() };
        assert_eq!(ours().with_extension(name, "1"), Err(error));
    }
    for value in ["a\nb", "a\r", "\u{2028}", "\0"] {
        let error = ClaimExtensionError::InvalidValue { name: "x".to_owned() };
        assert_eq!(ours().with_extension("x", value), Err(error), "{value:?}");
    }
}

#[test]
fn only_a_claim_of_ours_is_extended_or_counted() {
    let claim = Claim::parse(LAMINDB.as_bytes()).unwrap();
    assert_eq!(claim.clone().with_extension("x", "1"), Err(ClaimExtensionError::NotFreehold));
    assert_eq!(claim.with_epoch(ClaimEpoch::FIRST), Err(ClaimExtensionError::NotFreehold));
    assert_eq!(ours().with_epoch(ClaimEpoch::FIRST.next()).unwrap().epoch().unwrap().number(), 2);
}

#[test]
fn a_claim_is_at_most_64_kibibytes() {
    let room = Claim::MAXIMUM_LENGTH - ours().to_bytes().len() - "freehold_x=\n".len();
    let largest = ours().with_extension("x", &"v".repeat(room)).unwrap();
    assert_eq!(Claim::parse(&largest.to_bytes()), Ok(largest.clone()));
    let length = Claim::MAXIMUM_LENGTH + 1;
    assert_eq!(
        ours().with_extension("x", &"v".repeat(room + 1)),
        Err(ClaimExtensionError::TooLong { length })
    );
    let tenth = ClaimEpoch::from_number(10).unwrap();
    assert_eq!(largest.with_epoch(tenth), Err(ClaimExtensionError::TooLong { length }));
    assert_eq!(refusal(vec![b'x'; length]), ClaimError::TooLong { length });
}

#[test]
fn bytes_that_are_not_text_are_refused() {
    assert!(matches!(refusal(b"nUYsCWitlepu\n\xff"), ClaimError::NotUtf8(_)));
}

#[test]
fn a_slug_cannot_add_lines() {
    for separator in ['\n', '\r', '\u{b}', '\u{c}', '\u{1c}', '\u{85}', '\u{2028}', '\u{2029}'] {
        let slug = format!("lab/x{separator}instance_id=0");
        let claim = Claim::new(storage_uid(), &slug, ID, ClaimEpoch::FIRST);
        assert_eq!(claim.slug(), Some("lab/xinstance_id=0"));
        assert_eq!(Claim::parse(&claim.to_bytes()), Ok(claim));
    }
}

#[test]
fn a_long_or_absent_slug_still_makes_a_readable_claim() {
    for slug in [String::new(), "\n".into(), "é".repeat(100_000)] {
        let claim = Claim::new(storage_uid(), &slug, ID, ClaimEpoch::LAST);
        assert_eq!(Claim::parse(&claim.to_bytes()), Ok(claim));
    }
}

#[test]
fn a_claim_is_held_only_as_location_manager_and_epoch_all_say() {
    let (manager, other) = (InstanceUid::of(ID), InstanceUid::of(Uuid::nil()));
    let second = ClaimEpoch::FIRST.next();
    assert!(ours().is_held_by(storage_uid(), manager, ClaimEpoch::FIRST));
    assert!(!ours().is_held_by(StorageUid::from_entropy(1), manager, ClaimEpoch::FIRST));
    assert!(!ours().is_held_by(storage_uid(), other, ClaimEpoch::FIRST));
    assert!(!ours().is_held_by(storage_uid(), manager, second));
}

#[test]
fn epochs_begin_at_one_and_fit_every_database() {
    assert_eq!((ClaimEpoch::FIRST.number(), ClaimEpoch::FIRST.next().number()), (1, 2));
    assert_eq!(ClaimEpoch::from_number(0), None);
    assert_eq!(ClaimEpoch::from_number(ClaimEpoch::LAST.number() + 1), None);
    assert_eq!(ClaimEpoch::LAST.next(), ClaimEpoch::LAST);
}
