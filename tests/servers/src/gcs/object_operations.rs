//! Reading, writing, copying and deleting objects.

use axum::body::Body;
use axum::http::header::{ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, LAST_MODIFIED};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use bytes::Bytes;
use chrono::SecondsFormat;
use futures_util::stream;
use quick_xml::escape::escape;
use s3s::dto::Range;

use super::condition::{Readable, check_generation, check_read};
use super::incoming::{Incoming, decoded};
use super::object::{StoredObject, attributes_of, crc32c_of, md5_of, this_second};
use super::refusal::{Refusal, xml_response};
use super::state::Shared;
use crate::content::Content;

/// The header that names a generation.
pub(super) const GENERATION: &str = "x-goog-generation";

pub(super) fn read(
    request: &Incoming,
    bucket: &str,
    key: &str,
    shared: &Shared,
) -> Result<Response<Body>, Refusal> {
    let generation = match request.parameter("generation") {
        None => None,
        Some(text) => {
            Some(text.parse().map_err(|_| Refusal::invalid_argument("the generation is not a number"))?)
        }
    };
    let object = {
        let mut state = shared.lock();
        let object = state.bucket(bucket)?.object(key, generation)?;
        check_generation(request, Some(object))?;
        match check_read(request, object)? {
            Readable::NotModified => return Ok(not_modified(object)),
            Readable::Yes => object.clone(),
        }
    };
    let length = object.content.length();
    let range = request.header("range").and_then(|text| Range::parse(text).ok());
    let (status, part, name) = match range {
        None => (StatusCode::OK, object.content.clone(), None),
        Some(range) => {
            let range = range.check(length).map_err(|_| {
                let message = "The requested range cannot be satisfied.";
                Refusal::new(StatusCode::RANGE_NOT_SATISFIABLE, "InvalidRange", message)
            })?;
            let name = format!("bytes {}-{}/{length}", range.start, range.end.saturating_sub(1));
            (StatusCode::PARTIAL_CONTENT, object.content.slice(range), Some(name))
        }
    };
    let mut response = Response::new(Body::from_stream(chunks_of(&part)));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("binary/octet-stream"));
    headers.extend(object.attributes.clone());
    describe(headers, &object);
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(part.length()));
    headers.insert("x-goog-stored-content-length", HeaderValue::from(length));
    if let Some(name) = name.and_then(|name| HeaderValue::try_from(name).ok()) {
        headers.insert(CONTENT_RANGE, name);
    }
    Ok(response)
}

pub(super) fn store(
    request: &Incoming,
    bucket: &str,
    key: &str,
    body: Bytes,
    shared: &Shared,
) -> Result<Response<Body>, Refusal> {
    let content = Content::from(body);
    verify_digests(request, &content)?;
    let mut state = shared.lock();
    check_write(request, state.bucket(bucket)?.objects.get(key), shared)?;
    let object = StoredObject::new(content, state.next_generation(), attributes_of(&request.headers));
    let mut response = Response::new(Body::empty());
    describe(response.headers_mut(), &object);
    state.bucket(bucket)?.store(key.to_owned(), object);
    Ok(response)
}

pub(super) fn copy(
    request: &Incoming,
    bucket: &str,
    key: &str,
    shared: &Shared,
) -> Result<Response<Body>, Refusal> {
    let source = request.header("x-goog-copy-source").unwrap_or_default();
    let (from_bucket, from_key) = source
        .trim_start_matches('/')
        .split_once('/')
        .ok_or_else(|| Refusal::invalid_argument("x-goog-copy-source is not of the form bucket/object"))?;
    let generation = match request.header("x-goog-copy-source-generation") {
        None => None,
        Some(text) => {
            Some(text.parse().map_err(|_| Refusal::invalid_argument("the generation is not a number"))?)
        }
    };
    let mut state = shared.lock();
    let source = state.bucket(&decoded(from_bucket)?)?.object(&decoded(from_key)?, generation)?.clone();
    check_write(request, state.bucket(bucket)?.objects.get(key), shared)?;
    let attributes = match request.header("x-goog-metadata-directive") {
        Some("REPLACE") => attributes_of(&request.headers),
        Some(_) | None => source.attributes.clone(),
    };
    let generation = state.next_generation();
    let copy = StoredObject { generation, attributes, last_modified: this_second(), ..source };
    let mut response = xml_response(format!(
        "<?xml version='1.0' encoding='UTF-8'?><CopyObjectResult><ETag>{}</ETag><LastModified>{}</LastModified></CopyObjectResult>",
        escape(copy.e_tag.as_str()),
        copy.last_modified.to_rfc3339_opts(SecondsFormat::Millis, true)
    ));
    describe(response.headers_mut(), &copy);
    state.bucket(bucket)?.store(key.to_owned(), copy);
    Ok(response)
}

pub(super) fn remove(
    request: &Incoming,
    bucket: &str,
    key: &str,
    shared: &Shared,
) -> Result<Response<Body>, Refusal> {
    if request.parameter("generation").is_some() {
        return Err(Refusal::not_implemented("deleting a former generation is not implemented"));
    }
    let mut state = shared.lock();
    let bucket = state.bucket(bucket)?;
    check_write(request, bucket.objects.get(key), shared)?;
    bucket.object(key, None)?;
    bucket.remove(key);
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    Ok(response)
}

/// Fails if a write may not replace what is live; never, where the server ignores preconditions.
pub(super) fn check_write(
    request: &Incoming,
    live: Option<&StoredObject>,
    shared: &Shared,
) -> Result<(), Refusal> {
    if shared.switches.ignores_conditional_writes { Ok(()) } else { check_generation(request, live) }
}

/// Fails if the body does not have the digests that came with it.
pub(super) fn verify_digests(request: &Incoming, content: &Content) -> Result<(), Refusal> {
    let in_hash_header = || request.header("x-goog-hash").into_iter().flat_map(|value| value.split(','));
    let sent = |kind: &'static str| in_hash_header().filter_map(move |pair| pair.trim().strip_prefix(kind));
    let refused = |kind: &str, place: &str| {
        let message = format!("The {kind} you specified in {place} did not match what we computed.");
        Refusal::new(StatusCode::BAD_REQUEST, "BadDigest", message)
    };
    let md5 = sent("md5=").chain(request.header("content-md5")).collect::<Vec<_>>();
    if !md5.is_empty() && md5.iter().any(|sent| *sent != BASE64_STANDARD.encode(md5_of(content))) {
        return Err(refused("MD5", "Content-MD5 or x-goog-hash"));
    }
    let crc32c = sent("crc32c=").collect::<Vec<_>>();
    if !crc32c.is_empty() && crc32c.iter().any(|sent| *sent != BASE64_STANDARD.encode(crc32c_of(content))) {
        return Err(refused("CRC32C", "x-goog-hash"));
    }
    Ok(())
}

/// The headers that name a generation.
pub(super) fn describe(headers: &mut HeaderMap, object: &StoredObject) {
    if let Ok(tag) = HeaderValue::try_from(&object.e_tag) {
        headers.insert(ETAG, tag);
    }
    headers.insert(LAST_MODIFIED, object.last_modified_header());
    headers.insert(GENERATION, HeaderValue::from(object.generation));
    headers.insert("x-goog-metageneration", HeaderValue::from(1));
}

fn not_modified(object: &StoredObject) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    describe(response.headers_mut(), object);
    response
}

fn chunks_of(content: &Content) -> impl futures_util::Stream<Item = Result<Bytes, std::io::Error>> + use<> {
    let chunks: Vec<_> = content.chunks().iter().cloned().map(Ok).collect();
    stream::iter(chunks)
}
