//! The documents that Google Cloud Storage answers with.

use chrono::{DateTime, Utc};
use freehold_ports::blobs::BlobVersion;
use serde::Deserialize;

use super::staging;
use crate::cloud::documents::{decoded, next_page, next_uploads, read};
use crate::cloud::found::bare_tag;
use crate::cloud::provider::{BegunUpload, ListedObject, ListedPage, ProviderError, UploadsPage};

/// A page of a listing.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListBucketResult {
    #[serde(default)]
    contents: Vec<Contents>,
    is_truncated: Option<bool>,
    next_continuation_token: Option<String>,
    encoding_type: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Contents {
    key: String,
    size: u64,
    generation: String,
    last_modified: DateTime<Utc>,
    #[serde(rename = "ETag")]
    e_tag: Option<String>,
}

/// A page of the unfinished uploads.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListMultipartUploadsResult {
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
    initiated: DateTime<Utc>,
}

/// A page of a listing, with what is staged for uploads.
pub(super) fn listing(document: &[u8]) -> Result<ListedPage, ProviderError> {
    let result: ListBucketResult = read(document)?;
    let next = next_page(result.is_truncated, result.next_continuation_token)?;
    let encoding = result.encoding_type.as_deref();
    let objects = result.contents.into_iter().map(|contents| ListedObject {
        key: decoded(contents.key, encoding),
        size: contents.size,
        version: BlobVersion(contents.generation),
        entity_tag: contents.e_tag.map(|tag| bare_tag(&tag)).filter(|tag| !tag.is_empty()),
        modified: contents.last_modified,
    });
    Ok(ListedPage { objects: objects.collect(), next })
}

/// A page of the unfinished uploads, each at the key where its object would be.
pub(super) fn uploads(document: &[u8]) -> Result<UploadsPage, ProviderError> {
    let result: ListMultipartUploadsResult = read(document)?;
    let encoding = result.encoding_type.as_deref();
    let markers = result.next_key_marker.zip(result.next_upload_id_marker);
    let next = next_uploads(result.is_truncated, markers, encoding)?;
    let upload = |upload: Upload| {
        let key = decoded(upload.key, encoding);
        match staging::destination(&key) {
            Some((destination, random)) => BegunUpload {
                id: staging::upload_id(random, &upload.id),
                key: destination,
                begun: upload.initiated,
            },
            None => BegunUpload { key, id: upload.id, begun: upload.initiated },
        }
    };
    Ok(UploadsPage { uploads: result.upload.into_iter().map(upload).collect(), next })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    const PAGE: &str = "<?xml version='1.0' encoding='UTF-8'?><ListBucketResult xmlns='http://doc.s3.amazonaws.com/2006-03-01'>\
        <Name>lab</Name><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated><NextContinuationToken>more</NextContinuationToken>\
        <Contents><Key>a%20b%0Ac</Key><Generation>1700000000000001</Generation><MetaGeneration>1</MetaGeneration>\
        <LastModified>2026-01-02T03:04:05.678Z</LastModified><ETag>\"0f\"</ETag><Size>7</Size></Contents></ListBucketResult>";

    #[test]
    fn the_version_is_the_generation() {
        let object = listing(PAGE.as_bytes()).unwrap().objects.remove(0);
        assert_eq!(object.version, BlobVersion("1700000000000001".to_owned()));
        assert_eq!(
            (object.key.as_str(), object.size, object.entity_tag.as_deref()),
            ("a b\nc", 7, Some("0f"))
        );
    }

    #[test]
    fn keys_are_literal_when_the_server_did_not_encode_them() {
        let literal = PAGE.replace("<EncodingType>url</EncodingType>", "");
        assert_eq!(listing(literal.as_bytes()).unwrap().objects[0].key, "a%20b%0Ac");
    }

    #[test]
    fn a_page_that_breaks_off_is_an_error() {
        assert_eq!(listing(PAGE.as_bytes()).unwrap().next.as_deref(), Some("more"));
        let broken = PAGE.replace("<NextContinuationToken>more</NextContinuationToken>", "");
        listing(broken.as_bytes()).unwrap_err();
    }

    #[test]
    fn a_listing_without_generations_is_an_error() {
        listing(PAGE.replace("Generation>", "Other>").as_bytes()).unwrap_err();
    }

    #[test]
    fn an_upload_is_shown_at_its_own_key() {
        let random = "0123456789abcdef0123456789abcdef";
        let document = format!(
            "<ListMultipartUploadsResult><IsTruncated>false</IsTruncated><Upload><Key>x/.freehold-upload-{random}-a</Key>\
             <UploadId>U</UploadId><Initiated>2026-01-02T03:04:05Z</Initiated></Upload></ListMultipartUploadsResult>"
        );
        let upload = uploads(document.as_bytes()).unwrap().uploads.remove(0);
        assert_eq!((upload.key.as_str(), upload.id), ("x/a", format!("{random}.U")));
    }
}
