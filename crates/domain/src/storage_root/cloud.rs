//! `s3://` and `gs://` places, whose keys are literal.

use super::error::readable;
use super::place::{ENDPOINT_QUERY, Place};
use super::{StoragePathError, endpoint};
use crate::storage_kind::StorageKind;

/// Reads the place `text`, where `rest` is what follows `scheme://`.
pub(super) fn parse(kind: StorageKind, text: &str, rest: &str) -> Result<Place, StoragePathError> {
    let (path, query) = match rest.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (rest, None),
    };
    if rest.contains('#') {
        return Err(StoragePathError::Fragment { text: readable(text) });
    }
    let path = path.strip_suffix('/').unwrap_or(path);
    let (bucket, inner) = match path.split_once('/') {
        Some((bucket, inner)) => (bucket, Some(inner)),
        None => (path, None),
    };
    if !is_bucket_name(bucket) {
        return Err(StoragePathError::InvalidBucket { bucket: without_user_information(bucket) });
    }
    if let Some(segment) = inner.and_then(|inner| inner.split('/').find(|s| matches!(*s, "" | "." | ".."))) {
        return Err(StoragePathError::InvalidSegment { text: readable(text), segment: segment.to_owned() });
    }
    let query = query.map(|query| parse_query(kind, query)).transpose()?.unwrap_or_default();
    Ok(Place::new(kind, &format!("{kind}://{bucket}"), inner.unwrap_or_default(), &query))
}

/// The normal form of a query, with its question mark.
fn parse_query(kind: StorageKind, query: &str) -> Result<String, StoragePathError> {
    let unsupported = |parameter: &str| {
        let name = parameter.split_once('=').map_or(parameter, |(name, _)| name);
        StoragePathError::UnsupportedQuery { name: name.to_owned() }
    };
    let (parameter, more) = match query.split_once('&') {
        Some((parameter, more)) => (parameter, Some(more)),
        None => (query, None),
    };
    match (kind, parameter.split_once('='), more) {
        (StorageKind::S3 | StorageKind::Gs, Some(("endpoint_url", url)), None) => {
            Ok(format!("{ENDPOINT_QUERY}{}", endpoint::normalize(url)?))
        }
        (StorageKind::S3 | StorageKind::Gs, Some(("endpoint_url", _)), Some(more)) => Err(unsupported(more)),
        (StorageKind::Local | StorageKind::S3 | StorageKind::Gs, _, _) => Err(unsupported(parameter)),
    }
}

/// Whether a bucket could have this name: loosely, since servers differ.
fn is_bucket_name(name: &str) -> bool {
    let alphanumeric = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = name.as_bytes();
    (3..=63).contains(&bytes.len())
        && bytes.iter().all(|byte| alphanumeric(byte) || matches!(byte, b'.' | b'-' | b'_'))
        && bytes.first().is_some_and(alphanumeric)
        && bytes.last().is_some_and(alphanumeric)
}

/// Keeps what stands after an `@`: before it, some write a password.
fn without_user_information(bucket: &str) -> String {
    bucket.rsplit_once('@').map_or(bucket, |(_, name)| name).to_owned()
}
