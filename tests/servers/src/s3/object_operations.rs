//! Reading, writing, copying and deleting objects.

use futures_util::stream;
use s3s::dto::{
    CopyObjectInput, CopyObjectOutput, CopyObjectResult, CopySource, DeleteObjectInput, DeleteObjectOutput,
    DeleteObjectsInput, DeleteObjectsOutput, DeletedObject, ETagCondition, Error as DeleteError,
    GetObjectInput, GetObjectOutput, HeadObjectInput, HeadObjectOutput, MetadataDirective, PutObjectInput,
    PutObjectOutput, Range, StreamingBlob,
};
use s3s::{S3Request, S3Result, s3_error};

use super::checksum::{Checksums, checksums_of, verified_content};
use super::condition::{ReadCondition, WriteCondition, precondition_failed};
use super::object::{StoredObject, attributes_of};
use super::operations::Operations;
use crate::content::Content;

/// Takes the conditions of a read out of its input.
macro_rules! read_condition_of {
    ($input:expr) => {
        ReadCondition {
            if_match: $input.if_match.take(),
            if_none_match: $input.if_none_match.take(),
            if_modified_since: $input.if_modified_since.take(),
            if_unmodified_since: $input.if_unmodified_since.take(),
        }
    };
}

/// Takes the conditions on a copy's source out of its input.
macro_rules! source_condition_of {
    ($input:expr) => {
        $crate::s3::condition::ReadCondition {
            if_match: $input.copy_source_if_match.clone(),
            if_none_match: $input.copy_source_if_none_match.clone(),
            if_modified_since: $input.copy_source_if_modified_since.clone(),
            if_unmodified_since: $input.copy_source_if_unmodified_since.clone(),
        }
    };
}
pub(super) use source_condition_of;

/// Fills what the answers to `GET` and `HEAD` have in common.
macro_rules! description_of {
    ($output:ident, $object:expr, $part:expr, $range:expr) => {
        $output {
            accept_ranges: Some("bytes".to_owned()),
            cache_control: $object.attributes.cache_control.clone(),
            content_disposition: $object.attributes.content_disposition.clone(),
            content_encoding: $object.attributes.content_encoding.clone(),
            content_language: $object.attributes.content_language.clone(),
            content_length: Some(i64::try_from($part.length()).unwrap_or(i64::MAX)),
            content_range: $range,
            content_type: Some(
                $object.attributes.content_type.clone().unwrap_or_else(|| "binary/octet-stream".to_owned()),
            ),
            e_tag: Some($object.e_tag.clone()),
            expires: $object.attributes.expires.clone(),
            last_modified: Some($object.last_modified.clone()),
            metadata: $object.attributes.metadata.clone(),
            website_redirect_location: $object.attributes.website_redirect_location.clone(),
            ..$output::default()
        }
    };
}

impl Operations {
    /// The object that a read asks for, with the part of its content that it asks for and how that part is called.
    fn part_to_read(
        &self,
        bucket: &str,
        key: &str,
        condition: &ReadCondition,
        range: Option<Range>,
    ) -> S3Result<(StoredObject, Content, Option<String>)> {
        let object = {
            let mut state = self.shared.lock();
            let object = state.bucket(bucket)?.object(key)?;
            condition.check_read(object)?;
            object.clone()
        };
        let Some(range) = range else {
            let whole = object.content.clone();
            return Ok((object, whole, None));
        };
        let length = object.content.length();
        let range = range
            .check(length)
            .map_err(|_| s3_error!(InvalidRange, "The requested range is not satisfiable"))?;
        let name = format!("bytes {}-{}/{length}", range.start, range.end.saturating_sub(1));
        let part = object.content.slice(range);
        Ok((object, part, Some(name)))
    }

    pub(super) fn read_object(&self, mut input: GetObjectInput) -> S3Result<GetObjectOutput> {
        refuse_versions(input.version_id.is_some() || input.part_number.is_some())?;
        let condition = read_condition_of!(input);
        let (object, part, range) = self.part_to_read(&input.bucket, &input.key, &condition, input.range)?;
        let whole = range.is_none();
        let mut output = description_of!(GetObjectOutput, object, part, range);
        if whole && input.checksum_mode.is_some() {
            output.checksum_crc64nvme = object.checksums.crc64nvme;
            output.checksum_sha256 = object.checksums.sha256;
        }
        let chunks: Vec<Result<bytes::Bytes, std::io::Error>> =
            part.chunks().iter().cloned().map(Ok).collect();
        output.body = Some(StreamingBlob::wrap(stream::iter(chunks)));
        Ok(output)
    }

    pub(super) fn describe_object(&self, mut input: HeadObjectInput) -> S3Result<HeadObjectOutput> {
        refuse_versions(input.version_id.is_some() || input.part_number.is_some())?;
        let condition = read_condition_of!(input);
        let (object, part, range) = self.part_to_read(&input.bucket, &input.key, &condition, input.range)?;
        let whole = range.is_none();
        let mut output = description_of!(HeadObjectOutput, object, part, range);
        if whole && input.checksum_mode.is_some() {
            output.checksum_crc64nvme = object.checksums.crc64nvme;
            output.checksum_sha256 = object.checksums.sha256;
        }
        Ok(output)
    }

