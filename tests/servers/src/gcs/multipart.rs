//! Uploads in parts.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use axum::body::Body;
use axum::http::{HeaderMap, Response, StatusCode};
use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, Utc};
use quick_xml::escape::escape;
use serde::Deserialize;

use super::incoming::Incoming;
use super::listing::limit_of;
use super::object::{StoredObject, attributes_of, this_second};
use super::object_operations::{describe, verify_digests};
use super::refusal::{Refusal, xml_response};
use super::state::Shared;
use crate::content::Content;

/// The least number of bytes of every part but the last.
const SMALLEST_PART: u64 = 5 * 1024 * 1024;

/// An upload that was begun.
#[derive(Debug)]
pub(super) struct Upload {
    pub(super) key: String,
    initiated: DateTime<Utc>,
    attributes: HeaderMap,
    parts: BTreeMap<u32, StoredObject>,
}

#[derive(Debug, Deserialize)]
struct CompleteMultipartUpload {
    #[serde(rename = "Part", default)]
    parts: Vec<CompletedPart>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CompletedPart {
    part_number: u32,
    #[serde(rename = "ETag")]
    e_tag: String,
}

impl Upload {
    /// The content of the parts that `completed` names, checked against what was uploaded.
    fn chosen(&self, completed: &[CompletedPart]) -> Result<Content, Refusal> {
        let refused = |code, message: String| Refusal::new(StatusCode::BAD_REQUEST, code, message);
        let mut chosen: Vec<&Content> = Vec::with_capacity(completed.len());
        let mut previous = 0;
        for (place, wanted) in completed.iter().enumerate() {
            let number = wanted.part_number;
            if number <= previous {
                return Err(refused(
                    "InvalidPartOrder",
                    "The list of parts was not in ascending order.".to_owned(),
                ));
            }
            previous = number;
            let part = self
                .parts
                .get(&number)
                .filter(|part| part.e_tag.trim_matches('"') == wanted.e_tag.trim_matches('"'))
                .ok_or_else(|| {
                    refused("InvalidPart", format!("Part {number} could not be found or has another tag."))
                })?;
            if place + 1 < completed.len() && part.content.length() < SMALLEST_PART {
                return Err(refused(
                    "EntityTooSmall",
                    format!("Part {number} is smaller than the minimum allowed size."),
                ));
            }
            chosen.push(&part.content);
        }
        if chosen.is_empty() {
            return Err(refused(
                "MalformedCompleteMultipartUploadRequest",
                "There must be at least one part.".to_owned(),
            ));
        }
        Ok(Content::joined(chosen))
    }
}

pub(super) fn begin(
    request: &Incoming,
    bucket: &str,
    key: &str,
    shared: &Shared,
) -> Result<Response<Body>, Refusal> {
    let upload = Upload {
        key: key.to_owned(),
        initiated: this_second(),
        attributes: attributes_of(&request.headers),
        parts: BTreeMap::new(),
    };
    let mut state = shared.lock();
    state.bucket(bucket)?;
    let id = state.next_upload();
    state.bucket(bucket)?.uploads.insert(id.clone(), upload);
    Ok(xml_response(format!(
        "<?xml version='1.0' encoding='UTF-8'?><InitiateMultipartUploadResult><Bucket>{}</Bucket><Key>{}</Key><UploadId>{id}</UploadId>\
         </InitiateMultipartUploadResult>",
        escape(bucket),
        escape(key)
    )))
}

pub(super) fn store_part(
    request: &Incoming,
    bucket: &str,
    key: &str,
    upload: &str,
    body: Bytes,
    shared: &Shared,
) -> Result<Response<Body>, Refusal> {
    let number = request
        .parameter("partNumber")
        .and_then(|text| text.parse().ok())
        .filter(|number| (1..=10_000).contains(number))
        .ok_or_else(|| Refusal::invalid_argument("partNumber must be between 1 and 10000"))?;
    let content = Content::from(body);
    verify_digests(request, &content)?;
    let part = StoredObject::new(content, 0, HeaderMap::new());
    let mut response = Response::new(Body::empty());
    describe(response.headers_mut(), &part);
    response.headers_mut().remove(super::object_operations::GENERATION);
    let mut state = shared.lock();
    state.bucket(bucket)?.upload(key, upload)?.parts.insert(number, part);
    Ok(response)
}

/// Makes the object, in the place of whatever is there: as on Google Cloud Storage, no precondition can be set.
pub(super) fn complete(
    request: &Incoming,
    bucket: &str,
    key: &str,
    upload: &str,
    body: &Bytes,
    shared: &Shared,
) -> Result<Response<Body>, Refusal> {
    if request.header("x-goog-if-generation-match").is_some() {
        let message = "A header you provided implies functionality that is not implemented.";
        return Err(Refusal::new(StatusCode::BAD_REQUEST, "NotImplemented", message));
    }
    let completed: CompleteMultipartUpload = quick_xml::de::from_reader(body.as_ref()).map_err(|error| {
        Refusal::new(StatusCode::BAD_REQUEST, "MalformedCompleteMultipartUploadRequest", error.to_string())
    })?;
    let mut state = shared.lock();
    let begun = state.bucket(bucket)?.upload(key, upload)?;
    let content = begun.chosen(&completed.parts)?;
    let attributes = begun.attributes.clone();
    let object = StoredObject::composed(content, state.next_generation(), attributes);
    let mut response = xml_response(format!(
        "<?xml version='1.0' encoding='UTF-8'?><CompleteMultipartUploadResult><Bucket>{}</Bucket><Key>{}</Key><ETag>{}</ETag>\
         </CompleteMultipartUploadResult>",
        escape(bucket),
        escape(key),
        escape(object.e_tag.as_str())
    ));
    describe(response.headers_mut(), &object);
    let bucket = state.bucket(bucket)?;
    bucket.uploads.remove(upload);
    bucket.store(key.to_owned(), object);
    Ok(response)
}

pub(super) fn abort(
    bucket: &str,
    key: &str,
    upload: &str,
    shared: &Shared,
) -> Result<Response<Body>, Refusal> {
    let mut state = shared.lock();
    let bucket = state.bucket(bucket)?;
    bucket.upload(key, upload)?;
    bucket.uploads.remove(upload);
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    Ok(response)
}

pub(super) fn list_uploads(
    request: &Incoming,
    bucket: &str,
    shared: &Shared,
) -> Result<Response<Body>, Refusal> {
    if request.parameter("delimiter").is_some() {
        return Err(Refusal::not_implemented("a delimiter in a listing of uploads is not implemented"));
    }
    let limit = limit_of(request, "max-uploads", shared)?;
    let prefix = request.parameter("prefix").unwrap_or_default();
    let marker = (request.parameter("key-marker").unwrap_or_default(), request.parameter("upload-id-marker"));
    let mut state = shared.lock();
    let mut found: Vec<(&String, &Upload)> = state
        .bucket(bucket)?
        .uploads
        .iter()
        .filter(|(_, upload)| upload.key.starts_with(prefix))
        .filter(|(id, upload)| match marker {
            (key, Some(last)) if upload.key == key => id.as_str() > last,
            (key, _) => upload.key.as_str() > key,
        })
        .collect();
    found.sort_by(|left, right| (&left.1.key, left.0).cmp(&(&right.1.key, right.0)));
    let is_truncated = found.len() > limit;
    found.truncate(limit);
    let mut xml = format!(
        "<?xml version='1.0' encoding='UTF-8'?><ListMultipartUploadsResult><Bucket>{}</Bucket><IsTruncated>{is_truncated}</IsTruncated>",
        escape(bucket)
    );
    if let Some((id, upload)) = found.last().filter(|_| is_truncated) {
        let _ = write!(
            xml,
            "<NextKeyMarker>{}</NextKeyMarker><NextUploadIdMarker>{id}</NextUploadIdMarker>",
            escape(upload.key.as_str())
        );
    }
    for (id, upload) in found {
        let _ = write!(
            xml,
            "<Upload><Key>{}</Key><UploadId>{id}</UploadId><Initiated>{}</Initiated></Upload>",
            escape(upload.key.as_str()),
            upload.initiated.to_rfc3339_opts(SecondsFormat::Millis, true)
        );
    }
    xml.push_str("</ListMultipartUploadsResult>");
    Ok(xml_response(xml))
}

pub(super) fn list_parts(
    bucket: &str,
    key: &str,
    upload: &str,
    shared: &Shared,
) -> Result<Response<Body>, Refusal> {
    let mut state = shared.lock();
    let begun = state.bucket(bucket)?.upload(key, upload)?;
    let mut xml = format!(
        "<?xml version='1.0' encoding='UTF-8'?><ListPartsResult><Key>{}</Key><UploadId>{upload}</UploadId><IsTruncated>false</IsTruncated>",
        escape(key)
    );
    for (number, part) in &begun.parts {
        let _ = write!(
            xml,
            "<Part><PartNumber>{number}</PartNumber><ETag>{}</ETag><Size>{}</Size></Part>",
            escape(part.e_tag.as_str()),
            part.content.length()
        );
    }
    xml.push_str("</ListPartsResult>");
    Ok(xml_response(xml))
}
