//! An object as it is stored, and the attributes that its writer gave it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use s3s::crypto::{Checksum as _, Md5};
use s3s::dto::{ETag, Expires, Metadata, Timestamp};

use super::checksum::Checksums;
use crate::content::Content;

/// What a writer says about an object besides its bytes.
#[derive(Debug, Clone, Default)]
pub(super) struct Attributes {
    pub(super) cache_control: Option<String>,
    pub(super) content_disposition: Option<String>,
    pub(super) content_encoding: Option<String>,
    pub(super) content_language: Option<String>,
    pub(super) content_type: Option<String>,
    pub(super) expires: Option<Expires>,
    pub(super) metadata: Option<Metadata>,
    pub(super) website_redirect_location: Option<String>,
}

/// Takes the attributes out of the input of a request that stores or begins an object.
macro_rules! attributes_of {
    ($input:expr) => {
        $crate::s3::object::Attributes {
            cache_control: $input.cache_control.clone(),
            content_disposition: $input.content_disposition.clone(),
            content_encoding: $input.content_encoding.clone(),
            content_language: $input.content_language.clone(),
            content_type: $input.content_type.clone(),
            expires: $input.expires.clone(),
            metadata: $input.metadata.clone(),
            website_redirect_location: $input.website_redirect_location.clone(),
        }
    };
}
pub(super) use attributes_of;

/// An object as it is stored.
#[derive(Debug, Clone)]
pub(super) struct StoredObject {
    pub(super) content: Content,
    pub(super) e_tag: ETag,
    pub(super) last_modified: Timestamp,
    pub(super) attributes: Attributes,
    pub(super) checksums: Checksums,
}

impl StoredObject {
    /// A new object of these bytes, whose tag is the digest of `content`.
    pub(super) fn new(content: Content, attributes: Attributes, checksums: Checksums) -> Self {
        let e_tag = ETag::Strong(hexadecimal(&md5_of(&content)));
        Self { content, e_tag, last_modified: this_second(), attributes, checksums }
    }

    /// The number of bytes, as S3's interface counts them.
    pub(super) fn size(&self) -> i64 {
        i64::try_from(self.content.length()).unwrap_or(i64::MAX)
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

/// Bytes as lower-case hexadecimal digits.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

/// The present time in whole seconds: HTTP dates carry no fraction, and a listing must not say otherwise than a head request.
pub(super) fn this_second() -> Timestamp {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs());
    Timestamp::from(UNIX_EPOCH + Duration::from_secs(seconds))
}
