//! A claim that is damaged in any way is refused, or foreign.

use freehold_domain::claim::{Claim, ClaimAuthor, ClaimEpoch};
use freehold_domain::uid::{InstanceUid, StorageUid};
use proptest::prelude::*;
use uuid::Uuid;

/// Claims as Freehold writes them, with the instance that they belong to.
fn claims() -> impl Strategy<Value = (Claim, InstanceUid)> {
    let extensions = prop::collection::vec(("x[a-z0-9_]{0,6}", "[ -~é=]{0,8}"), 0..3);
    let slug = prop_oneof!["[a-z]{1,6}/[a-z0-9-]{1,8}", any::<String>()];
    (any::<u128>(), slug, any::<u128>(), 1..=ClaimEpoch::LAST.number(), extensions).prop_map(
        |(entropy, slug, id, epoch, extensions)| {
            let (storage, id) = (StorageUid::from_entropy(entropy), Uuid::from_u128(id));
            let claim = Claim::new(storage, &slug, id, ClaimEpoch::from_number(epoch).unwrap());
            let extend =
                |claim: Claim, (name, value): (String, String)| claim.with_extension(&name, &value).unwrap();
            (extensions.into_iter().fold(claim, extend), InstanceUid::of(id))
        },
    )
}

/// The lines of a claim in their order, now and then with one left out, doubled, or in another spelling.
fn lines() -> impl Strategy<Value = Vec<&'static str>> {
    let spellings = [
        ["creation info:\n", "creation info:\r\n", "\n"],
        ["instance_slug=lab/primary\n", "instance_slug=\n", "instance_slug=a\u{2028}b\n"],
        [
            "instance_id=3fae3ac9c7685a6396f2d619d4a5b2bf\n",
            "instance_id=3fae3ac9-c768-5a63-96f2-d619d4a5b2bf\n",
            "instance_id=3FAE3AC9C7685A6396F2D619D4A5B2BF\n",
        ],
        ["instance_uid=186kfOVJd0dZ\n", "instance_uid=186kfOVJd0dZ\r\n", "note\n"],
        ["freehold_epoch=7\n", "freehold_epoch=07\n", "freehold_epoch=7 \n"],
        ["freehold_a=1\n", "freehold_a=\n", "freehold_A=1\n"],
        ["freehold_b==\n", "freehold_b=\u{85}\n", "freehold_b\n"],
    ];
    let odd = prop::sample::select(vec![vec![1], vec![2], vec![], vec![0, 0]]);
    let choice = prop_oneof![9 => Just(vec![0]), 4 => odd];
    prop::collection::vec(choice, spellings.len()).prop_map(move |choices| {
        let chosen = choices.iter().zip(&spellings);
        chosen.flat_map(|(choice, line)| choice.iter().map(|index| line[*index])).collect()
    })
}

fn is_ours(bytes: &[u8], instance: InstanceUid) -> bool {
    Claim::parse(bytes).is_ok_and(|claim| claim.is_managed_by(instance))
}

proptest! {
    #[test]
    fn a_claim_reads_back_from_its_bytes((claim, instance) in claims()) {
        let read = Claim::parse(&claim.to_bytes());
        prop_assert_eq!(&read, &Ok(claim.clone()));
        prop_assert!(is_ours(&claim.to_bytes(), instance));
        prop_assert_eq!(read.unwrap().to_bytes(), claim.to_bytes());
    }

    #[test]
    fn no_truncated_claim_is_ours((claim, instance) in claims()) {
        let bytes = claim.to_bytes();
        for length in 0..bytes.len() {
            prop_assert!(!is_ours(&bytes[..length], instance), "cut to {} bytes", length);
        }
    }

    #[test]
    fn no_claim_with_a_flipped_bit_is_ours((claim, instance) in claims()) {
        let mut bytes = claim.to_bytes();
        for bit in 0..bytes.len() * 8 {
            bytes[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(!is_ours(&bytes, instance), "bit {} flipped", bit);
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
    }

    #[test]
    fn no_claim_with_a_flipped_bit_is_accepted_as_complete((claim, _) in claims()) {
        let mut bytes = claim.to_bytes();
        for bit in 0..bytes.len() * 8 {
            bytes[bit / 8] ^= 1 << (bit % 8);
            let author = Claim::parse(&bytes).map(|claim| claim.author());
            prop_assert_ne!(author, Ok(ClaimAuthor::Freehold), "bit {} flipped", bit);
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
    }

    #[test]
    fn whatever_surrounds_a_claim_makes_it_foreign((claim, instance) in claims(), text in "[\\PC\\n]{1,20}") {
        let after = [claim.to_bytes(), text.clone().into_bytes()].concat();
        let before = [text.into_bytes(), claim.to_bytes()].concat();
        prop_assert!(!is_ours(&after, instance));
        prop_assert!(!is_ours(&before, instance));
    }

    #[test]
    fn what_is_accepted_as_complete_prints_back_identically(lines in lines()) {
        let body = format!("nUYsCWitlepu\n{}", lines.concat());
        let text = format!("{body}freehold_checksum={:08x}", crc32fast::hash(body.as_bytes()));
        if let Ok(claim) = Claim::parse(text.as_bytes()) {
            prop_assert_eq!(claim.author(), ClaimAuthor::Freehold);
            prop_assert_eq!(claim.to_string(), text);
        }
    }

    #[test]
    fn arbitrary_bytes_are_never_ours(bytes in prop::collection::vec(any::<u8>(), 0..200), id: u128) {
        prop_assert!(!is_ours(&bytes, InstanceUid::of(Uuid::from_u128(id))));
    }

    #[test]
    fn a_claim_of_lamindb_is_read_whatever_else_it_says(
        entropy: u128,
        id: u128,
        before in "([a-eg-h ]{0,9}=?[a-z]{0,9}\n){0,3}",
        after in "(\n[a-eg-z ]{0,9}){0,3}",
        hyphenated: bool,
        crlf: bool,
    ) {
        let (storage, id) = (StorageUid::from_entropy(entropy), Uuid::from_u128(id));
        let id_text = if hyphenated { id.hyphenated().to_string() } else { id.simple().to_string() };
        let text = format!("{storage}\n{before}instance_id={id_text}{after}");
        let text = if crlf { text.replace('\n', "\r\n") } else { text };
        let claim = Claim::parse(text.as_bytes()).unwrap();
        prop_assert_eq!((claim.storage_uid(), claim.instance_id()), (storage, Some(id)));
        prop_assert_eq!((claim.author(), claim.epoch()), (ClaimAuthor::LaminDb, None));
        prop_assert_eq!(Claim::parse(&claim.to_bytes()), Ok(claim));
    }
}
