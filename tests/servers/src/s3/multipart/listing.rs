//! Pages of uploads that have begun, and of their parts.

use s3s::dto::{
    ListMultipartUploadsInput, ListMultipartUploadsOutput, ListPartsInput, ListPartsOutput, MultipartUpload,
    Part,
};
use s3s::{S3Result, s3_error};

use super::Upload;
use crate::s3::operations::Operations;

impl Operations {
    pub(in crate::s3) fn list_uploads(
        &self,
        input: &ListMultipartUploadsInput,
    ) -> S3Result<ListMultipartUploadsOutput> {
        if input.delimiter.is_some() {
            return Err(s3_error!(NotImplemented, "a delimiter in a listing of uploads is not implemented"));
        }
        let limit = usize::try_from(input.max_uploads.unwrap_or(1000))
            .unwrap_or(0)
            .min(self.shared.switches.page_size);
        let prefix = input.prefix.as_deref().unwrap_or_default();
        let marker = (input.key_marker.as_deref().unwrap_or_default(), input.upload_id_marker.as_deref());
        let mut state = self.shared.lock();
        let bucket = state.bucket(&input.bucket)?;
        let mut found: Vec<(&String, &Upload)> = bucket
            .uploads
            .iter()
            .filter(|(_, upload)| upload.key.starts_with(prefix))
            .filter(|(id, upload)| match marker {
                (key, Some(last)) if upload.key == key => id.as_str() > last,
                (key, _) => upload.key.as_str() > key,
            })
            .collect();
        found.sort_by(|left, right| (&left.1.key, left.0).cmp(&(&right.1.key, right.0)));
        let is_truncated = found.len() > limit;
        found.truncate(limit);
        let last = found.last().filter(|_| is_truncated);
        let entry = |(id, upload): &(&String, &Upload)| MultipartUpload {
            key: Some(upload.key.clone()),
            upload_id: Some((*id).clone()),
            initiated: Some(upload.initiated.clone()),
            ..MultipartUpload::default()
        };
        Ok(ListMultipartUploadsOutput {
            bucket: Some(input.bucket.clone()),
            prefix: input.prefix.clone(),
            key_marker: input.key_marker.clone(),
            upload_id_marker: input.upload_id_marker.clone(),
            is_truncated: Some(is_truncated),
            max_uploads: i32::try_from(limit).ok(),
            next_key_marker: last.map(|(_, upload)| upload.key.clone()),
            next_upload_id_marker: last.map(|(id, _)| (*id).clone()),
            uploads: Some(found.iter().map(entry).collect()),
            ..ListMultipartUploadsOutput::default()
        })
    }

    pub(in crate::s3) fn list_parts_of(&self, input: ListPartsInput) -> S3Result<ListPartsOutput> {
        let limit =
            usize::try_from(input.max_parts.unwrap_or(1000)).unwrap_or(0).min(self.shared.switches.page_size);
        let marker = input.part_number_marker.unwrap_or(0);
        let mut state = self.shared.lock();
        let upload = state.bucket(&input.bucket)?.upload(&input.key, &input.upload_id)?;
        let mut following = upload.parts.iter().filter(|(number, _)| **number > marker);
        let parts: Vec<Part> = following
            .by_ref()
            .take(limit)
            .map(|(number, part)| Part {
                part_number: Some(*number),
                e_tag: Some(part.e_tag()),
                size: Some(part.size()),
                last_modified: Some(part.last_modified.clone()),
                checksum_sha256: part.checksums.sha256.clone(),
                checksum_crc64nvme: part.checksums.crc64nvme.clone(),
                ..Part::default()
            })
            .collect();
        let is_truncated = following.next().is_some();
        let next = parts.last().and_then(|part| part.part_number).filter(|_| is_truncated);
        Ok(ListPartsOutput {
            bucket: Some(input.bucket),
            key: Some(input.key),
            upload_id: Some(input.upload_id),
            part_number_marker: input.part_number_marker,
            next_part_number_marker: next,
            max_parts: i32::try_from(limit).ok(),
            is_truncated: Some(is_truncated),
            parts: Some(parts),
            ..ListPartsOutput::default()
        })
    }
}
