//! Keys stay inside their location, and suffixes inside their names.

use freehold_domain::artifact_key::{ArtifactKey, ArtifactKeyPrefix};
use freehold_domain::blob_key::BlobKey;
use freehold_domain::suffix::Suffix;
use proptest::prelude::*;
use proptest::sample::select;

/// Segments that are likely to be refused, and some that are not.
fn segments() -> impl Strategy<Value = Vec<String>> {
    let special =
        select(vec!["", ".", "..", ".lamindb", "...", ".lamindbx", "a\\b", "a\nb", "a\0", " ", "%2e%2e"]);
    let segment = prop_oneof![3 => "[a-zA-Z0-9._é -]{1,8}", 1 => special.prop_map(str::to_owned)];
    prop::collection::vec(segment, 1..5)
}

/// Whether a key of these segments would stay inside its location.
fn stays_inside(segments: &[String]) -> bool {
    segments.iter().all(|segment| !segment.is_empty() && segment != "." && segment != "..")
}

proptest! {
    #[test]
    fn a_blob_key_is_accepted_exactly_if_it_stays_inside(segments in segments()) {
        let text = segments.join("/");
        let expected = stays_inside(&segments) && !text.contains('\0');
        prop_assert_eq!(BlobKey::parse(&text).map(|key| key.to_string()).ok(), expected.then_some(text));
    }

    #[test]
    fn an_artifact_key_is_accepted_exactly_by_its_rules(segments in segments()) {
        let text = segments.join("/");
        let expected = stays_inside(&segments)
            && segments.iter().all(|segment| segment != ".lamindb")
            && !text.contains(['\\', '\n', '\0']);
        prop_assert_eq!(text.parse::<ArtifactKey>().map(|key| key.to_string()).ok(), expected.then_some(text));
    }

    #[test]
    fn arbitrary_text_is_refused_or_printed_as_it_was(text in any::<String>()) {
        if let Ok(key) = text.parse::<BlobKey>() {
            prop_assert_eq!(key.as_str(), &text);
            prop_assert_eq!(key.segments().collect::<Vec<_>>().join("/"), text.clone());
        }
        if let Ok(key) = text.parse::<ArtifactKey>() {
            prop_assert_eq!(key.as_str(), text);
        }
    }

    #[test]
    fn an_artifact_key_is_a_blob_key_and_back(segments in segments()) {
        if let Ok(key) = segments.join("/").parse::<ArtifactKey>() {
            let blob_key = key.to_blob_key();
            prop_assert_eq!(BlobKey::parse(blob_key.as_str()), Ok(blob_key.clone()));
            prop_assert!(!blob_key.is_reserved());
            prop_assert_eq!(ArtifactKey::try_from(&blob_key), Ok(key));
        }
    }

    #[test]
    fn a_joined_key_starts_with_its_folder(folder in segments(), inner in segments()) {
        let keys = (BlobKey::parse(&folder.join("/")), BlobKey::parse(&inner.join("/")));
        if let (Ok(folder), Ok(inner)) = keys {
            let joined = folder.join(&inner).unwrap();
            prop_assert!(joined.starts_with(&folder));
            prop_assert_eq!(joined.file_name(), inner.file_name());
        }
    }

    #[test]
    fn starting_with_a_key_agrees_with_its_segments(
        left in "[ab]{1,2}(/[ab]{1,2}){0,2}",
        right in "[ab]{1,2}(/[ab]{1,2}){0,2}",
    ) {
        let (left, right) = (BlobKey::parse(&left).unwrap(), BlobKey::parse(&right).unwrap());
        let parts: (Vec<_>, Vec<_>) = (left.segments().collect(), right.segments().collect());
        prop_assert_eq!(left.starts_with(&right), parts.0.starts_with(&parts.1));
    }

    #[test]
    fn every_beginning_of_a_key_is_a_prefix_that_matches_it(
        segments in segments(),
        cut in any::<prop::sample::Index>(),
    ) {
        if let Ok(key) = segments.join("/").parse::<ArtifactKey>() {
            let starts = key.as_str().char_indices().map(|(index, _)| index);
            let ends: Vec<_> = starts.chain([key.as_str().len()]).collect();
            let beginning = &key.as_str()[..ends[cut.index(ends.len())]];
            prop_assert!(beginning.parse::<ArtifactKeyPrefix>().unwrap().matches(&key));
        }
    }

    #[test]
    fn a_prefix_that_is_accepted_begins_some_key(segments in segments()) {
        let text = segments.join("/");
        if let Ok(prefix) = text.parse::<ArtifactKeyPrefix>() {
            let key: ArtifactKey = format!("{text}x").parse().unwrap();
            prop_assert!(prefix.matches(&key));
        }
    }

    #[test]
    fn a_suffix_ends_the_name_that_it_was_taken_from(name in "[a-z. -]{0,6}(\\.[a-zA-Z0-9é_]{1,3}){0,3}(\\.gz)?") {
        let suffix = Suffix::of_name(&name);
        prop_assert!(name.ends_with(suffix.as_str()));
        prop_assert_eq!(suffix.as_str().parse(), Ok(suffix.clone()));
        prop_assert_eq!(Suffix::of_name(&format!("other{suffix}")), suffix);
    }
}
