//! A bucket: its objects and the uploads that have begun.

use std::collections::BTreeMap;

use s3s::{S3Result, s3_error};

use super::multipart::Upload;
use super::object::StoredObject;
use super::state::State;

/// A bucket with all that it holds.
#[derive(Debug)]
pub(super) struct Bucket {
    pub(super) region: String,
    pub(super) public: bool,
    pub(super) objects: BTreeMap<String, StoredObject>,
    pub(super) uploads: BTreeMap<String, Upload>,
}

impl Bucket {
    pub(super) fn new(region: &str) -> Self {
        Self { region: region.to_owned(), public: false, objects: BTreeMap::new(), uploads: BTreeMap::new() }
    }

    /// The object under `key`.
    pub(super) fn object(&self, key: &str) -> S3Result<&StoredObject> {
        self.objects.get(key).ok_or_else(|| s3_error!(NoSuchKey, "The specified key does not exist."))
    }

    /// The upload `id`, if it is one of `key`.
    pub(super) fn upload(&mut self, key: &str, id: &str) -> S3Result<&mut Upload> {
        self.uploads.get_mut(id).filter(|upload| upload.key == key).ok_or_else(|| {
            s3_error!(
                NoSuchUpload,
                "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed."
            )
        })
    }
}

impl State {
    /// The bucket `name`.
    pub(super) fn bucket(&mut self, name: &str) -> S3Result<&mut Bucket> {
        self.buckets
            .get_mut(name)
            .ok_or_else(|| s3_error!(NoSuchBucket, "The specified bucket does not exist"))
    }
}
