//! Examples of roots and paths; the laws are property tests.
#![allow(clippy::unwrap_used)]

use super::{StoragePath, StoragePathError, StorageRoot, StorageRootError, Surroundings, owning_root};
use crate::blob_key::BlobKey;
use crate::storage_kind::StorageKind;

fn surroundings() -> Surroundings {
    Surroundings { current_directory: "/work/here".into(), home: Some("/home/ada".into()) }
}

fn root(text: &str) -> StorageRoot {
    StorageRoot::parse(text, &surroundings()).unwrap()
}

fn path(text: &str) -> StoragePath {
    StoragePath::parse(text, &surroundings()).unwrap()
}

fn refusal(text: &str) -> StoragePathError {
    StoragePath::parse(text, &surroundings()).unwrap_err()
}

#[test]
fn local_spellings_of_one_place_become_one_root() {
    let spellings = [
        ("/data/lab", "/data/lab"),
        ("/data//lab///", "/data/lab"),
        ("/data/./x/../lab", "/data/lab"),
        ("/../../data", "/data"),
        ("file:///data/l%61b", "/data/lab"),
        ("file:///data/%2e%2E/lab%2Fx", "/lab/x"),
        ("file://localhost/data/", "/data"),
        ("file:///", "/"),
        ("/", "/"),
        ("//", "/"),
        ("~", "/home/ada"),
        ("~/", "/home/ada"),
        ("~/../bob", "/home/bob"),
        ("~bob", "/work/here/~bob"),
        ("data", "/work/here/data"),
        (".", "/work/here"),
        ("../data", "/work/data"),
        ("..", "/work"),
        ("C:\\data", "/work/here/C:\\data"),
        ("file:/data", "/work/here/file:/data"),
        ("s3:bucket", "/work/here/s3:bucket"),
        ("./s3://bucket", "/work/here/s3:/bucket"),
        ("/a b/%20/é", "/a b/%20/é"),
        ("/x/.lamindb/..", "/x"),
    ];
    for (spelling, normal) in spellings {
        assert_eq!(root(spelling).as_str(), normal, "{spelling:?}");
    }
}

#[test]
fn cloud_spellings_of_one_place_become_one_root() {
    let spellings = [
        ("s3://bucket", "s3://bucket"),
        ("s3://bucket/", "s3://bucket"),
        ("gs://bucket/a/b/", "gs://bucket/a/b"),
        ("s3://bucket/a%20b", "s3://bucket/a%20b"),
        ("s3://bucket/a b/é\\", "s3://bucket/a b/é\\"),
        ("s3://bucket/...", "s3://bucket/..."),
        (
            "s3://bucket/?endpoint_url=HTTP://LocalHost:9000/",
            "s3://bucket?endpoint_url=http://localhost:9000",
        ),
        ("s3://bucket/a/?endpoint_url=https://h:443/s3//", "s3://bucket/a?endpoint_url=https://h/s3"),
        ("s3://bucket/a?endpoint_url=http://127.1:80", "s3://bucket/a?endpoint_url=http://127.0.0.1"),
    ];
    for (spelling, normal) in spellings {
        assert_eq!(root(spelling).as_str(), normal, "{spelling:?}");
    }
}

#[test]
fn nothing_is_not_a_place() {
    for text in ["", " ", "  \u{a0}"] {
        assert_eq!(refusal(text), StoragePathError::Empty, "{text:?}");
    }
}

#[test]
fn unknown_and_upper_case_schemes_are_refused() {
    for scheme in ["S3", "GS", "FILE", "File", "gcs", "https", "az", "", " s3", "a b"] {
        let expected = StoragePathError::UnsupportedScheme { scheme: scheme.to_owned() };
        assert_eq!(refusal(&format!("{scheme}://bucket/a")), expected);
    }
    let message = refusal("S3://bucket").to_string();
    assert!(["file:///", "s3://", "gs://"].iter().all(|scheme| message.contains(scheme)), "{message}");
}

#[test]
fn control_characters_are_refused_in_every_spelling() {
    for text in ["/a\0", "a\nb", "s3://bucket/a\tb", "file:///a%00", "file:///a%0a", "/a\u{85}b"] {
        assert!(matches!(refusal(text), StoragePathError::ControlCharacter { .. }), "{text:?}");
    }
}

#[test]
fn a_path_of_4096_bytes_is_refused() {
    assert_eq!(path(&format!("/{}", "a".repeat(4094))).as_str().len(), 4095);
    assert_eq!(refusal(&format!("/{}", "a".repeat(4095))), StoragePathError::TooLong { length: 4096 });
}

#[test]
fn malformed_file_urls_are_refused() {
    for url in [
        "file://",
        "file://localhost",
        "file://server/data",
        "file:///a%",
        "file:///a%4",
        "file:///a%+1",
        "file:///%ff",
        "file:///a?b",
        "file:///a#b",
    ] {
        assert!(matches!(refusal(url), StoragePathError::InvalidFileUrl { .. }), "{url}");
    }
}

