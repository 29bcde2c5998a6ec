//! How names and values are written in the addresses of requests.

use object_store::path::Path;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What is encoded: everything but the unreserved characters of RFC 3986.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What is encoded in the path of an object.
const PATH: &AsciiSet = &ENCODED.remove(b'/');

/// A text with everything encoded but unreserved characters.
pub(super) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

/// The path of an object as URLs have it.
pub(super) fn encoded_path(path: &Path) -> String {
    utf8_percent_encode(path.as_ref(), PATH).to_string()
}

/// The address with a query; the names need no encoding.
pub(super) fn with_query(mut url: String, query: &[(&str, &str)]) -> String {
    for (place, (name, value)) in query.iter().enumerate() {
        url.extend([if place == 0 { "?" } else { "&" }, name, "=", &encoded(value)]);
    }
    url
}
