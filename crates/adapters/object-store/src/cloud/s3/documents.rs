//! The documents that S3 answers with.

use freehold_domain::Timestamp;
use freehold_ports::blobs::BlobVersion;
use serde::Deserialize;

use crate::cloud::documents::{decoded, next_page, next_uploads};
use crate::cloud::found::bare_tag;
use crate::cloud::provider::{BegunUpload, Cause, ListedObject, ListedPage, ProviderError, UploadsPage};

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
        let next = next_page(result.is_truncated, result.next_continuation_token)?;
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

impl TryFrom<ListMultipartUploadsResult> for UploadsPage {
    type Error = ProviderError;

    fn try_from(result: ListMultipartUploadsResult) -> Result<Self, ProviderError> {
        let encoding = result.encoding_type.as_deref();
        let markers = result.next_key_marker.zip(result.next_upload_id_marker);
        let next = next_uploads(result.is_truncated, markers, encoding)?;
        let upload = |upload: Upload| BegunUpload {
            key: decoded(upload.key, encoding),
            id: upload.id,
            begun: upload.initiated.0,
        };
        Ok(Self { uploads: result.upload.into_iter().map(upload).collect(), next })
    }
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
    use crate::cloud::documents::read;

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

    #[test]
    fn a_page_of_uploads_that_breaks_off_is_an_error() {
        let uploads = |text: &str| -> Result<UploadsPage, ProviderError> {
            read::<ListMultipartUploadsResult>(text.as_bytes()).unwrap().try_into()
        };
        let broken =
            "<ListMultipartUploadsResult><IsTruncated>true</IsTruncated></ListMultipartUploadsResult>";
        uploads(broken).unwrap_err();
        let markers = "<NextKeyMarker>a</NextKeyMarker><NextUploadIdMarker>1</NextUploadIdMarker>";
        let going_on = broken.replace("</IsTruncated>", &format!("</IsTruncated>{markers}"));
        assert_eq!(uploads(&going_on).unwrap().next, Some(("a".to_owned(), "1".to_owned())));
    }
}
