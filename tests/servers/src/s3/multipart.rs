//! Uploads in parts.

mod listing;

use std::collections::BTreeMap;

use s3s::crypto::{Checksum as _, Md5};
use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, CompleteMultipartUploadInput,
    CompleteMultipartUploadOutput, CompletedPart, CopyPartResult, CreateMultipartUploadInput,
    CreateMultipartUploadOutput, ETag, Range, Timestamp, UploadPartCopyInput, UploadPartCopyOutput,
    UploadPartInput, UploadPartOutput,
};
use s3s::{S3Request, S3Result, s3_error};

use super::checksum::{Checksums, checksums_of, composite_sha256, verified_content};
use super::condition::WriteCondition;
use super::object::{Attributes, StoredObject, attributes_of, hexadecimal, md5_of, this_second};
use super::object_operations::{source_condition_of, source_of};
use super::operations::Operations;
use crate::content::Content;

/// The least number of bytes of every part but the last.
const SMALLEST_PART: u64 = 5 * 1024 * 1024;

/// An upload that was begun.
#[derive(Debug)]
pub(super) struct Upload {
    pub(super) key: String,
    initiated: Timestamp,
    attributes: Attributes,
    parts: BTreeMap<i32, StoredPart>,
}

#[derive(Debug, Clone)]
struct StoredPart {
    content: Content,
    digest: [u8; 16],
    last_modified: Timestamp,
    checksums: Checksums,
}

impl StoredPart {
    fn new(content: Content, checksums: Checksums) -> Self {
        Self { digest: md5_of(&content), content, last_modified: this_second(), checksums }
    }

    fn e_tag(&self) -> ETag {
        ETag::Strong(hexadecimal(&self.digest))
    }

    fn size(&self) -> i64 {
        i64::try_from(self.content.length()).unwrap_or(i64::MAX)
    }
}

impl Upload {
    /// The parts that `completed` names, checked against what was uploaded.
    fn chosen(&self, completed: &[CompletedPart]) -> S3Result<Vec<StoredPart>> {
        let mut chosen = Vec::with_capacity(completed.len());
        let mut previous = 0;
        for (place, wanted) in completed.iter().enumerate() {
            let number = wanted.part_number.unwrap_or_default();
            if number <= previous {
                return Err(s3_error!(
                    InvalidPartOrder,
                    "The list of parts was not in ascending order. Parts must be ordered by part number."
                ));
            }
            previous = number;
            let part = self
                .parts
                .get(&number)
                .filter(|part| wanted.e_tag.as_ref().is_none_or(|tag| tag.value() == part.e_tag().value()))
                .filter(|part| checksums_of!(wanted).agrees_with(&part.checksums))
                .ok_or_else(|| {
                    s3_error!(
                        InvalidPart,
                        "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified \
                         entity tag may not match the part's entity tag."
                    )
                })?;
            if place + 1 < completed.len() && part.content.length() < SMALLEST_PART {
                return Err(s3_error!(
                    EntityTooSmall,
                    "Your proposed upload is smaller than the minimum allowed size; part {number}"
                ));
            }
            chosen.push(part.clone());
        }
        if chosen.is_empty() {
            return Err(s3_error!(MalformedXML, "You must specify at least one part"));
        }
        Ok(chosen)
    }
}

fn assembled(parts: &[StoredPart], attributes: Attributes, checksums: Checksums) -> StoredObject {
    let mut digests = Md5::new();
    for part in parts {
        digests.update(&part.digest);
    }
    let e_tag = format!("{}-{}", hexadecimal(&digests.finalize()), parts.len());
    let content = Content::joined(parts.iter().map(|part| &part.content));
    StoredObject { content, e_tag: ETag::Strong(e_tag), last_modified: this_second(), attributes, checksums }
}

impl Operations {
    pub(super) fn begin_upload(
        &self,
        input: CreateMultipartUploadInput,
    ) -> S3Result<CreateMultipartUploadOutput> {
        let upload = Upload {
            key: input.key.clone(),
            initiated: this_second(),
            attributes: attributes_of!(input),
            parts: BTreeMap::new(),
        };
        let mut state = self.shared.lock();
        state.bucket(&input.bucket)?;
        state.uploads_begun += 1;
        let id = format!("upload-{:08}", state.uploads_begun);
        state.bucket(&input.bucket)?.uploads.insert(id.clone(), upload);
        Ok(CreateMultipartUploadOutput {
            bucket: Some(input.bucket),
            key: Some(input.key),
            upload_id: Some(id),
            checksum_algorithm: input.checksum_algorithm,
            checksum_type: input.checksum_type,
            ..CreateMultipartUploadOutput::default()
        })
    }

