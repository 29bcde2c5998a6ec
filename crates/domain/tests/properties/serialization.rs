//! Every value type is serialized as its text, and read back through its own parser.

use std::fmt::{self, Debug, Display};

use freehold_domain::artifact_key::{ArtifactKey, ArtifactKeyPrefix};
use freehold_domain::blob_key::BlobKey;
use freehold_domain::hash::{ContentHash, HashAlgorithm};
use freehold_domain::storage_kind::StorageKind;
use freehold_domain::storage_root::StorageRoot;
use freehold_domain::suffix::Suffix;
use freehold_domain::uid::{ArtifactUid, InstanceUid, RunUid};
use freehold_domain::version::Version;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde::de::value::{Error, StrDeserializer};

/// Serializes into a formatter, which takes texts as they are.
struct Text<'a, T>(&'a T);

impl<T: Serialize> Display for Text<'_, T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.serialize(formatter)
    }
}

fn deserialize<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    T::deserialize(StrDeserializer::<Error>::new(text))
}

#[track_caller]
fn assert_is_its_text<T: Serialize + DeserializeOwned + Display + Debug + PartialEq>(text: &str) {
    let value: T = deserialize(text).unwrap();
    assert_eq!(Text(&value).to_string(), text);
    assert_eq!(value.to_string(), text);
}

#[test]
fn values_are_serialized_as_their_text() {
    assert_is_its_text::<InstanceUid>("186kfOVJd0dZ");
    assert_is_its_text::<RunUid>("0123456789abcdef0000");
    assert_is_its_text::<ArtifactUid>("0123456789abcdef0000");
    assert_is_its_text::<Version>("000z");
    assert_is_its_text::<HashAlgorithm>("blake3");
    assert_is_its_text::<HashAlgorithm>("etag");
    assert_is_its_text::<ContentHash>(&"0f".repeat(32));
    assert_is_its_text::<ContentHash>("d41d8cd98f00b204e9800998ecf8427e-12");
    assert_is_its_text::<StorageKind>("gs");
    assert_is_its_text::<StorageRoot>("s3://bucket/a?endpoint_url=http://localhost:9000");
    assert_is_its_text::<BlobKey>(".lamindb/x");
    assert_is_its_text::<ArtifactKey>("raw/a.csv");
    assert_is_its_text::<ArtifactKeyPrefix>("raw/");
    assert_is_its_text::<Suffix>(".fastq.gz");
}

#[test]
fn invalid_texts_are_refused_with_the_reason_of_the_parser() {
    assert!(deserialize::<StorageRoot>("/data/").unwrap_err().to_string().contains("normal form"));
    assert!(deserialize::<ArtifactKey>("../x").is_err());
    assert!(deserialize::<Version>("0").is_err());
}