#[test]
fn impossible_buckets_are_refused() {
    let long = "b".repeat(64);
    for bucket in ["", "ab", "Bucket", "buc ket", "bücket", ".lamindb", "bucket-", "...", &long] {
        let expected = StoragePathError::InvalidBucket { bucket: bucket.to_owned() };
        assert_eq!(refusal(&format!("s3://{bucket}")), expected);
        assert_eq!(refusal(&format!("gs://{bucket}/a")), expected);
    }
}

#[test]
fn empty_and_relative_segments_of_cloud_paths_are_refused() {
    for (inner, segment) in [("/", ""), ("a//b", ""), ("a//", ""), ("./a", "."), ("a/..", "..")] {
        let text = format!("s3://bucket/{inner}");
        let expected = StoragePathError::InvalidSegment { text: text.clone(), segment: segment.into() };
        assert_eq!(refusal(&text), expected);
    }
}

#[test]
fn queries_other_than_an_endpoint_are_refused_by_name() {
    for (text, name) in [
        ("s3://bucket/a?versionId=7", "versionId"),
        ("s3://bucket?", ""),
        ("gs://bucket?generation=1", "generation"),
        ("s3://bucket?endpoint_url=http://h&key=secret", "key"),
        ("s3://bucket?key=secret&endpoint_url=http://h", "key"),
        ("s3://bucket?endpoint_url", "endpoint_url"),
    ] {
        assert_eq!(refusal(text), StoragePathError::UnsupportedQuery { name: name.into() }, "{text}");
    }
    for text in ["s3://bucket/a#b", "gs://bucket#", "s3://bucket?endpoint_url=http://h#x"] {
        assert!(matches!(refusal(text), StoragePathError::Fragment { .. }), "{text}");
    }
}

#[test]
fn endpoints_that_have_no_one_spelling_are_refused() {
    for endpoint in [
        "",
        "localhost:9000",
        "ftp://h",
        "http://",
        "http://h?x",
        "http://h.",
        "http://h/a%41",
        "http://h/a b",
        "http://h/a//b",
        "http%3A%2F%2Fh",
        "http://h:99999",
    ] {
        let error = refusal(&format!("s3://bucket?endpoint_url={endpoint}"));
        assert!(matches!(error, StoragePathError::InvalidEndpoint { .. }), "{endpoint:?}: {error}");
    }
}

#[test]
fn messages_never_show_credentials() {
    for text in [
        "s3://bucket?endpoint_url=http://ada:secret@h",
        "s3://bucket?endpoint_url=secret@",
        "s3://ada:secret@Bucket",
        "s3://b?endpoint_url=http://ada:secret@h",
        "s3://bucket//a?key=secret",
        "s3://bucket/a?key=secret#",
        "s3://bucket?key=secret\n",
    ] {
        let error = refusal(text);
        assert!(!format!("{error} {error:?}").contains("secret"), "{error}");
    }
}

#[test]
fn a_relative_path_needs_to_know_what_it_is_relative_to() {
    let nowhere = Surroundings { current_directory: "here".into(), home: Some("ada".into()) };
    let error = |text| StoragePath::parse(text, &nowhere).unwrap_err();
    assert!(matches!(error("a"), StoragePathError::UnknownCurrentDirectory { .. }));
    assert!(matches!(error("~/a"), StoragePathError::UnknownHome { .. }));
    assert!(StoragePath::parse("/a", &nowhere).is_ok());
}

#[test]
fn a_root_inside_the_reserved_folder_is_refused() {
    for text in
        ["/data/.lamindb", "/data/.lamindb/x", ".lamindb", "s3://bucket/.lamindb", "gs://bucket/a/.lamindb/b"]
    {
        let error = StorageRoot::parse(text, &surroundings()).unwrap_err();
        assert!(matches!(error, StorageRootError::InsideReservedDirectory { .. }), "{text}");
        assert!(StoragePath::parse(text, &surroundings()).is_ok(), "a path may lie there: {text}");
    }
}

#[test]
fn only_the_normal_form_is_read_from_a_database() {
    for text in ["/", "/data", "s3://bucket/a", "s3://bucket?endpoint_url=http://h:1", "gs://bucket"] {
        assert_eq!(StorageRoot::from_canonical(text).unwrap().as_str(), text);
    }
    for text in [
        "data",
        "~",
        ".",
        "/data/",
        "/a/../b",
        "file:///a",
        "s3://bucket/",
        "s3://bucket?endpoint_url=http://H",
    ] {
        assert!(StorageRoot::from_canonical(text).is_err(), "{text}");
    }
}

