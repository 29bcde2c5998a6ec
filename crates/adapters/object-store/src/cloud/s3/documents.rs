//! The documents that S3 answers with.

use freehold_domain::Timestamp;
use freehold_ports::blobs::BlobVersion;
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::cloud::found::bare_tag;
use crate::cloud::provider::{BegunUpload, Cause, ListedObject, ListedPage, ProviderError, UploadsPage};

/// Reads a document.
pub(super) fn read<Document: DeserializeOwned>(body: &[u8]) -> Result<Document, ProviderError> {
    quick_xml::de::from_reader(body).map_err(unreadable)
}

fn unreadable(error: quick_xml::DeError) -> ProviderError {
    ProviderError::of(Cause::Other, error)
}

/// A page of a listing.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListBucketResult {
    #[serde(default)]
    contents: Vec<Contents>,
    #[serde(default)]
    is_truncated: Option<bool>,
    next_continuation_token: Option<String>,
    encoding_type: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Contents {
    key: String,
    size: u64,
    last_modified: Timestamped,
    #[serde(rename = "ETag")]
    e_tag: Option<String>,
}

/// A time as the documents have it.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct Timestamped(Timestamp);

impl TryFrom<String> for Timestamped {
    type Error = chrono::ParseError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        chrono::DateTime::parse_from_rfc3339(&text).map(|time| Self(time.into()))
    }
}

impl TryFrom<ListBucketResult> for ListedPage {
    type Error = ProviderError;

    fn try_from(result: ListBucketResult) -> Result<Self, Self::Error> {
        let next = match (result.is_truncated, result.next_continuation_token) {
            (Some(false), _) => None,
            (Some(true), None) => {
                return Err(ProviderError::of(Cause::Other, "a listing breaks off without saying where"));
            }
            (Some(true) | None, next) => next.filter(|token| !token.is_empty()),
        };
        let encoding = result.encoding_type;
        let object = |contents: Contents| {
            let tag = contents.e_tag.map(|tag| bare_tag(&tag)).filter(|tag| !tag.is_empty());
            let key = decoded(contents.key, encoding.as_deref());
            let version = tag.clone().map(BlobVersion).ok_or_else(|| {
                ProviderError::of(Cause::Other, format!("the listing has no entity tag of {key:?}"))
            })?;
            let Timestamped(modified) = contents.last_modified;
            Ok(ListedObject { key, size: contents.size, version, entity_tag: tag, modified })
        };
        let objects = result.contents.into_iter().map(object).collect::<Result<_, ProviderError>>()?;
        Ok(Self { objects, next })
    }
}

/// A page of the unfinished uploads.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListMultipartUploadsResult {
    #[serde(default)]
    upload: Vec<Upload>,
    #[serde(default)]
    is_truncated: bool,
    next_key_marker: Option<String>,
    next_upload_id_marker: Option<String>,
    encoding_type: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Upload {
    key: String,
    #[serde(rename = "UploadId")]
    id: String,
    initiated: Timestamped,
}

impl From<ListMultipartUploadsResult> for UploadsPage {
    fn from(result: ListMultipartUploadsResult) -> Self {
        let encoding = result.encoding_type.as_deref();
        let next = result.next_key_marker.zip(result.next_upload_id_marker);
        let upload = |upload: Upload| BegunUpload {
            key: decoded(upload.key, encoding),
            id: upload.id,
            begun: upload.initiated.0,
        };
        Self {
            uploads: result.upload.into_iter().map(upload).collect(),
            next: next.filter(|_| result.is_truncated).map(|(key, id)| (decoded(key, encoding), id)),
        }
    }
}

/// A key as it is. Servers encode keys when they are asked to, since not every character can stand in a document.
fn decoded(key: String, encoding: Option<&str>) -> String {
    if encoding != Some("url") {
        return key;
    }
    let spaced = key.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

/// The answer to the begin of an upload.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct InitiateMultipartUploadResult {
    pub(super) upload_id: String,
}

/// The answer to the copy of a part.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CopyPartResult {
    #[serde(rename = "ETag")]
    pub(super) e_tag: String,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    const PAGE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>lab</Name><Prefix></Prefix>
<EncodingType>url</EncodingType><IsTruncated>true</IsTruncated><NextContinuationToken>more</NextContinuationToken>
<Contents><Key>a+b%2Bc/d%0Ae</Key><LastModified>2026-01-02T03:04:05.678Z</LastModified><ETag>&quot;0f&quot;</ETag><Size>7</Size>
<StorageClass>STANDARD</StorageClass></Contents></ListBucketResult>"#;

    fn page(text: &str) -> Result<ListedPage, ProviderError> {
        read::<ListBucketResult>(text.as_bytes()).unwrap().try_into()
    }

    #[test]
    fn encoded_keys_are_decoded() {
        assert_eq!(page(PAGE).unwrap().objects[0].key, "a b+c/d\ne");
    }

    #[test]
    fn keys_are_literal_when_the_server_did_not_encode_them() {
        let literal = PAGE.replace("<EncodingType>url</EncodingType>", "");
        assert_eq!(page(&literal).unwrap().objects[0].key, "a+b%2Bc/d%0Ae");
    }

    #[test]
    fn the_version_is_the_bare_entity_tag() {
        assert_eq!(page(PAGE).unwrap().objects[0].version, BlobVersion("0f".to_owned()));
    }

    #[test]
    fn a_page_that_breaks_off_is_an_error() {
        let broken = PAGE.replace("<NextContinuationToken>more</NextContinuationToken>", "");
        page(&broken).unwrap_err();
        assert_eq!(page(PAGE).unwrap().next.as_deref(), Some("more"));
    }

    #[test]
    fn an_empty_listing_is_empty() {
        let empty =
            page("<ListBucketResult><Name>lab</Name><IsTruncated>false</IsTruncated></ListBucketResult>");
        assert!(empty.unwrap().objects.is_empty());
    }
}