    pub(super) async fn store_object(&self, request: S3Request<PutObjectInput>) -> S3Result<PutObjectOutput> {
        let S3Request { mut input, trailing_headers, .. } = request;
        let sent = checksums_of!(input);
        let body = input.body.take();
        let md5 = input.content_md5.as_deref();
        let (content, checksums) =
            verified_content(body, input.content_length, md5, sent, trailing_headers.as_ref()).await?;
        let object = StoredObject::new(content, attributes_of!(input), checksums);
        let output = PutObjectOutput {
            e_tag: Some(object.e_tag.clone()),
            checksum_crc32: object.checksums.crc32.clone(),
            checksum_crc32c: object.checksums.crc32c.clone(),
            checksum_crc64nvme: object.checksums.crc64nvme.clone(),
            checksum_sha1: object.checksums.sha1.clone(),
            checksum_sha256: object.checksums.sha256.clone(),
            ..PutObjectOutput::default()
        };
        let condition = WriteCondition { if_match: input.if_match, if_none_match: input.if_none_match };

        let mut state = self.shared.lock();
        let bucket = state.bucket(&input.bucket)?;
        self.check_write(&condition, bucket.objects.get(&input.key))?;
        bucket.objects.insert(input.key, object);
        Ok(output)
    }

    pub(super) fn duplicate_object(&self, request: S3Request<CopyObjectInput>) -> S3Result<CopyObjectOutput> {
        let condition = WriteCondition::of_headers(&request.headers)?;
        let input = request.input;
        let (from_bucket, from_key) = source_of(&input.copy_source)?;
        let replaces_attributes = input
            .metadata_directive
            .as_ref()
            .is_some_and(|directive| directive.as_str() == MetadataDirective::REPLACE);
        if !replaces_attributes && from_bucket == input.bucket && from_key == input.key {
            return Err(s3_error!(
                InvalidRequest,
                "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata."
            ));
        }

        let mut state = self.shared.lock();
        let source = state.bucket(from_bucket)?.object(from_key)?;
        source_condition_of!(input).check_source(source)?;
        let attributes = if replaces_attributes { attributes_of!(input) } else { source.attributes.clone() };
        let copy = StoredObject::new(source.content.clone(), attributes, Checksums::default());
        let result = CopyObjectResult {
            e_tag: Some(copy.e_tag.clone()),
            last_modified: Some(copy.last_modified.clone()),
            ..CopyObjectResult::default()
        };
        let bucket = state.bucket(&input.bucket)?;
        self.check_write(&condition, bucket.objects.get(&input.key))?;
        bucket.objects.insert(input.key, copy);
        Ok(CopyObjectOutput { copy_object_result: Some(result), ..CopyObjectOutput::default() })
    }

    pub(super) fn remove_object(&self, input: &DeleteObjectInput) -> S3Result<DeleteObjectOutput> {
        refuse_versions(input.version_id.is_some())?;
        if input.if_match_size.is_some() || input.if_match_last_modified_time.is_some() {
            return Err(s3_error!(NotImplemented, "conditions on size and time are for directory buckets"));
        }
        let mut state = self.shared.lock();
        let bucket = state.bucket(&input.bucket)?;
        self.check_removal(input.if_match.as_ref(), bucket.objects.get(&input.key))?;
        bucket.objects.remove(&input.key);
        Ok(DeleteObjectOutput::default())
    }

    pub(super) fn remove_objects(&self, input: DeleteObjectsInput) -> S3Result<DeleteObjectsOutput> {
        let mut state = self.shared.lock();
        let bucket = state.bucket(&input.bucket)?;
        let mut output = DeleteObjectsOutput::default();
        for target in input.delete.objects {
            let condition = target.e_tag.map(ETagCondition::ETag);
            match self.check_removal(condition.as_ref(), bucket.objects.get(&target.key)) {
                Ok(()) => {
                    bucket.objects.remove(&target.key);
                    if input.delete.quiet != Some(true) {
                        let deleted = DeletedObject { key: Some(target.key), ..DeletedObject::default() };
                        output.deleted.get_or_insert_default().push(deleted);
                    }
                }
                Err(error) => output.errors.get_or_insert_default().push(DeleteError {
                    code: Some(error.code().as_str().to_owned()),
                    key: Some(target.key),
                    message: error.message().map(str::to_owned),
                    ..DeleteError::default()
                }),
            }
        }
        Ok(output)
    }

    /// Fails if a write may not replace what is `present`; never, where the server ignores conditions.
    pub(super) fn check_write(
        &self,
        condition: &WriteCondition,
        present: Option<&StoredObject>,
    ) -> S3Result<()> {
        if self.shared.switches.ignores_conditional_writes { Ok(()) } else { condition.check(present) }
    }

    fn check_removal(
        &self,
        condition: Option<&ETagCondition>,
        present: Option<&StoredObject>,
    ) -> S3Result<()> {
        let demanded = condition.filter(|_| !self.shared.switches.ignores_conditional_writes);
        let holds = demanded.is_none_or(|condition| {
            present.is_some_and(|object| super::condition::matches(condition, object))
        });
        if holds { Ok(()) } else { Err(precondition_failed()) }
    }
}

/// The bucket and key that a copy reads.
pub(super) fn source_of(source: &CopySource) -> S3Result<(&str, &str)> {
    match source {
        CopySource::Bucket { bucket, key, version_id: None } => Ok((bucket, key)),
        CopySource::Bucket { version_id: Some(_), .. }
        | CopySource::AccessPoint { .. }
        | CopySource::Outpost { .. } => {
            Err(s3_error!(NotImplemented, "copies of versions and from access points are not implemented"))
        }
    }
}

fn refuse_versions(asked: bool) -> S3Result<()> {
    if asked {
        Err(s3_error!(NotImplemented, "versions and single parts of objects are not implemented"))
    } else {
        Ok(())
    }
}