#[test]
fn the_parts_of_a_cloud_root_are_known() {
    let root = root("s3://bucket/a/b?endpoint_url=http://localhost:9000");
    assert_eq!(root.kind(), StorageKind::S3);
    assert_eq!((root.bucket(), root.prefix(), root.depth()), (Some("bucket"), Some("a/b"), 2));
    assert_eq!((root.endpoint_url(), root.name()), (Some("http://localhost:9000"), Some("b")));
    assert_eq!(root.local_path(), None);
}

#[test]
fn the_parts_of_a_bucket_and_of_a_directory_are_known() {
    let bucket = root("gs://bucket");
    assert_eq!((bucket.prefix(), bucket.endpoint_url(), bucket.depth()), (None, None, 0));
    assert_eq!((bucket.name(), bucket.kind()), (Some("bucket"), StorageKind::Gs));
    let directory = root("/data/lab");
    assert_eq!((directory.bucket(), directory.prefix(), directory.endpoint_url()), (None, None, None));
    assert_eq!(
        (directory.name(), directory.local_path()),
        (Some("lab"), Some(std::path::Path::new("/data/lab")))
    );
    assert_eq!(root("/").name(), None);
}

#[test]
fn another_endpoint_bucket_or_scheme_is_another_place() {
    let places = [
        "s3://bucket/a",
        "s3://bucket/a?endpoint_url=http://h",
        "gs://bucket/a",
        "s3://bucket2/a",
        "/bucket/a",
    ];
    for (index, left) in places.iter().enumerate() {
        for (other, right) in places.iter().enumerate() {
            assert_eq!(root(left).overlaps(&root(right)), index == other, "{left} {right}");
        }
    }
}

#[test]
fn containment_goes_by_whole_segments() {
    assert!(root("/a/b").contains(&root("/a/b")) && root("/a/b").contains(&root("/a/b/c")));
    assert!(!root("/a/b").contains(&root("/a/bc")) && !root("/a/b").contains(&root("/a")));
    assert!(root("/").contains(&root("/a")) && root("s3://bucket").contains(&root("s3://bucket/a")));
    assert!(root("/a").overlaps(&root("/a/b")) && root("/a/b").overlaps(&root("/a")));
    assert!(!root("/a/b").overlaps(&root("/a/bc")));
}

#[test]
fn ancestors_go_up_to_the_bucket_or_the_file_system() {
    let ancestors = |text| root(text).ancestors().map(|root| root.to_string()).collect::<Vec<_>>();
    assert_eq!(ancestors("/a/b/c"), ["/a/b", "/a", "/"]);
    assert_eq!(ancestors("/"), [""; 0]);
    assert_eq!(
        ancestors("s3://bucket/a/b?endpoint_url=http://h"),
        ["s3://bucket/a?endpoint_url=http://h", "s3://bucket?endpoint_url=http://h"]
    );
}

#[test]
fn a_path_belongs_to_the_longest_root_that_it_lies_inside() {
    let roots = ["/", "/data", "/data/lab", "s3://bucket"].map(root);
    let owner = |text| owning_root(&roots, &path(text)).map(StorageRoot::as_str);
    assert_eq!(owner("/data/lab/x"), Some("/data/lab"));
    assert_eq!(owner("/data/lab2"), Some("/data"));
    assert_eq!(owner("/data/lab"), Some("/data"), "a path does not lie inside the root that it equals");
    assert_eq!(owner("/"), None);
    assert_eq!(owner("s3://bucket2/x"), None);
    assert_eq!(owner("s3://bucket/x?endpoint_url=http://h"), None);
}

#[test]
fn a_joined_path_carries_the_endpoint_at_its_end() {
    let key = BlobKey::parse("x/y.csv").unwrap();
    let joined = root("s3://bucket/a?endpoint_url=http://h").join(&key);
    assert_eq!(joined.as_str(), "s3://bucket/a/x/y.csv?endpoint_url=http://h");
    assert_eq!(joined.file_name(), Some("y.csv"));
    assert_eq!(root("/").join(&key).as_str(), "/x/y.csv");
}

#[test]
fn a_key_cannot_pretend_to_be_another_place() {
    assert!(BlobKey::parse("x?endpoint_url=http://h").is_err(), "an endpoint has an empty segment");
    for key in ["x?endpoint_url=http:/h", "x?y", "x#y", "x\ny"] {
        let key = BlobKey::parse(key).unwrap();
        let joined = root("s3://bucket").join(&key);
        assert_eq!(root("s3://bucket").relative_key(&joined), Some(key));
        assert!(StorageRoot::try_from(joined.clone()).is_err(), "{joined:?} cannot be spelled as a root");
    }
}

#[test]
fn a_path_forgets_its_trailing_slash() {
    assert_eq!(path("/data/lab/").file_name(), Some("lab"));
    assert_eq!(path("s3://bucket/").file_name(), None);
    assert_eq!(path("s3://bucket/.lamindb/x/").as_str(), "s3://bucket/.lamindb/x");
}
