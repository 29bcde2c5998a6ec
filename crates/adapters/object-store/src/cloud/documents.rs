//! What the documents of both providers have in common.

use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;

use super::provider::{Cause, ProviderError};

/// Reads a document.
pub(super) fn read<Document: DeserializeOwned>(body: &[u8]) -> Result<Document, ProviderError> {
    quick_xml::de::from_reader(body).map_err(|error| ProviderError::of(Cause::Other, error))
}

/// A key as it is. Servers encode keys when they are asked to, since not every character can stand in a document.
pub(super) fn decoded(key: String, encoding: Option<&str>) -> String {
    if encoding != Some("url") {
        return key;
    }
    percent_decode_str(&key.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// Where the next page of a listing begins, unless this is the last. A page that says neither is not taken for the last.
pub(super) fn next_page(
    is_truncated: Option<bool>,
    token: Option<String>,
) -> Result<Option<String>, ProviderError> {
    match (is_truncated, token) {
        (Some(false), _) => Ok(None),
        (Some(true), None) => {
            Err(ProviderError::of(Cause::Other, "a listing breaks off without saying where"))
        }
        (Some(true) | None, token) => Ok(token.filter(|token| !token.is_empty())),
    }
}

/// Where the next page of the unfinished uploads begins: behind a key and an id.
pub(super) fn next_uploads(
    is_truncated: bool,
    markers: Option<(String, String)>,
    encoding: Option<&str>,
) -> Result<Option<(String, String)>, ProviderError> {
    match (is_truncated, markers) {
        (false, _) => Ok(None),
        (true, None) => {
            Err(ProviderError::of(Cause::Other, "a listing of uploads breaks off without saying where"))
        }
        (true, Some((key, id))) => Ok(Some((decoded(key, encoding), id))),
    }
}
