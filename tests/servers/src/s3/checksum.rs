//! The digests that a client sends along, recomputed from what arrived.

use axum::http::HeaderMap;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use s3s::checksum::ChecksumHasher;
use s3s::crypto::{Checksum as _, Crc32, Crc32c, Crc64Nvme, Sha1, Sha256};
use s3s::dto::StreamingBlob;
use s3s::{S3Error, S3ErrorCode, S3Result, TrailingHeaders, s3_error};

use crate::content::Content;

/// The checksums that came with a body, or belong to an object, each in base64.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Checksums {
    pub(super) crc32: Option<String>,
    pub(super) crc32c: Option<String>,
    pub(super) crc64nvme: Option<String>,
    pub(super) sha1: Option<String>,
    pub(super) sha256: Option<String>,
}

/// Takes the checksums out of an input or a completed part.
macro_rules! checksums_of {
    ($input:expr) => {
        $crate::s3::checksum::Checksums {
            crc32: $input.checksum_crc32.clone(),
            crc32c: $input.checksum_crc32c.clone(),
            crc64nvme: $input.checksum_crc64nvme.clone(),
            sha1: $input.checksum_sha1.clone(),
            sha256: $input.checksum_sha256.clone(),
        }
    };
}
pub(super) use checksums_of;

impl Checksums {
    fn pairs(&self) -> [(&'static str, Option<&String>); 5] {
        [
            ("CRC32", self.crc32.as_ref()),
            ("CRC32C", self.crc32c.as_ref()),
            ("CRC64NVME", self.crc64nvme.as_ref()),
            ("SHA1", self.sha1.as_ref()),
            ("SHA256", self.sha256.as_ref()),
        ]
    }

    /// Adds what a body in chunks announces only after its end.
    fn add_trailing(&mut self, headers: &HeaderMap) {
        let value = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        self.crc32 = self.crc32.take().or_else(|| value("x-amz-checksum-crc32"));
        self.crc32c = self.crc32c.take().or_else(|| value("x-amz-checksum-crc32c"));
        self.crc64nvme = self.crc64nvme.take().or_else(|| value("x-amz-checksum-crc64nvme"));
        self.sha1 = self.sha1.take().or_else(|| value("x-amz-checksum-sha1"));
        self.sha256 = self.sha256.take().or_else(|| value("x-amz-checksum-sha256"));
    }

    /// Those of the kinds in `asked` that `content` really has.
    fn computed(asked: &Self, content: &Content) -> Self {
        let mut hasher = ChecksumHasher {
            crc32: asked.crc32.as_ref().map(|_| Crc32::new()),
            crc32c: asked.crc32c.as_ref().map(|_| Crc32c::new()),
            crc64nvme: asked.crc64nvme.as_ref().map(|_| Crc64Nvme::new()),
            sha1: asked.sha1.as_ref().map(|_| Sha1::new()),
            sha256: asked.sha256.as_ref().map(|_| Sha256::new()),
        };
        for chunk in content.chunks() {
            hasher.update(chunk);
        }
        let found = hasher.finalize();
        checksums_of!(found)
    }

    /// Fails if `content` does not have these checksums.
    pub(super) fn verify(&self, content: &Content) -> S3Result<()> {
        let computed = Self::computed(self, content);
        for ((name, sent), (_, found)) in self.pairs().into_iter().zip(computed.pairs()) {
            if sent != found {
                return Err(s3_error!(
                    BadDigest,
                    "The {name} you specified did not match the calculated checksum."
                ));
            }
        }
        Ok(())
    }

    /// Whether each checksum that both name is the same.
    pub(super) fn agrees_with(&self, other: &Self) -> bool {
        self.pairs()
            .into_iter()
            .zip(other.pairs())
            .all(|((_, mine), (_, theirs))| mine.is_none() || theirs.is_none() || mine == theirs)
    }
}

/// Reads a body to its end and checks every digest that came with it.
pub(super) async fn verified_content(
    body: Option<StreamingBlob>,
    content_length: Option<i64>,
    content_md5: Option<&str>,
    mut checksums: Checksums,
    trailing: Option<&TrailingHeaders>,
) -> S3Result<(Content, Checksums)> {
    let content = Content::from(read(body).await?);
    if let Some(length) = content_length
        && u64::try_from(length).is_ok_and(|length| length != content.length())
    {
        return Err(s3_error!(
            IncompleteBody,
            "You did not provide the number of bytes specified by the Content-Length HTTP header"
        ));
    }
    if let Some(sent) = content_md5 {
        verify_md5(sent, &content)?;
    }
    if let Some(trailing) = trailing {
        trailing.read(|headers| checksums.add_trailing(headers));
    }
    checksums.verify(&content)?;
    Ok((content, checksums))
}

async fn read(body: Option<StreamingBlob>) -> S3Result<Bytes> {
    let Some(mut body) = body else { return Ok(Bytes::new()) };
    let mut whole = BytesMut::new();
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|error| {
            if error.to_string().contains("Sha256Mismatch") {
                let code = S3ErrorCode::Custom("XAmzContentSHA256Mismatch".into());
                let mut mismatch = S3Error::with_message(
                    code,
                    "The provided 'x-amz-content-sha256' header does not match what was computed.",
                );
                mismatch.set_status_code(axum::http::StatusCode::BAD_REQUEST);
                mismatch
            } else {
                S3Error::with_source(S3ErrorCode::IncompleteBody, error)
            }
        })?;
        whole.extend_from_slice(&chunk);
    }
    Ok(whole.freeze())
}

fn verify_md5(sent: &str, content: &Content) -> S3Result<()> {
    let computed = super::object::md5_of(content);
    if sent == BASE64_STANDARD.encode(computed) {
        return Ok(());
    }
    Err(s3_error!(BadDigest, "The Content-MD5 you specified did not match what we received."))
}

/// The composite checksum of a multipart object: the digest of the parts' digests, with their number.
pub(super) fn composite_sha256(parts: &[&Checksums]) -> Option<String> {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(&BASE64_STANDARD.decode(part.sha256.as_deref()?).ok()?);
    }
    Some(format!("{}-{}", BASE64_STANDARD.encode(digest.finalize()), parts.len()))
}
