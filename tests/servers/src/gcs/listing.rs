//! Pages of keys and folders in XML.

use std::fmt::Write as _;

use axum::body::Body;
use axum::http::Response;
use chrono::SecondsFormat;
use quick_xml::escape::escape;

use super::incoming::Incoming;
use super::refusal::{Refusal, xml_response};
use super::state::Shared;
use crate::listing_page::{Entry, Resume, page};

pub(super) fn list_page(
    request: &Incoming,
    bucket: &str,
    shared: &Shared,
) -> Result<Response<Body>, Refusal> {
    if request.parameter("list-type") != Some("2") {
        return Err(Refusal::not_implemented("only listings of version 2 are implemented"));
    }
    let resume = match (request.parameter("continuation-token"), request.parameter("start-after")) {
        (Some(token), _) => Resume::parse(token)
            .ok_or_else(|| Refusal::invalid_argument("the continuation token is not one of ours"))?,
        (None, Some(key)) => Resume::After(key.to_owned()),
        (None, None) => Resume::After(String::new()),
    };
    let limit = limit_of(request, "max-keys", shared)?;
    let prefix = request.parameter("prefix").unwrap_or_default();
    let delimiter = request.parameter("delimiter").unwrap_or_default();

    let mut state = shared.lock();
    let (entries, next) = page(&state.bucket(bucket)?.objects, prefix, delimiter, &resume, limit);
    let mut xml = String::from(
        "<?xml version='1.0' encoding='UTF-8'?><ListBucketResult xmlns='http://doc.s3.amazonaws.com/2006-03-01'>",
    );
    let _ = write!(
        xml,
        "<Name>{}</Name><Prefix>{}</Prefix><KeyCount>{}</KeyCount><IsTruncated>{}</IsTruncated>",
        escape(bucket),
        escape(prefix),
        entries.len(),
        next.is_some()
    );
    if let Some(next) = &next {
        let _ = write!(xml, "<NextContinuationToken>{}</NextContinuationToken>", escape(next.token()));
    }
    for entry in &entries {
        let _ = match entry {
            Entry::Key(key, object) => write!(
                xml,
                "<Contents><Key>{}</Key><Generation>{}</Generation><MetaGeneration>1</MetaGeneration><LastModified>{}</LastModified>\
                 <ETag>{}</ETag><Size>{}</Size></Contents>",
                escape(*key),
                object.generation,
                object.last_modified.to_rfc3339_opts(SecondsFormat::Millis, true),
                escape(object.e_tag.as_str()),
                object.content.length()
            ),
            Entry::Folder(prefix) => {
                write!(xml, "<CommonPrefixes><Prefix>{}</Prefix></CommonPrefixes>", escape(*prefix))
            }
        };
    }
    xml.push_str("</ListBucketResult>");
    Ok(xml_response(xml))
}

/// The number of entries that a page may have.
pub(super) fn limit_of(request: &Incoming, parameter: &str, shared: &Shared) -> Result<usize, Refusal> {
    let asked = match request.parameter(parameter) {
        None => 1000,
        Some(text) => {
            text.parse().map_err(|_| Refusal::invalid_argument(format!("{parameter} is not a number")))?
        }
    };
    Ok(shared.switches.page_size.min(asked))
}