    pub(super) async fn store_part(&self, request: S3Request<UploadPartInput>) -> S3Result<UploadPartOutput> {
        let S3Request { mut input, trailing_headers, .. } = request;
        refuse_number(input.part_number)?;
        self.shared.lock().bucket(&input.bucket)?.upload(&input.key, &input.upload_id)?;
        let sent = checksums_of!(input);
        let body = input.body.take();
        let md5 = input.content_md5.as_deref();
        let (content, checksums) =
            verified_content(body, input.content_length, md5, sent, trailing_headers.as_ref()).await?;
        let part = StoredPart::new(content, checksums);
        let output = UploadPartOutput {
            e_tag: Some(part.e_tag()),
            checksum_crc32: part.checksums.crc32.clone(),
            checksum_crc32c: part.checksums.crc32c.clone(),
            checksum_crc64nvme: part.checksums.crc64nvme.clone(),
            checksum_sha1: part.checksums.sha1.clone(),
            checksum_sha256: part.checksums.sha256.clone(),
            ..UploadPartOutput::default()
        };
        let mut state = self.shared.lock();
        state
            .bucket(&input.bucket)?
            .upload(&input.key, &input.upload_id)?
            .parts
            .insert(input.part_number, part);
        Ok(output)
    }

    pub(super) fn copy_part(&self, input: &UploadPartCopyInput) -> S3Result<UploadPartCopyOutput> {
        refuse_number(input.part_number)?;
        let (from_bucket, from_key) = source_of(&input.copy_source)?;
        let mut state = self.shared.lock();
        let source = state.bucket(from_bucket)?.object(from_key)?;
        source_condition_of!(input).check_source(source)?;
        let content = match &input.copy_source_range {
            None => source.content.clone(),
            Some(range) => {
                let range = Range::parse(range)
                    .map_err(|error| s3_error!(error, InvalidArgument, "invalid copy source range"))?;
                let range =
                    range.check(source.content.length()).map_err(|error| s3_error!(error, InvalidRange))?;
                source.content.slice(range)
            }
        };
        let part = StoredPart::new(content, Checksums::default());
        let result = CopyPartResult {
            e_tag: Some(part.e_tag()),
            last_modified: Some(part.last_modified.clone()),
            ..CopyPartResult::default()
        };
        state
            .bucket(&input.bucket)?
            .upload(&input.key, &input.upload_id)?
            .parts
            .insert(input.part_number, part);
        Ok(UploadPartCopyOutput { copy_part_result: Some(result), ..UploadPartCopyOutput::default() })
    }

    /// Makes the object; an upload whose condition does not hold stays begun.
    pub(super) fn complete_upload(
        &self,
        input: CompleteMultipartUploadInput,
    ) -> S3Result<CompleteMultipartUploadOutput> {
        let completed =
            input.multipart_upload.as_ref().and_then(|upload| upload.parts.as_deref()).unwrap_or_default();
        let mut state = self.shared.lock();
        let bucket = state.bucket(&input.bucket)?;
        let upload = bucket.upload(&input.key, &input.upload_id)?;
        let parts = upload.chosen(completed)?;
        let attributes = upload.attributes.clone();

        let sent = checksums_of!(input);
        let composite = composite_sha256(&parts.iter().map(|part| &part.checksums).collect::<Vec<_>>());
        if sent.sha256.is_some() && sent.sha256 != composite {
            return Err(s3_error!(
                BadDigest,
                "The SHA256 you specified did not match the calculated checksum."
            ));
        }
        let whole = Checksums { sha256: None, ..sent };
        let checksums = Checksums { sha256: composite, ..whole.clone() };
        let object = assembled(&parts, attributes, checksums);
        whole.verify(&object.content)?;

        let condition = WriteCondition { if_match: input.if_match, if_none_match: input.if_none_match };
        self.check_write(&condition, bucket.objects.get(&input.key))?;
        let output = CompleteMultipartUploadOutput {
            bucket: Some(input.bucket.clone()),
            key: Some(input.key.clone()),
            location: Some(format!("/{}/{}", input.bucket, input.key)),
            e_tag: Some(object.e_tag.clone()),
            checksum_crc64nvme: object.checksums.crc64nvme.clone(),
            checksum_sha256: object.checksums.sha256.clone(),
            ..CompleteMultipartUploadOutput::default()
        };
        bucket.uploads.remove(&input.upload_id);
        bucket.objects.insert(input.key, object);
        Ok(output)
    }

    pub(super) fn abort_upload(
        &self,
        input: &AbortMultipartUploadInput,
    ) -> S3Result<AbortMultipartUploadOutput> {
        let mut state = self.shared.lock();
        let bucket = state.bucket(&input.bucket)?;
        bucket.upload(&input.key, &input.upload_id)?;
        bucket.uploads.remove(&input.upload_id);
        Ok(AbortMultipartUploadOutput::default())
    }
}

fn refuse_number(number: i32) -> S3Result<()> {
    if (1..=10_000).contains(&number) {
        return Ok(());
    }
    Err(s3_error!(InvalidArgument, "Part number must be an integer between 1 and 10000, inclusive"))
}
