//! An object as it is stored, and the attributes that its writer gave it.

use aws_lc_rs::digest;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use chrono::{DateTime, SubsecRound, Utc};
use s3s::crypto::{Checksum as _, Crc32c, Md5};

use crate::content::Content;

/// The headers that are stored with an object and answered when it is read.
const ATTRIBUTES: [&str; 6] = [
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-type",
    "x-goog-storage-class",
];

/// The headers of a request that stay with its object.
pub(super) fn attributes_of(headers: &HeaderMap) -> HeaderMap {
    let stays =
        |name: &HeaderName| ATTRIBUTES.contains(&name.as_str()) || name.as_str().starts_with("x-goog-meta-");
    headers
        .iter()
        .filter(|(name, _)| stays(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// One generation of an object.
#[derive(Debug, Clone)]
pub(super) struct StoredObject {
    pub(super) content: Content,
    pub(super) e_tag: String,
    pub(super) generation: u64,
    pub(super) last_modified: DateTime<Utc>,
    pub(super) attributes: HeaderMap,
}

impl StoredObject {
    /// A new generation whose tag is the digest of its bytes.
    pub(super) fn new(content: Content, generation: u64, attributes: HeaderMap) -> Self {
        let e_tag = quoted(&hexadecimal(&md5_of(&content)));
        Self { content, e_tag, generation, last_modified: this_second(), attributes }
    }

    /// A new generation that was put together from parts.
    pub(super) fn composed(content: Content, generation: u64, attributes: HeaderMap) -> Self {
        let digest = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &generation.to_be_bytes());
        let e_tag = quoted(&format!("-{}", hexadecimal(digest.as_ref())));
        Self { content, e_tag, generation, last_modified: this_second(), attributes }
    }

    /// The time of the last change as HTTP writes it.
    pub(super) fn last_modified_header(&self) -> HeaderValue {
        let text = self.last_modified.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""))
    }
}

/// The MD5 digest of a content.
pub(super) fn md5_of(content: &Content) -> [u8; 16] {
    let mut digest = Md5::new();
    for chunk in content.chunks() {
        digest.update(chunk);
    }
    digest.finalize()
}

/// The CRC32C of a content, its most significant byte first.
pub(super) fn crc32c_of(content: &Content) -> [u8; 4] {
    let mut checksum = Crc32c::new();
    for chunk in content.chunks() {
        checksum.update(chunk);
    }
    checksum.finalize()
}

/// Bytes as lower-case hexadecimal digits.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

/// The present time in whole seconds: HTTP dates carry no fraction, and a listing must not say otherwise than a head request.
pub(super) fn this_second() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(0)
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}
