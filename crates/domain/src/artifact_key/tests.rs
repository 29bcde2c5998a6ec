//! Examples of keys and prefixes; the laws are property tests.
#![allow(clippy::unwrap_used)]

use super::{ArtifactKey, ArtifactKeyError, ArtifactKeyPrefix};
use crate::blob_key::BlobKey;

fn key(text: &str) -> ArtifactKey {
    text.parse().unwrap()
}

fn refusal(text: &str) -> ArtifactKeyError {
    text.parse::<ArtifactKey>().unwrap_err()
}

#[test]
fn an_absolute_key_is_refused() {
    assert_eq!(refusal("/raw/a.csv"), ArtifactKeyError::Absolute { key: "/raw/a.csv".into() });
}

#[test]
fn empty_and_relative_segments_are_refused() {
    for (text, segment) in [("a//b", ""), ("a/", ""), ("./a", "."), ("a/../b", ".."), ("..", "..")] {
        let (key, segment) = (text.to_owned(), segment.to_owned());
        assert_eq!(refusal(text), ArtifactKeyError::InvalidSegment { key, segment });
    }
}

#[test]
fn a_backslash_is_refused() {
    assert_eq!(refusal(r"a\b"), ArtifactKeyError::Backslash { key: r"a\b".into() });
}

#[test]
fn control_characters_are_refused() {
    for character in ['\0', '\n', '\r', '\t', '\u{1b}', '\u{7f}', '\u{85}'] {
        let key = format!("a{character}b");
        assert_eq!(refusal(&key), ArtifactKeyError::ControlCharacter { key: key.clone(), character });
    }
}

#[test]
fn the_reserved_folder_is_refused_at_every_depth() {
    for text in [".lamindb", ".lamindb/x", "a/.lamindb/x", "a/.lamindb"] {
        assert_eq!(refusal(text), ArtifactKeyError::Reserved { key: text.into() });
    }
    assert_eq!(key(".lamindb.txt").as_str(), ".lamindb.txt");
}

#[test]
fn the_longest_key_has_1024_bytes() {
    assert_eq!(key(&"é".repeat(512)).as_str().len(), 1024);
    assert_eq!(refusal(&format!("{}x", "é".repeat(512))), ArtifactKeyError::TooLong { length: 1025 });
    assert_eq!(refusal(""), ArtifactKeyError::Empty);
}

#[test]
fn the_suffix_must_be_that_of_the_file() {
    let gzip = ".fastq.gz".parse().unwrap();
    assert_eq!(key("raw/a.fastq.gz").require_suffix(&gzip), Ok(()));
    let mismatch = key("raw/a.csv").require_suffix(&gzip).unwrap_err();
    assert_eq!(
        mismatch.to_string(),
        r#"key "raw/a.csv" has the suffix .csv and the file has the suffix .fastq.gz; the suffix of a key must be that of its file"#
    );
}

#[test]
fn a_dot_in_a_folder_is_no_suffix() {
    assert!(key("v1.2/README").suffix().is_empty());
}

#[test]
fn a_blob_key_becomes_a_key_only_where_it_could_be_one() {
    assert_eq!(ArtifactKey::try_from(&BlobKey::parse("a/b").unwrap()), Ok(key("a/b")));
    assert!(ArtifactKey::try_from(&BlobKey::claim()).is_err());
    assert_eq!(key("a/b").to_blob_key().as_str(), "a/b");
}

#[test]
fn a_prefix_that_no_key_could_have_is_refused() {
    for text in ["/", "a//", "a/../", "./", ".lamindb/", r"a\", "a\n"] {
        assert!(text.parse::<ArtifactKeyPrefix>().is_err(), "{text:?}");
    }
}

#[test]
fn a_prefix_may_end_anywhere() {
    for text in ["", "a", "a/", "a/.", "a/..", ".lamindb"] {
        assert!(text.parse::<ArtifactKeyPrefix>().is_ok(), "{text:?}");
    }
}
